"""`atende user`: people who sign in. `atende permissions`: what each role may do."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.cli.options import FOLDER, AsJson, Folder, at_hand, err, print_json

app = typer.Typer(no_args_is_help=True, help="People who sign in.")


@app.command("add")
def user_add(
    login: Annotated[str, typer.Argument(help="The e-mail address they sign in with.")],
    role: Annotated[str, typer.Option(help="agent, supervisor, manager, director, analyst, …")],
    name: Annotated[str, typer.Option(help="As colleagues know them; the address unless said.")] = "",
    agent: Annotated[str | None, typer.Option(help="The agent they act as.")] = None,
    queue: Annotated[
        list[str] | None, typer.Option(help="A queue whose conversations are theirs; all unless said.")
    ] = None,
    folder: Folder = FOLDER,
) -> None:
    """Invite somebody: prints a link that works once, within a day. For somebody who is here, another one."""
    from api.wiring.tools import invite_user, roles

    known = [one for one in roles() if one != "service"]
    if role not in known:
        raise typer.BadParameter(f"one of {', '.join(known)}", param_hint="--role")
    if "@" not in login:
        raise typer.BadParameter("an e-mail address", param_hint="LOGIN")
    with at_hand(folder) as settings:
        made = invite_user(settings, login, name or login.partition("@")[0], role, agent, queue)
        where = f"http://{settings.host}:{settings.port}"
    err.print(
        f"User {made.user_id} ({role}). The link works once, until {made.expires_at:%Y-%m-%d %H:%M} UTC."
    )
    sys.stdout.write(f"{where}/convite#{made.word}\n")


def permissions(as_json: AsJson = False) -> None:
    """Who may do what: every role, how far, and what it does not see; and what each door takes."""
    from api.routes.users import table

    told = table().model_dump(mode="json")
    if as_json:
        print_json(told)
        return
    matrix = Table("role", "permission", "reaches", "does not see", title="What each role may do")
    for role, held in told["roles"].items():
        for name, grant in sorted(held.items()):
            matrix.add_row(role, name, grant["scope"], ", ".join(grant["masks"]))
        matrix.add_section()
    _print_whole(matrix)
    doors = Table("door", "takes", title="Doors")
    for door, needed in sorted(told["doors"].items(), key=lambda pair: pair[0].split(" ")[::-1]):
        doors.add_row(door, needed)
    _print_whole(doors)


def _print_whole(table: Table) -> None:
    """However narrow the terminal is: a line that is cut or folded could not be searched."""
    wide = Console(width=1000)
    Console(width=wide.measure(table).maximum).print(table)
