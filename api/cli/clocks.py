"""`atende clocks`: what clocks would say of a day that somebody wrote down."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import AsJson, err, out, print_json

INVALID = 2


def clocks(
    scenario: Annotated[Path, typer.Option(help="A file as docs/scenarios-clocks.md describes it.")],
    as_json: AsJson = False,
) -> None:
    """Play a scenario: clocks, warnings, breaches, escalations and the order, as the desk would have them."""
    from api.scenarios.reading import Invalid
    from api.wiring.scenarios import play_scenario

    try:
        body = scenario.read_bytes()
    except OSError as why:
        err.print(f"The file cannot be read: {why.strerror}.", highlight=False)
        raise typer.Exit(INVALID) from None
    try:
        found = play_scenario(body)
    except Invalid as invalid:
        for field, problem in invalid.problems:
            err.print(f"{field}: {problem}", highlight=False, markup=False, soft_wrap=True)
        if as_json:
            print_json({"problems": [{"field": f, "problem": p} for f, p in invalid.problems]})
        raise typer.Exit(INVALID) from None
    if as_json:
        print_json(found)
        return
    _show(found)


def _show(found: dict[str, Any]) -> None:
    for clock in found["clocks"]:
        told = (clock[name] or "" for name in ("id", "kind", "queue", "started_at", "state", "verdict"))
        out.print("  ".join(told), f"due {clock['due_at'] or '-'}", highlight=False, soft_wrap=True)
    out.print()
    for line in found["history"]:
        if line["what"] in ("warned", "breached", "escalated", "acknowledged", "voided"):
            detail = line.get("percent") or line.get("cause") or line.get("level") or line.get("by") or ""
            out.print(f"{line['at']}  {line['clock']}  {line['what']} {detail}", highlight=False)
    for n, row in enumerate(found["order"], start=1):
        out.print(f"{n}. {row['conversation']} ({row['tier']})", highlight=False)
