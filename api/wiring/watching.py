"""The queue in the terminal, as it lives: who waits, how long they have left, what came of it so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

EVERY: Final = 1.0  # seconds
PLAIN_EVERY: Final = 5.0  # without a terminal
SHOWN: Final = 14

STAGES: Final = {"automation": "Automação", "waiting": "Espera", "in_service": "Atendimento"}
PRIORITIES: Final = {
    "urgent": ("urgente", "bold red"),
    "high": ("alta", "yellow"),
    "normal": ("normal", "white"),
    "low": ("baixa", "dim"),
}


class Watching:
    """Asks the API as any program would; shows a table on a terminal and lines of text elsewhere."""

    def __init__(self, url: str, token: str, counters: dict[str, Any], console: Console) -> None:
        self._api = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=5)
        self._counters, self._console = counters, console

    def until(self, over: threading.Event, alive: Callable[[], bool]) -> None:
        """Show until it is over, or the desk ended."""
        try:
            if self._console.is_terminal:
                with Live(self._picture(), console=self._console, refresh_per_second=4) as live:
                    while not over.wait(EVERY) and alive():
                        live.update(self._picture())
            else:
                while not over.wait(PLAIN_EVERY) and alive():
                    self._console.print(self._sums(), highlight=False)
        finally:
            self._api.close()

    def _conversations(self) -> list[dict[str, Any]]:
        try:
            answer = self._api.get("/v1/conversations", params={"limit": 100})
            items: list[dict[str, Any]] = answer.json()["items"] if answer.is_success else []
        except (httpx.HTTPError, ValueError, KeyError):
            return []
        return items

    def _sums(self) -> str:
        told = {
            "recebidas": "received",
            "respondidas": "answered",
            "sem resposta": "waiting",
            "assumidas": "claims",
            "encerradas": "closings",
            "status": "statuses",
            "repetidas": "duplicates",
        }
        counts = "  ".join(f"{word} {self._counters.get(name, 0)}" for word, name in told.items())
        return f"{time.strftime('%H:%M:%S')}  {counts}"

    def _picture(self) -> Group:
        table = Table(title="Fila, na ordem única", title_justify="left", expand=True)
        for column in ("protocolo", "etapa", "fila", "prioridade", "prazo", "com"):
            table.add_column(column, no_wrap=True)
        table.add_column("última mensagem", no_wrap=True, ratio=1)  # what is left of the width
        now = datetime.now(UTC)
        rows = self._conversations()
        for row in rows[:SHOWN]:
            priority, style = PRIORITIES.get(row.get("priority") or "", ("", ""))
            table.add_row(
                row.get("protocol") or "…",
                STAGES.get(row["stage"], row["stage"]),
                row.get("queue_id") or "",
                Text(priority, style=style),
                _left(row.get("due_at"), now),
                row.get("agent_id") or "",
                (row.get("last_preview") or row.get("last_kind") or "")[:40],
            )
        if len(rows) > SHOWN:
            table.caption = f"e mais {len(rows) - SHOWN}"
        return Group(table, Text(self._sums(), style="bold"))


def _left(due: str | None, now: datetime) -> Text:
    if not due:
        return Text("")
    seconds = int((datetime.fromisoformat(due) - now).total_seconds())
    sign, style = ("-", "bold red") if seconds < 0 else ("", "green" if seconds > 60 else "yellow")
    return Text(f"{sign}{abs(seconds) // 60:02d}:{abs(seconds) % 60:02d}", style=style)
