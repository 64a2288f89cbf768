"""The queue in the terminal, as it lives: who waits, how long they have left, what came of it so far."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
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
LATELY: Final = 12  # lines of what happened
WATCHED: Final = 40  # conversations

HOW: Final = {
    "accepted": "aceitou",
    "assigned": "pelo sistema",
    "claimed": "escolheu",
    "pulled": "pegou a próxima",
    "transferred": "por transferência",
    "reopened": "de volta",
    "taken": "assumiu",
}
LEVELS: Final = {
    "supervisor": "supervisão avisada",
    "manager": "gerência avisada",
    "director": "diretoria avisada",
}

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
        self._lately: deque[Text] = deque(maxlen=LATELY)
        self._told: dict[str, int] = {}  # per conversation, the last turn that was told
        self._warned: dict[str, int] = {}  # and the highest percentage
        self._names: dict[str, str] = {}

    def until(self, over: threading.Event, alive: Callable[[], bool]) -> None:
        """Show until it is over, or the desk ended."""
        try:
            if self._console.is_terminal:
                with Live(self._picture(), console=self._console, refresh_per_second=4) as live:
                    while not over.wait(EVERY) and alive():
                        live.update(self._picture())
            else:
                while not over.wait(PLAIN_EVERY) and alive():
                    self._look(self._conversations())
                    while self._lately:
                        self._console.print(self._lately.popleft())
                    self._console.print(self._sums(), highlight=False)
        finally:
            self._api.close()

    def _conversations(self) -> list[dict[str, Any]]:
        return self._ask("/v1/conversations", limit=100)

    def _ask(self, path: str, **query: Any) -> list[dict[str, Any]]:
        try:
            answer = self._api.get(path, params=query)
            items: list[dict[str, Any]] = answer.json()["items"] if answer.is_success else []
        except (httpx.HTTPError, ValueError, KeyError):
            return []
        return items

    def _look(self, rows: list[dict[str, Any]]) -> None:
        """What happened since the last look to whoever is not with automation any more."""
        people = [row for row in rows if row["stage"] != "automation"][:WATCHED]
        if any(self._told.get(row["conversation_id"], 0) < row["version"] for row in people):
            self._names |= {agent["agent_id"]: agent["name"] for agent in self._ask("/v1/agents")}
        for row in people:
            conversation_id, path = row["conversation_id"], f"/v1/conversations/{row['conversation_id']}"
            before = self._told.get(conversation_id, 0)
            if before < row["version"]:
                for line in self._ask(f"{path}/transcript", limit=12):
                    if line["line"] == "turn" and int(line["line_id"][1:]) > before:
                        self._tell(row, line["at"], said(line["kind"], line["content"] or {}, self._names))
                self._told[conversation_id] = row["version"]
            if row["due_at"] is not None:
                for clock in self._ask(f"{path}/clocks"):
                    key, percent = f"{conversation_id}/{clock['number']}", clock["warned"]
                    if clock["state"] == "running" and percent > self._warned.get(key, 0):
                        self._warned[key] = percent
                        self._tell(row, None, Text(f"{percent} % do prazo usado", style="yellow"))

    def _tell(self, row: dict[str, Any], at: str | None, what: Text | None) -> None:
        if what is not None:
            when = datetime.now().astimezone() if at is None else datetime.fromisoformat(at).astimezone()
            head = f"{when:%H:%M:%S}  {row.get('protocol') or '…':<16}  {row.get('queue_id') or '':<16}  "
            self._lately.append(Text(head, style="dim").append_text(what))

    def _sums(self) -> str:
        told = {
            "recebidas": "received",
            "respondidas": "answered",
            "sem resposta": "waiting",
            "aceitas": "accepts",
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
        self._look(rows)
        for row in rows[:SHOWN]:
            priority, style = PRIORITIES.get(row.get("priority") or "", ("", ""))
            table.add_row(
                row.get("protocol") or "…",
                STAGES.get(row["stage"], row["stage"]),
                row.get("queue_id") or "",
                Text(priority, style=style),
                _left(row.get("due_at"), now),
                self._with(row),
                (row.get("last_preview") or row.get("last_kind") or "")[:40],
            )
        if len(rows) > SHOWN:
            table.caption = f"e mais {len(rows) - SHOWN}"
        lately = Group(Text("O que aconteceu", style="italic"), *self._lately)
        return Group(table, lately, Text(self._sums(), style="bold"))

    def _with(self, row: dict[str, Any]) -> Text:
        if row.get("offered_to"):
            return Text(f"oferecida a {self._names.get(row['offered_to'], row['offered_to'])}", style="cyan")
        return Text(self._names.get(row.get("agent_id") or "", row.get("agent_id") or ""))


def said(kind: str, content: Mapping[str, Any], names: Mapping[str, str]) -> Text | None:
    """A turn in a few words, if it is about who gets what, or about waiting too long."""

    def name(key: str) -> str:
        return names.get(str(content.get(key)), str(content.get(key)))

    match kind:
        case "offered":
            return Text(f"oferecida a {name('agent_id')}", style="cyan")
        case "offer_declined":
            return Text(f"{name('agent_id')} recusou", style="yellow")
        case "offer_expired":
            return Text(f"{name('agent_id')} não respondeu a tempo", style="yellow")
        case "assigned":
            how = HOW.get(str(content.get("how")), "")
            return Text(f"com {name('agent_id')}{how and f' ({how})'}", style="green")
        case "breached":
            return Text(f"prazo vencido: {content.get('target_minutes')} min", style="bold red")
        case "escalated":
            reached = LEVELS.get(str(content.get("reached")), "ninguém a avisar")
            return Text(f"{content.get('minutes')} min de espera: {reached}", style="bold red")
        case "acknowledged":
            return Text(f"{name('by')} está cuidando", style="magenta")
        case _:
            return None


def _left(due: str | None, now: datetime) -> Text:
    if not due:
        return Text("")
    seconds = int((datetime.fromisoformat(due) - now).total_seconds())
    sign, style = ("-", "bold red") if seconds < 0 else ("", "green" if seconds > 60 else "yellow")
    return Text(f"{sign}{abs(seconds) // 60:02d}:{abs(seconds) % 60:02d}", style=style)
