"""The templates of a business account, as Meta's Graph API lists them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import httpx
import structlog

from adapters.whatsapp.meta_api import BASE_URL, TOTAL, VERSION
from commands.template_port import Listed
from domain.channel import ChannelId
from domain.template import Button, Category, Quality, Shape, Status

log = structlog.get_logger(__name__)

PAGE: Final = 100
MOST_PAGES: Final = 100
_FIELDS: Final = "name,language,status,category,quality_score,components"

W = TypeVar("W", Status, Category, Quality)


@dataclass(frozen=True, slots=True)
class Account:
    """The business account behind a number, and how it signs in."""

    waba_id: str
    token: str = field(repr=False)


class MetaTemplates:
    """`ProvidersTemplates` on Meta's Graph API."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        accounts: Mapping[str, Account],
        *,
        base_url: str = BASE_URL,
        version: str = VERSION,
        total: float = TOTAL,
    ) -> None:
        self._client, self._accounts, self._total = client, accounts, total
        self._root = f"{base_url.rstrip('/')}/{version}"

    @property
    def channels(self) -> Sequence[ChannelId]:
        return [ChannelId(channel) for channel in self._accounts]

    async def listed(self, channel_id: ChannelId) -> Sequence[Listed] | None:
        account = self._accounts[channel_id]
        found: list[Listed] = []
        after: str | None = None
        for _ in range(MOST_PAGES):
            body = await self._page(account, after)
            data = body.get("data")
            if not isinstance(data, list):
                log.warning("templates_not_listed", channel=channel_id)
                return None
            found += [one for line in data if (one := read_line(line)) is not None]
            after = _next(body)
            if after is None:
                return found
        log.error("templates_never_end", channel=channel_id)
        return None

    async def _page(self, account: Account, after: str | None) -> dict[str, Any]:
        """One page; an empty object when there was none to be had."""
        params = {"fields": _FIELDS, "limit": str(PAGE)} | ({} if after is None else {"after": after})
        try:
            async with asyncio.timeout(self._total):
                response = await self._client.get(
                    f"{self._root}/{account.waba_id}/message_templates",
                    params=params,
                    headers={"Authorization": f"Bearer {account.token}"},
                )
            body = response.json() if response.status_code == httpx.codes.OK else None
        except (httpx.RequestError, TimeoutError, ValueError):
            return {}
        return body if isinstance(body, dict) else {}


def _next(body: Mapping[str, Any]) -> str | None:
    match body.get("paging"):
        case {"next": str(), "cursors": {"after": str(after)}} if after:
            return after
        case _:
            return None


def read_line(line: object) -> Listed | None:
    """A template of the list; None for what is none, or has no body to send."""
    match line:
        case {"name": str(name), "language": str(language), "components": list(components), **more} if name:
            shape = _shape([one for one in components if isinstance(one, dict)])
            if shape is None:
                return None
            score = more.get("quality_score")
            quality = score.get("score") if isinstance(score, dict) else score
            return Listed(
                name,
                language,
                shape,
                word(Category, more.get("category"), Category.OTHER),
                word(Status, more.get("status"), Status.OTHER),
                word(Quality, quality, Quality.UNKNOWN),
            )
        case _:
            return None


def word(kind: type[W], told: object, otherwise: W) -> W:
    """A word of the provider as one of ours."""
    try:
        return kind(told.lower()) if isinstance(told, str) else otherwise
    except ValueError:
        return otherwise


def _shape(components: Sequence[Mapping[str, Any]]) -> Shape | None:
    by_type = {str(one.get("type", "")).lower(): one for one in components}
    body = _text(by_type.get("body"))
    if body is None:
        return None
    header = by_type.get("header")
    return Shape(
        body=body,
        header_format=None if header is None else str(header.get("format", "text")).lower(),
        header=_text(header),
        footer=_text(by_type.get("footer")),
        buttons=tuple(_buttons(by_type.get("buttons", {}))),
    )


def _buttons(component: Mapping[str, Any]) -> list[Button]:
    found = component.get("buttons")
    buttons = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [Button(str(one.get("type", "")).lower(), _text(one) or "", _text(one, "url")) for one in buttons]


def _text(component: Mapping[str, Any] | None, name: str = "text") -> str | None:
    value = None if component is None else component.get(name)
    return value if isinstance(value, str) and value else None
