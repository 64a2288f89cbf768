"""The border between events as the domain knows them and JSON as the log keeps it.

Stored names are `kind.Event`, pinned by a test and never a module path. A stored event is never edited: when
an event's shape changes its schema number rises and an upcaster lifts the older bodies on reading. This is
the one place where personal fields are sealed and opened:

    {"…": clear fields, "~": {"of": subject, "content": [generation, fingerprint, box], "identity": […]}}

The fields of one class are in one box. A field with nothing in it (null, an empty text or object) stands in
the clear, so that it is known to have been empty when the words are gone. A body without "~" is a clear one:
nothing in it is anybody's, or it was written before there was sealing.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from enum import Enum
from typing import Annotated, Any, Final, NamedTuple, NewType, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from adapters.keyring import HOUSE, Key, Keyring
from adapters.log.record import refuse_nul
from adapters.sealing import BadBox, open_, seal
from domain.grammar import Stream, kind_of
from domain.privacy import Class, Clear, Erased, ErasedData, ErasedItems, SubjectId

Json = Any
Upcaster = Callable[[dict[str, Json]], dict[str, Json]]

UPCASTERS: Final[Mapping[tuple[str, int], Upcaster]] = {}
"""(stored name, schema) -> the function that lifts a body of that schema to the next one. It must take a body
that lacks its words, too: they may be gone."""

SEALED: Final = "~"  # where the boxes are: no field can be called so
OF: Final = "of"
_CLASSES: Final = {class_.value: class_ for class_ in Class}
HIDDEN: Final = "«…»"  # what words read as without any key


class Unclassified(TypeError):
    """An event has a text field nobody has said anything about: is it someone's own or not?"""


class UnknownEvent(ValueError):
    """The log holds an event this program has no name for: a newer program wrote it."""


class Unsealable(RuntimeError):
    """Words that nobody's key is at hand for: they are not written, sealed or not."""


class Unopened(Exception):
    """Words that should be there cannot be read. Says where, and nothing of what they say."""

    def __init__(self, stream: str, version: int, class_: str) -> None:
        super().__init__(f"{self.__doc__} ({stream}@{version}, {class_})")
        self.stream, self.version, self.class_ = stream, version, class_


class KeyMissing(Unopened):
    """The key is not in the key store, and no fence says that it was destroyed."""


class Tampered(Unopened):
    """The box does not open in its place: it, or its event, was changed."""


class Kept(NamedTuple):
    """One kind of event: its stored name, today's schema, and how it is read and written."""

    name: str
    schema: int
    adapter: TypeAdapter[Any]
    personal: Mapping[str, Class]
    boxes: tuple[tuple[Class, bytes, tuple[str, ...]], ...]  # class, how its box begins, its fields
    shapes: Mapping[str, type]  # of personal fields: str, dict or tuple
    fence: bool  # the stream is nobody's after it


class Archive:
    """Writes and reads the events of these streams. Raises Unclassified when one is not fit to keep.

    Without a keyring nothing can be sealed, and what is sealed reads as «…».
    """

    def __init__(
        self,
        streams: Iterable[Stream[Any, Any]],
        keyring: Keyring | None,
        upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS,
    ) -> None:
        self._keyring, self._upcasters = keyring, upcasters
        self._by_type: dict[type, Kept] = {}
        self._by_name: dict[str, Kept] = {}
        self._classes: dict[str, tuple[Class, ...]] = {}
        for stream in streams:
            for event in stream.events:
                name = f"{stream.kind}.{event.__name__}"
                schema = 1 + max((s for n, s in upcasters if n == name), default=0)
                personal = personal_fields(event)
                if Class.TRANSIT in (marks := set(personal.values())) and len(marks) > 1:
                    raise Unclassified(f"{name} is on its way in, and somebody's: only one of them can be")
                kept = Kept(
                    name,
                    schema,
                    TypeAdapter(event),
                    personal,
                    _boxes(personal),
                    {field: _shape(event, field) for field in personal},
                    event is stream.fence,
                )
                self._by_type[event] = self._by_name[name] = kept
            found = {mark for event in stream.events for mark in self._by_type[event].personal.values()}
            self._classes[stream.kind] = tuple(sorted(found))

    @property
    def names(self) -> list[str]:
        return sorted(self._by_name)

    def name(self, event: type) -> str:
        return self._by_type[event].name

    def kept(self, name: str) -> Kept:
        return self._by_name[name]

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────

    def hold(self, subjects: Mapping[str, SubjectId], today: date) -> set[SubjectId]:
        """Have the keys at hand that events on these streams (by id) may need. Answers the subjects who can
        have none any more. Raises LogUnavailable."""
        if self._keyring is None:
            return set()
        wanted = {
            (HOUSE if class_ is Class.TRANSIT else subject, class_)
            for stream, subject in subjects.items()
            for class_ in self._classes[kind_of(stream)]
        }
        return {subject for subject, _ in self._keyring.hold(wanted, today)}

    def fetch(self, bodies: Iterable[dict[str, Json]]) -> None:
        """Have the keys at hand that these bodies need, in one round trip. Raises LogUnavailable."""
        sealed = [body[SEALED] for body in bodies if SEALED in body]
        if sealed and self._keyring is not None:
            self._keyring.fetch(wanted for boxes in sealed for wanted in _fingerprints(boxes))

    def ends(self, event: Any, subject: SubjectId | None) -> bool:
        """Whether a stream of this subject is nobody's after this event; its keys are let go of."""
        if not self._by_type[type(event)].fence or event.subject_id != subject:
            return False
        if self._keyring is not None:
            self._keyring.evict(event.subject_id)
        return True

    # ── writing and reading ──────────────────────────────────────────────────────────────────────

    def write(
        self, event: Any, stream: str, version: int, subject: SubjectId | None
    ) -> tuple[str, int, bytes]:
        """Stored name, schema and body (JSON) of an event, its words sealed under keys that are held.

        Raises Unsealable, NoKey for a subject that was forgotten, and UnwritableText.
        """
        kept = self._by_type[type(event)]
        name, schema = kept.name, kept.schema
        if not kept.boxes:
            return name, schema, kept.adapter.dump_json(event)
        of, hidden, sealed = subject, set[str](), list[bytes]()
        for class_, label, members in kept.boxes:
            said = {field: words for field in members if (words := getattr(event, field))}
            if not said:
                continue
            whose = HOUSE if class_ is Class.TRANSIT else subject
            if self._keyring is None or whose is None:
                raise Unsealable(f"{name} on {stream}")
            plain = to_json(said)
            refuse_nul(plain, name)
            key = self._keyring.sealing(whose, class_)
            sealed.append(label + seal(key, plain, stream, version, name, schema))
            hidden.update(said)
            of = whose
        if not hidden:
            return name, schema, kept.adapter.dump_json(event)
        clear = kept.adapter.dump_json(event, exclude=hidden)
        comma = b"" if clear == b"{}" else b","
        boxes = b",".join(sealed)
        return name, schema, b'%b%b"~":{"of":"%b",%b}}' % (clear[:-1], comma, str(of).encode(), boxes)

    def read(self, name: str, schema: int, body: dict[str, Json], stream: str, version: int) -> Any:
        """The event a body stands for, at its place in its stream.

        Words whose key was destroyed read as Erased. Raises UnknownEvent, or ValueError when the body does
        not fit; KeyMissing, Tampered, and LogUnavailable when a key is not at hand and cannot be asked for.
        """
        kept = self._by_name.get(name)
        if kept is None or schema > kept.schema:
            raise UnknownEvent(f"{name} schema {schema}")
        closed: dict[str, Erased | None] = {}
        if SEALED in body:
            body, closed = self._opened(name, schema, body, stream, version)
        while schema < kept.schema:
            body, schema = self._upcasters[name, schema](body), schema + 1
        if not closed:
            return kept.adapter.validate_python(body)
        missing = {f: closed[mark] for f, mark in kept.personal.items() if mark in closed and f not in body}
        blank = {f: _blank(kept.shapes[f], hidden=gone is None) for f, gone in missing.items()}
        event = kept.adapter.validate_python(body | blank)
        return replace(event, **_told(kept, {f: gone for f, gone in missing.items() if gone is not None}))

    def _opened(
        self, name: str, schema: int, body: dict[str, Json], stream: str, version: int
    ) -> tuple[dict[str, Json], dict[str, Erased | None]]:
        """The body with its words, and the classes whose box stays closed: why, if they are gone."""
        boxes = body[SEALED]
        if not isinstance(boxes, dict):
            raise Tampered(stream, version, SEALED)
        whole = {field: value for field, value in body.items() if field != SEALED}
        closed: dict[str, Erased | None] = {}
        for class_, box in boxes.items():
            if class_ == OF:
                continue
            key = self._key(box, boxes.get(OF), class_, stream, version)
            if isinstance(key, Key):
                try:
                    whole.update(from_json(open_(key, box, stream, version, name, schema)))
                except (BadBox, ValueError) as error:
                    raise Tampered(stream, version, class_) from error
            else:
                closed[class_] = key
        return whole, closed

    def _key(self, box: Any, subject: Any, class_: str, stream: str, version: int) -> Key | Erased | None:
        """The box's key, or why it is no more; nothing without a keyring."""
        if self._keyring is None:
            return None
        try:
            found = self._keyring.opening(box[1], subject, _CLASSES[class_])
        except (TypeError, IndexError, KeyError) as error:
            raise Tampered(stream, version, class_) from error
        if found is None:
            raise KeyMissing(stream, version, class_)
        if isinstance(found, Key) and (found.subject, found.class_) != (subject, class_):
            raise Tampered(stream, version, class_)
        return found


def subject_of(body: Json) -> SubjectId | None:
    """Whose words a body holds; nobody's when it holds none, or the house's."""
    boxes = body.get(SEALED) if isinstance(body, dict) else None
    of = boxes.get(OF) if isinstance(boxes, dict) else None
    return SubjectId(of) if isinstance(of, str) and of != HOUSE else None


def _boxes(personal: Mapping[str, Class]) -> tuple[tuple[Class, bytes, tuple[str, ...]], ...]:
    return tuple(
        (
            class_,
            b'"%b":' % class_.value.encode(),
            tuple(field for field, mark in personal.items() if mark is class_),
        )
        for class_ in sorted(set(personal.values()))
    )


def _fingerprints(boxes: Any) -> Iterable[tuple[str, SubjectId]]:
    """Of every box that looks like one, with whose it says it is; what does not will not open."""
    of = boxes.get(OF) if isinstance(boxes, dict) else None
    if isinstance(of, str):
        for box in boxes.values():
            if isinstance(box, list) and len(box) == 3 and isinstance(box[1], str):
                yield box[1], SubjectId(of)


def _blank(shape: type, *, hidden: bool) -> Any:
    """What stands where words cannot be read: without any key, or because they are gone."""
    if shape is str:
        return HIDDEN
    if shape is dict:
        return {HIDDEN: HIDDEN} if hidden else {}
    return ({HIDDEN: HIDDEN},) if hidden else ()


def _told(kept: Kept, erased: Mapping[str, Erased]) -> dict[str, Any]:
    """What is gone, told as what it was."""
    as_was: dict[type, Callable[[Erased], Any]] = {
        str: lambda gone: gone,
        dict: ErasedData,
        tuple: ErasedItems,
    }
    return {field: as_was[kept.shapes[field]](gone) for field, gone in erased.items()}


def personal_fields(event: type) -> dict[str, Class]:
    """The fields of an event that hold something of a person. Raises Unclassified for a bare text field."""
    found: dict[str, Class] = {}
    hints = get_type_hints(event, include_extras=True)
    for field in fields(event):
        for mark in _marks(hints[field.name], f"{event.__module__}.{event.__name__}.{field.name}"):
            found[field.name] = mark
    return found


def _shape(event: type, field: str) -> type:
    """Whether a personal field is a text, an object or objects: what can be told of it when it is gone.
    Raises Unclassified for anything else."""
    hint = get_type_hints(event)[field]
    shapes: set[type] = {get_origin(arg) or arg for arg in _alternatives(hint)} - {type(None)}
    if len(shapes) != 1 or not shapes <= {str, dict, tuple}:
        raise Unclassified(f"{event.__name__}.{field}: only a text, an object or objects can be sealed")
    return shapes.pop()


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _marks(hint: Any, where: str) -> Iterable[Class]:
    """The privacy classes inside a type; bare text raises."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        marks = [mark for mark in hint.__metadata__ if isinstance(mark, Class)]
        if marks or any(isinstance(mark, Clear) or mark is Clear for mark in hint.__metadata__):
            yield from marks
        else:
            yield from _marks(args[0], where)
    elif hint in (str, Any, bytes) or origin is dict or hint is dict:
        raise Unclassified(f"{where} holds text of no class: say Open, Identity, Content …")
    elif origin in (Union, types.UnionType, tuple, list, frozenset):
        for arg in args:
            if arg is not Ellipsis:
                yield from _marks(arg, where)
    elif isinstance(hint, NewType) or (isinstance(hint, type) and issubclass(hint, Enum)):
        return
    elif is_dataclass(hint) and isinstance(hint, type):
        yield from personal_fields(hint).values()
