"""What stands in the log, told in JSON Schema to whoever reads it without this program.

    {"record": {"1": …}, "agent.Deactivated": {"1": …}, …}

Every stored name leads to its schema numbers, each of them to the JSON Schema (2020-12) of the body as it is
once opened. `x-privacy` on a field says whose words it holds (`domain/privacy.py`). `record` is the body of a
record by the format in its header. Readers pass over fields they do not know, so no schema forbids them.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from adapters.archive import Archive, Kept
from adapters.log.chain import FMT
from adapters.log.record import BatchDict

RECORD: Final = "record"
OUTCOMES: Final = ("accepted", "refused", "broken")

JsonSchema = dict[str, Any]
Catalogue = dict[str, dict[str, JsonSchema]]


def catalogue(archive: Archive) -> Catalogue:
    """All of it, always in the same order."""
    told: Catalogue = {RECORD: {str(FMT): _record()}}
    for name in archive.names:
        kept = archive.kept(name)
        told[name] = {str(kept.schema): _event(kept)}
    return told


def _event(kept: Kept) -> JsonSchema:
    schema = _schema(kept.adapter)
    for field, class_ in kept.personal.items():
        schema["properties"][field]["x-privacy"] = class_.value
    return _dated(schema, kept.name)


def _record() -> JsonSchema:
    schema = _schema(TypeAdapter(BatchDict))
    outcome = schema["$defs"]["OutcomeDict"]
    outcome["oneOf"] = [{"required": [kind]} for kind in OUTCOMES]
    return _dated(schema, RECORD)


def _schema(adapter: TypeAdapter[Any]) -> JsonSchema:
    return adapter.json_schema(mode="serialization", schema_generator=_Plain)


def _dated(schema: JsonSchema, title: str) -> JsonSchema:
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema, "title": title}


class _Plain(GenerateJsonSchema):
    """Fields keep the one name they have."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False
