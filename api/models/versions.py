"""How things of the desk were set, version by version, as the doors tell it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pydantic import Field

from api.models.asks import Ask
from api.models.views import View
from projections import versions

OF: Final = r"^(queue|agent|calendar|policy|canned|channel):[a-z0-9][a-z0-9_-]{0,63}$"


class Restore(Ask):
    of: str = Field(pattern=OF)
    number: int = Field(ge=1, le=2**31 - 1)


class ChangedBy(View):
    actor: str = Field(description="`user:<id>`, `agent:<id>`, `token:<id>` or `system`")
    name: str | None = Field(description="As they are called now; null where nobody may be told, or is known")


class FieldChange(View):
    """`before`, `after`: null where it says nothing. What is a person's reads `[dado protegido]`."""

    field: str = Field(description="The way to it, apart by points: `targets.urgent.first`")
    before: Any
    after: Any


class SettingVersion(View):
    number: int
    at: datetime
    by: ChangedBy
    changes: list[FieldChange]
    restores: list[FieldChange] | None = Field(
        description="What restoring it would change now; null: it cannot be restored"
    )


class SettingVersions(View):
    """The newest first."""

    items: list[SettingVersion]
    before: int | None = Field(description="Give it as `before` for the older ones; null: there are none")


def version(of: versions.Version, by: ChangedBy, *, restorable: bool) -> SettingVersion:
    return SettingVersion(
        number=of.number,
        at=of.at,
        by=by,
        changes=[FieldChange.model_validate(change) for change in of.changes],
        restores=[FieldChange.model_validate(c) for c in of.restores] if restorable else None,
    )
