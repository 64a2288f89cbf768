"""`atende`: one program, several doors."""

from __future__ import annotations

import sys

import typer

from api.cli import clocks, forgetting, looking, moving, parked, routing, running, tokens, users
from api.cli.options import err

app = typer.Typer(
    name="atende",
    help="The customer-service desk behind an internet provider's WhatsApp numbers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    running.demo,
    running.migrate,
    running.up,
    running.serve,
    running.work,
    running.follow,
    running.simulate,
    running.services,
    looking.parse,
    looking.tell,
    clocks.clocks,
    routing.route,
    looking.verify,
    looking.rebuild,
    looking.begin,
    forgetting.forget,
    moving.copy_log,
    looking.config,
    looking.schema,
    users.permissions,
):
    app.command()(command)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(looking.bench)
app.add_typer(tokens.app, name="token")
app.add_typer(users.app, name="user")
app.add_typer(parked.app, name="parked")


def main() -> None:
    """The console script. What a person can mend is told in a sentence, not in a traceback."""
    from api.settings import WrongSettings
    from api.wiring.tools import ServiceError

    try:
        app()
    except WrongSettings as error:
        err.print(f"[red]{error}[/]", highlight=False)
        sys.exit(2)
    except ServiceError as error:
        err.print(f"[red]{error}[/]", highlight=False)
        sys.exit(1)
