"""`atende route`: who would get what, and why, without a desk."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from api.cli.options import AsJson, err, out, print_json
from api.rehearsal.first_line import first_line
from api.rehearsal.scenario import Fault, Invalid, read, run
from api.rehearsal.telling import told
from domain.firstline import FirstLineSettings


def route(
    scenario: Annotated[
        Path | None, typer.Option(help="A JSON file; `-` reads standard input. See docs/scenarios-route.md.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="What a customer might write first.")] = None,
    as_json: AsJson = False,
) -> None:
    """Play a scenario through the routing in simulated time, or say where a message would lead."""
    if (scenario is None) == (text is None):
        raise typer.BadParameter("--scenario or --text, one of them", param_hint="--scenario")
    if text is not None:
        _tell_text(text, as_json=as_json)
        return
    assert scenario is not None
    try:
        floor = run(read(_body(scenario)))
    except Invalid as invalid:
        _tell_faults(invalid.faults, as_json=as_json)
        raise typer.Exit(2) from None
    result = told(floor)
    if as_json:
        print_json(result)
    else:
        _tell_facts(result["facts"])


def _body(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except (OSError, ValueError) as why:
        reason = getattr(why, "strerror", None) or "not a file name"
        raise Invalid([Fault("scenario", f"The file cannot be read: {reason}.")]) from None


def _tell_faults(faults: list[Fault], *, as_json: bool) -> None:
    """As a problem (RFC 9457), and as a line each for people."""
    for fault in faults:
        err.print(f"[red]{escape(fault.field)}[/]: {escape(fault.message)}", highlight=False)
    if as_json:
        print_json(
            {
                "type": "urn:atende:problem:invalid-scenario",
                "title": "Invalid scenario",
                "detail": f"{faults[0].field}: {faults[0].message}",
                "rule": "InvalidScenario",
                "errors": [{"field": fault.field, "message": fault.message} for fault in faults],
            }
        )


def _tell_text(text: str, *, as_json: bool) -> None:
    answer = first_line(text, FirstLineSettings(company="", phone=""))
    if as_json:
        print_json(answer)
        return
    for name, value in answer.items():
        out.print(f"{name}: [bold]{escape(str(value))}[/]", highlight=False)


def _tell_facts(facts: list[dict[str, Any]]) -> None:
    table = Table(header_style="bold")
    for column in ("at", "what happened", "conversation", "agent", "queue", "details"):
        table.add_column(column)
    for fact in facts:
        known = ("at", "kind", "conversation", "agent", "queue", "why")
        details = ", ".join(f"{name} {value}" for name, value in fact.items() if name not in known)
        chosen = (fact.get("why") or {}).get("chosen_by")
        details = f"{details}, because: {chosen}" if chosen else details
        named = [str(fact.get(name) or "") for name in known[:5]]
        table.add_row(*map(escape, (*named, details)))
    out.print(table)
