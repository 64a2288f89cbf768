"""`atende parked`: events that broke a follower, and commands whose handlers broke."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from api.cli.options import FOLDER, AsJson, Folder, at_hand, dsn_of, out, print_json

app = typer.Typer(no_args_is_help=True, help="Events that broke a follower, put aside.")


@app.command("list")
def parked_list(folder: Folder = FOLDER, as_json: AsJson = False) -> None:
    """What was put aside, and why; and the commands whose handlers broke."""
    from api.wiring.tools import broken_commands, parked

    with at_hand(folder) as settings:
        aside, broken = parked(dsn_of(settings)), broken_commands(dsn_of(settings))
    if as_json:
        print_json({"parked": [p._asdict() for p in aside], "broken": broken})
        return
    table = Table("follower", "event", "stream", "version", "reason", "since", title="Parked events")
    for p in aside:
        table.add_row(p.follower, p.type, p.stream, str(p.version), p.reason, f"{p.parked_at:%Y-%m-%d %H:%M}")
    out.print(table)
    table = Table("command", "stream", "error", "when", title="Broken commands")
    for b in broken:
        table.add_row(b["command"], b["stream"], b["error"], b["at"])
    out.print(table)


@app.command("retry")
def parked_retry(
    follower: Annotated[str, typer.Argument(help="Whose events, or `all`.")] = "all", folder: Folder = FOLDER
) -> None:
    """Hand the parked events to their followers once more, in order."""
    from api.wiring.retrying import retry_parked

    with at_hand(folder) as settings:
        done, left = retry_parked(settings, follower)
    out.print(f"{done} done, {left} still parked.")
    raise typer.Exit(0 if left == 0 else 1)
