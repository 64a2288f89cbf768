"""What the provider tells of templates, on its way to the registry. Total, as the sorter is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid5

from commands.intention import COMMANDS, Command
from commands.template import HearTemplateCategory, HearTemplateQuality, HearTemplateStatus
from domain.channel import ChannelId
from domain.journal import Cause
from domain.template import Category, Quality, Status, key_of

FIELDS: Final = frozenset(
    {"message_template_status_update", "message_template_quality_update", "template_category_update"}
)
_STATUSES: Final[Mapping[str, Status]] = {
    "APPROVED": Status.APPROVED,
    "REINSTATED": Status.APPROVED,
    "FLAGGED": Status.APPROVED,  # a warning: it may be sent until it is paused
    "UNPAUSED": Status.APPROVED,
    "PENDING": Status.PENDING,
    "REJECTED": Status.REJECTED,
    "PAUSED": Status.PAUSED,
    "DISABLED": Status.DISABLED,
    "LOCKED": Status.DISABLED,
}


def read_template(
    channel_id: ChannelId, item: Mapping[str, Any], at: datetime, cause: Cause
) -> Command | None:
    """The wish to record it; None when it does not say which template, or nothing of it that we follow. `at`
    is when it came, for what has no time of its own. Told again, it is the same wish."""
    name = _word(item, "detail_message_template_name")
    language = _word(item, "detail_message_template_language")
    field = item.get("field")
    if name is None or language is None:
        return None
    told = item.get("at")
    told_at = _instant(told) or at
    about: dict[str, Any] = {
        "cause": cause,
        "channel_id": channel_id,
        "name": name,
        "language": language,
        "told_at": told_at,
    }
    key = key_of(channel_id, name, language)

    def id_of(value: str) -> Any:
        return uuid5(COMMANDS, f"heard/{key}/{field}/{value}/{told or cause.source}")

    match field:
        case "message_template_status_update":
            event = (_word(item, "detail_event") or "").upper()
            status = _STATUSES.get(event, Status.OTHER)
            reason = _word(item, "detail_reason")
            if reason == "NONE":
                reason = None
            return HearTemplateStatus(id=id_of(event), status=status, reason=reason, **about)
        case "template_category_update":
            category = _one_of(Category, _word(item, "detail_new_category"), Category.OTHER)
            return HearTemplateCategory(id=id_of(category), category=category, **about)
        case "message_template_quality_update":
            quality = _one_of(Quality, _word(item, "detail_new_quality_score"), Quality.UNKNOWN)
            return HearTemplateQuality(id=id_of(quality), quality=quality, **about)
        case _:
            return None


def _one_of(kind: Any, told: str | None, otherwise: Any) -> Any:
    return next((one for one in kind if told is not None and one.value == told.lower()), otherwise)


def _word(item: Mapping[str, Any], name: str) -> str | None:
    found = item.get(name)
    return found if isinstance(found, str) and found else None


def _instant(told: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
    return None if found is None else found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
