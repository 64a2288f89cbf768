"""`atende token`: bearer tokens for agents and programs."""

from __future__ import annotations

import sys
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from api.cli.options import FOLDER, Folder, at_hand, dsn_of, err, out

app = typer.Typer(no_args_is_help=True, help="Bearer tokens for agents and programs.")


@app.command("create")
def token_create(
    name: Annotated[str, typer.Argument(help="For whom, as you will recognise it.")],
    role: Annotated[str, typer.Option(help="As `atende permissions` lists them.")] = "agent",
    agent: Annotated[str | None, typer.Option(help="The agent it acts as.")] = None,
    scope: Annotated[
        list[str] | None, typer.Option(help="A permission it is limited to; all of its role unless said.")
    ] = None,
    days: Annotated[
        float | None, typer.Option(min=0.01, help="How long it is good; for ever unless said.")
    ] = None,
    folder: Folder = FOLDER,
) -> None:
    """Make a token. It is shown now and never again."""
    from api.permissions import PERMISSIONS
    from api.wiring.tools import create_token, roles
    from commands.door_ports import Role

    if role not in roles():
        raise typer.BadParameter(f"one of {', '.join(roles())}", param_hint="--role")
    if unknown := set(scope or ()) - {permission.value for permission in PERMISSIONS[Role(role)]}:
        raise typer.BadParameter(f"{role} may not {', '.join(sorted(unknown))}", param_hint="--scope")
    with at_hand(folder) as settings:
        issued = create_token(dsn_of(settings), name, role, agent, scope, days)
    err.print(f"Token {issued.id} for {name} ({role}). Keep it; it is not shown again.", highlight=False)
    sys.stdout.write(issued.token + "\n")


@app.command("list")
def token_list(folder: Folder = FOLDER) -> None:
    """All tokens ever made, newest first."""
    from api.wiring.tools import list_tokens

    table = Table("id", "name", "role", "actor", "scopes", "made", "until")
    with at_hand(folder) as settings:
        for token in list_tokens(dsn_of(settings)):
            end = token.revoked_at or token.expires_at
            table.add_row(
                str(token.id),
                token.identity.name,
                token.identity.role,
                token.identity.actor,
                "" if token.identity.scopes is None else ", ".join(sorted(token.identity.scopes)),
                f"{token.created_at:%Y-%m-%d %H:%M}",
                "" if end is None else f"{end:%Y-%m-%d %H:%M}",
            )
    out.print(table)


@app.command("revoke")
def token_revoke(token_id: Annotated[UUID, typer.Argument()], folder: Folder = FOLDER) -> None:
    """Make a token good for nothing; a process may believe it for 30 seconds more."""
    from api.wiring.tools import revoke_token

    with at_hand(folder) as settings:
        if not revoke_token(dsn_of(settings), token_id):
            err.print("No such token, or not good any more.")
            raise typer.Exit(1)
