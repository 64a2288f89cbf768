"""`atende parse`, `tell`, `verify`, `rebuild`, `config`, `schema`, `bench`: what looks and tells."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress, TaskID
from rich.table import Table

from api.cli.options import FOLDER, AsJson, Folder, LogKind, at_hand, err, out, print_json, progress
from api.cli_parse import parse_files

BENCHES = ("engine", "intake", "rebuild")


def parse(
    provider: Annotated[str, typer.Option(help="meta, 360dialog or twilio")],
    files: Annotated[
        list[Path] | None, typer.Argument(help="Webhook bodies; none reads standard input.")
    ] = None,
) -> None:
    """Print what webhook bodies say, one item a line."""
    from api.wiring.tools import providers, read_body

    known = {"360dialog": "dialog360"} | {name: name for name in providers()}
    if provider not in known:
        raise typer.BadParameter("one of meta, 360dialog, twilio", param_hint="--provider")
    parse_files(read_body, known[provider], files or [])


def tell(
    stream: Annotated[str, typer.Argument(help="Such as conversation-5f0c6a4e-…")],
    folder: Folder = FOLDER,
    words: Annotated[bool, typer.Option("--words", help="Show what people wrote, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell the history of a stream as a story."""
    from api.wiring.tools import story

    with at_hand(folder) as settings:
        lines = story(settings, stream, words=words)
    if as_json:
        for line in lines:
            print_json(line)
        return
    if not lines:
        err.print(f"Nothing was ever recorded of {stream}.")
        raise typer.Exit(1)
    table = Table(title=stream, title_justify="left", header_style="bold")
    for column in ("#", "when", "what happened", "who", "position"):
        table.add_column(column, no_wrap=column in ("#", "position"))
    for line in lines:
        details = ", ".join(f"{name} {value}" for name, value in line["details"].items())
        what = f"[bold]{escape(line['what'])}[/] {escape(details)}"
        table.add_row(str(line["version"]), line["at"], what, line["who"], line["position"])
    out.print(table)


def verify(folder: Folder = FOLDER, log: LogKind = None, as_json: AsJson = False) -> None:
    """Walk the chain of every partition and name the first bad position."""
    from api.wiring.tools import verify as walk

    with at_hand(folder, log) as settings, progress() as shown:
        task = shown.add_task("verifying", total=None)

        def told(partition: int, records: int) -> None:
            shown.update(task, description=f"partition {partition}: {records:,} records")

        report = walk(settings, told)
    found = report.as_json()
    bad = found["first_bad"]
    if as_json:
        print_json(found)
    elif bad is None:
        out.print(f"[green]The chain is whole[/]: {found['records']:,} records, {found['events']:,} events.")
    else:
        out.print(f"[red]Broken[/] at partition {bad['partition']}, record {bad['seq']}: {bad['reason']}")
    raise typer.Exit(0 if report.first_bad is None else 1)


def rebuild(
    name: Annotated[str, typer.Argument(help="A view, or `all`.")],
    folder: Folder = FOLDER,
    forgotten: Annotated[
        bool, typer.Option("--forgotten", help="Somebody was forgotten since: rows may differ.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build a view anew beside the live one, compare the two, and put the new one in its place."""
    from api.wiring.tools import Different, NotComparable, view_names
    from api.wiring.tools import rebuild as build

    names = view_names() if name == "all" else [name]
    if names[0] not in view_names():
        raise typer.BadParameter(f"one of {', '.join(view_names())}, or all", param_hint="NAME")
    with at_hand(folder) as settings:
        for each in names:
            with progress() as shown:
                task = shown.add_task(each, total=None)

                try:
                    figures = build(settings, each, partial(_told, shown, task, each), forgotten=forgotten)
                except (Different, NotComparable) as why:
                    err.print(f"[red]Not swapped[/]: {why}", highlight=False)
                    raise typer.Exit(1) from None
            if as_json:
                print_json(figures)
            else:
                out.print(
                    f"{each}: {figures['rows']:,} rows from {figures['events']:,} events in "
                    f"{figures['seconds']} s ({figures['events_per_second']:,}/s), "
                    f"{'identical' if figures['identical'] else 'without what was forgotten'}, swapped."
                )


def _told(shown: Progress, task: TaskID, name: str, facts: int, lag: int) -> None:
    shown.update(task, description=f"{name}: {facts:,} events, {lag:,} records to go")


def begin(
    follower: Annotated[str, typer.Argument(help="A policy or courier that is new on this log.")],
    start: Annotated[str, typer.Option("--from", help="start (all of history) or end (from now on)")],
    folder: Folder = FOLDER,
) -> None:
    """Say from where a policy or courier without a bookmark starts. The desk must not run."""
    from api.wiring.tools import begin as first

    if start not in ("start", "end"):
        raise typer.BadParameter("start or end", param_hint="--from")
    with at_hand(folder) as settings:
        try:
            first(settings, follower, at_end=start == "end")
        except KeyError:
            raise typer.BadParameter("no such policy or courier", param_hint="FOLLOWER") from None
        except ValueError:
            err.print(f"{follower} has a bookmark already.")
            raise typer.Exit(1) from None


def config(folder: Folder = FOLDER) -> None:
    """Print every setting, secrets as stars."""
    with at_hand(folder) as settings:
        print_json(settings.shown())


def schema(
    name: Annotated[str, typer.Argument(metavar="TYPE", help="Such as conversation.Closed; or record.")] = "",
) -> None:
    """Print the JSON Schemas of what stands in the log: the record, and every event by its stored name."""
    from api.wiring.tools import schemas

    told = schemas()
    if name and name not in told:
        raise typer.BadParameter("no such event; `atende schema` prints all", param_hint="TYPE")
    print_json({name: told[name]} if name else told)


def bench(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(help="engine, intake, rebuild, timers, live, desk, screen, replay or takeover")
    ],
) -> None:
    """Measure beside a peer in the same run. Needs a checkout and `make install-dev`."""
    from api.wiring.tools import ROOT

    known = sorted(
        path.stem
        for path in (ROOT / "tests" / "bench").glob("[a-z]*.py")
        if path.stem not in ("report", "load")
    )
    if name not in known:
        raise typer.BadParameter(
            f"one of {', '.join(known) or 'none: this is not a checkout'}", param_hint="NAME"
        )
    command = [sys.executable, "-m", f"tests.bench.{name}", *context.args]
    raise typer.Exit(subprocess.run(command, cwd=ROOT, check=False).returncode)
