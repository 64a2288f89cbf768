"""E-mail and signed webhooks to people outside the desk."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import smtplib
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote, urlsplit

import httpx
import structlog

from commands.ports import Alarm, Clock

PATIENCE: Final = 10.0  # seconds for one attempt
PAUSES: Final = (0.5, 2.0, 5.0)  # seconds between attempts

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outside:
    """How a recipient is reached."""

    email: str | None = None
    webhook: str | None = None


class OutsideAlarms:
    """The port `Alarms`. Whoever is in no list is told nothing outside."""

    def __init__(
        self,
        recipients: Mapping[str, Outside],
        client: httpx.AsyncClient,
        clock: Clock,
        *,
        smtp_url: str | None = None,
        sender: str = "",
        secret: bytes | None = None,
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        self._recipients, self._client, self._clock = recipients, client, clock
        self._smtp_url, self._sender, self._secret, self._pauses = smtp_url, sender, secret, pauses

    async def tell(self, recipient: str, alarm: Alarm) -> bool:
        outside = self._recipients.get(recipient, Outside())
        ways: list[Callable[[], Awaitable[bool]]] = []
        if (webhook := outside.webhook) is not None and (secret := self._secret) is not None:
            ways.append(lambda: self._post(webhook, secret, alarm))
        if (email := outside.email) is not None and (url := self._smtp_url) is not None:
            ways.append(lambda: self._mail(url, email, alarm))
        taken = [await self._patiently(way) for way in ways]
        if ways and not any(taken):
            log.error("alarm_not_taken", recipient=recipient, alarm=alarm.key)
        return any(taken)

    async def _patiently(self, way: Callable[[], Awaitable[bool]]) -> bool:
        for pause in (*self._pauses, None):
            if await way():
                return True
            if pause is not None:
                await asyncio.sleep(pause)
        return False

    async def _post(self, url: str, secret: bytes, alarm: Alarm) -> bool:
        told = {"key": alarm.key, "subject": alarm.subject, "text": alarm.text, "data": alarm.data}
        body = json.dumps(told, ensure_ascii=False).encode()
        stamp = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": alarm.key,
            "Atende-Timestamp": stamp,
            "Atende-Signature": signature(secret, stamp, body),
        }
        try:
            answer = await self._client.post(url, content=body, headers=headers, timeout=PATIENCE)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("alarm_webhook_failed", error=type(error).__name__)
            return False
        if not answer.is_success:
            log.warning("alarm_webhook_failed", status=answer.status_code)
        return answer.is_success

    async def _mail(self, url: str, to: str, alarm: Alarm) -> bool:
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = alarm.subject, self._sender, to
        message["Message-ID"] = f"<{hashlib.sha256(f'{alarm.key} {to}'.encode()).hexdigest()}@atende>"
        message.set_content(alarm.text)
        try:
            await asyncio.to_thread(_send, url, message)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            log.warning("alarm_mail_failed", error=type(error).__name__)
            return False
        return True


def signature(secret: bytes, stamp: str, body: bytes) -> str:
    """What a webhook is signed with: HMAC-SHA256 of `<timestamp>.<body>`, hexadecimal."""
    return "sha256=" + hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _send(url: str, message: EmailMessage) -> None:
    server = urlsplit(url)
    host, port = server.hostname or "localhost", server.port
    if server.scheme == "smtps":
        with smtplib.SMTP_SSL(
            host, port or 465, timeout=PATIENCE, context=ssl.create_default_context()
        ) as smtp:
            _hand_over(smtp, server.username, server.password, message)
        return
    with smtplib.SMTP(host, port or 587, timeout=PATIENCE) as smtp:
        smtp.ehlo()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        _hand_over(smtp, server.username, server.password, message)


def _hand_over(smtp: smtplib.SMTP, user: str | None, password: str | None, message: EmailMessage) -> None:
    if user:
        smtp.login(unquote(user), unquote(password or ""))
    smtp.send_message(message)
