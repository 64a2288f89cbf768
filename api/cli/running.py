"""`atende migrate`; `demo`, `up`, `serve`, `work`, `follow` …: what runs until it is told to stop."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from api.cli.options import FOLDER, AsJson, Folder, LogKind, Rate, Seed, err
from api.settings import as_told

NODES = {None: None, "postgres": 0, "kafka": 1}
"""Brokers to start where nothing runs yet; nothing said takes what runs, or none."""


def demo(
    folder: Folder = FOLDER,
    seconds: Annotated[
        float | None, typer.Option("--for", min=1, help="End by itself after so long.")
    ] = None,
    rate: Rate = 5.0,
    agents: Annotated[int, typer.Option(min=2, max=50, help="Robots that attend.")] = 6,
    seed: Seed = 2026,
    port: Annotated[int, typer.Option(help="Of the API; 0 takes any free one.")] = 8080,
    log: LogKind = None,
    fast: Annotated[
        bool,
        typer.Option(
            "--fast", help="A minute of the deadlines lasts a second, and one team is away: waits escalate."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Everything here and now: servers, desk, simulated customers and agents, a living queue."""
    from api.wiring.demo import run

    raise typer.Exit(
        run(
            folder,
            nodes=NODES[log],
            seconds=seconds,
            rate=rate,
            agents=agents,
            seed=seed,
            port=port,
            as_json=as_json,
            fast=fast,
        )
    )


def migrate() -> None:
    """Make the tables and topics that are missing, and end. Settings come from the environment."""
    from api.wiring.storage import migrate as run

    run(as_told())


def serve() -> None:
    """The doors; with the log in PostgreSQL, all that decides and follows by itself as well. Settings come
    from the environment."""
    from api.wiring.serving import serve as run

    raise typer.Exit(run(as_told()))


def work() -> None:
    """Own partitions of a log on Kafka, and decide what waits. Settings come from the environment."""
    from api.wiring.running import work as run

    raise typer.Exit(run(as_told()))


def follow(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]…", help="Views and processes; all by default."),
    ] = None,
) -> None:
    """Fold the views that the doors read; with the log on Kafka, run what follows by itself as well."""
    from api.wiring.running import follow as run

    raise typer.Exit(run(as_told(), names or ()))


def up(
    folder: Folder = FOLDER,
    log: LogKind = None,
    port: Annotated[int, typer.Option(help="Of the API; 0 takes any free one.")] = 8080,
) -> None:
    """All roles on this machine, with the servers of this folder, until Ctrl-C."""
    from api.wiring.demo import up as run

    raise typer.Exit(run(folder, nodes=NODES[log], port=port))


def simulate(
    rate: Rate = 5.0,
    seconds: Annotated[
        float | None, typer.Option("--for", min=1, help="End by itself after so long.")
    ] = None,
    seed: Seed = 2026,
    folder: Folder = FOLDER,
) -> None:
    """Customers, robots and a Graph API of our own for a desk that runs in another terminal."""
    from api.wiring.demo import simulate as run

    raise typer.Exit(run(folder, rate=rate, seconds=seconds, seed=seed))


def services(
    folder: Folder = FOLDER,
    kafka: Annotated[
        int, typer.Option(help="Brokers to run as well: 0, 1 or 3. They need Java and Maven.")
    ] = 0,
) -> None:
    """Run the embedded servers alone, and print how to reach them as an environment, until Ctrl-C."""
    from api.wiring.local import wait_with_servers

    def tell(reached: dict[str, str]) -> None:
        sys.stdout.write("".join(f"{name}={value}\n" for name, value in reached.items()))
        sys.stdout.flush()
        err.print("Ctrl-C ends.")

    if kafka not in (0, 1, 3):
        raise typer.BadParameter("0, 1 or 3", param_hint="--kafka")
    wait_with_servers(folder, kafka, tell)
