"""Whether what was released still holds: bodies of the released schema are bodies of today's, and nothing a
reader of the released one looks for is gone.

Removed fields, narrower types, required fields that are new and lost values of an enumeration break it.
Fields with a default, wider types and more values do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

Schema = dict[str, Any]

NOTES: Final = {"$schema", "$defs", "title", "description", "default", "examples", "x-privacy"}
FLOORS: Final = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
CEILINGS: Final = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
EXACT: Final = {"format", "pattern", "multipleOf", "uniqueItems", "oneOf", "propertyNames"}
SHAPES: Final = {"type", "enum", "const", "anyOf", "properties", "required", "items", "prefixItems"}
KNOWN: Final = NOTES | FLOORS | CEILINGS | EXACT | SHAPES | {"additionalProperties"}


def breaks(released: Schema, today: Schema) -> list[str]:
    """What is no longer so, one sentence each with the field's path; empty when all of it still holds.

    Raises ValueError for a keyword it does not understand.
    """
    return list(_compared(_opened(released, released), _opened(today, today), "body"))


def _opened(schema: Any, whole: Schema) -> Any:
    """The same without references. A property may be called like a keyword, so names are not looked into."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return {**_opened(whole["$defs"][schema["$ref"].removeprefix("#/$defs/")], whole), **rest}
    if unknown := schema.keys() - KNOWN:
        raise ValueError(f"not understood: {', '.join(sorted(unknown))}")
    opened = {key: value for key, value in schema.items() if key not in NOTES}
    if "properties" in opened:
        opened["properties"] = {name: _opened(each, whole) for name, each in opened["properties"].items()}
    for key in opened.keys() & {"items", "additionalProperties"}:
        opened[key] = _opened(opened[key], whole)
    for key in opened.keys() & {"anyOf", "prefixItems"}:
        opened[key] = [_opened(each, whole) for each in opened[key]]
    return opened


def _compared(old: Schema, new: Schema, where: str) -> Iterator[str]:
    """Each alternative of the old must fit into one of the new."""
    if not new:
        return  # whatever it was
    for each in old.get("anyOf", [old]):
        kin = [other for other in new.get("anyOf", [new]) if _kin(each, other)]
        if kin:
            yield from min((list(_one(each, other, where)) for other in kin), key=len)
        else:
            yield f"{where} may no longer be {each.get('type', 'anything')}"


def _kin(old: Schema, new: Schema) -> bool:
    before, after = old.get("type"), new.get("type")
    return after is None or before == after or (before, after) == ("integer", "number")


def _one(old: Schema, new: Schema, where: str) -> Iterator[str]:
    yield from _values(old, new, where)
    yield from _bounds(old, new, where)
    yield from _fields(old, new, where)
    yield from _compared(_rest(old), _rest(new), f"{where}.*")
    yield from _compared(old.get("items", {}), new.get("items", {}), f"{where}[]")
    before, after = old.get("prefixItems", []), new.get("prefixItems", [])
    if len(before) != len(after):
        yield f"{where} has {len(after)} places instead of {len(before)}"
    for n, (was, now) in enumerate(zip(before, after, strict=False)):
        yield from _compared(was, now, f"{where}[{n}]")


def _values(old: Schema, new: Schema, where: str) -> Iterator[str]:
    before, after = (
        schema.get("enum", [schema["const"]] if "const" in schema else None) for schema in (old, new)
    )
    if after is not None:
        if before is None:
            yield f"{where} may no longer be any {old.get('type')}"
        for value in before or []:
            if value not in after:
                yield f"{where} may no longer be {value!r}"


def _bounds(old: Schema, new: Schema, where: str) -> Iterator[str]:
    for key in sorted(new.keys() & (FLOORS | CEILINGS | EXACT)):
        before, after = old.get(key), new[key]
        if before is None or (
            before != after and (key in EXACT or (after > before if key in FLOORS else after < before))
        ):
            yield f"{where} is held to {key} {after!r}"


def _fields(old: Schema, new: Schema, where: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before:
        if name in after:
            yield from _compared(before[name], after[name], f"{where}.{name}")
        else:
            yield f"{where}.{name} was removed"
    for name in new.get("required", []):
        if name not in old.get("required", []):
            yield f"{where}.{name} is required now"


def _rest(schema: Schema) -> Schema:
    """What fields without a name of their own may hold; `False` is a schema that nothing fits."""
    rest = schema.get("additionalProperties", True)
    return {"type": "nothing"} if rest is False else {} if rest is True else rest
