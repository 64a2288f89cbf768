"""What somebody is not told, taken out of what they get.

A field of a view says so in its type: `name: Annotated[str | None, Mask.NAME]`. A masked text reads as
`MASKED`, anything else that is masked as null; what was null stays so.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel

from api.permissions import Mask
from domain.privacy import MASKED

V = TypeVar("V", bound=BaseModel)


def masked(view: V, masks: AbstractSet[Mask]) -> V:
    """The view without what these masks hide, at any depth; the same one when there is nothing to hide."""
    if not masks:
        return view
    marks = marks_of(type(view))
    changes: dict[str, Any] = {}
    for name in type(view).model_fields:
        value = getattr(view, name)
        if marks.get(name) in masks:
            changed = MASKED if isinstance(value, str) else None
        else:
            changed = _within(value, masks)
        if changed is not value:
            changes[name] = changed
    return view.model_copy(update=changes) if changes else view


def _within(value: Any, masks: AbstractSet[Mask]) -> Any:
    if isinstance(value, BaseModel):
        return masked(value, masks)
    if isinstance(value, list) and any(isinstance(one, BaseModel) for one in value):
        return [_within(one, masks) for one in value]
    return value


@cache
def marks_of(view: type[BaseModel]) -> dict[str, Mask]:
    """The masks that fields of a view carry."""
    return {
        name: mark
        for name, field in view.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Mask)
    }
