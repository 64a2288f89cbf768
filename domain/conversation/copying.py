"""A state or a send with some fields changed.

Every event makes a new state, thousands of times a second, and `dataclasses.replace` looks at each field in
Python, several times over. These answer the same, checked by mypy in the same way, in a third of the time:
the fields are read and set by C alone. A law compares the two.
"""

from __future__ import annotations

from collections import deque
from dataclasses import fields
from itertools import repeat
from operator import attrgetter, call
from typing import TYPE_CHECKING, Any

from domain.conversation.state import Conversation, Send

__all__ = ["further", "remembering"]

if TYPE_CHECKING:
    from dataclasses import replace as further
    from dataclasses import replace as remembering
else:

    def _copying(kind: type) -> Any:
        names = [each.name for each in fields(kind)]
        read, places = attrgetter(*names), {name: n for n, name in enumerate(names)}
        setters = [getattr(kind, name).__set__ for name in names]
        make = object.__new__

        def changed(known: Any, /, **changes: Any) -> Any:
            """The same with these fields changed. KeyError for a field that does not exist."""
            values = list(read(known))
            for name, value in changes.items():
                values[places[name]] = value
            new = make(kind)
            deque(map(call, setters, repeat(new), values), maxlen=0)
            return new

        return changed

    further = _copying(Send)
    remembering = _copying(Conversation)
