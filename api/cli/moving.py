"""`atende copy-log`: the log, from PostgreSQL to Kafka or back."""

from __future__ import annotations

from typing import Annotated, Literal

import typer
from rich.table import Table

from api.cli.options import FOLDER, AsJson, Folder, err, out, print_json, progress

Where = Literal["postgres", "kafka"]


def copy_log(
    source: Annotated[Where, typer.Option("--from", help="Where the log is kept now.")],
    target: Annotated[Where, typer.Option("--to", help="Where it is to be kept.")],
    folder: Folder = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Copy the log, byte for byte, and verify the copy. Everything else must be stopped."""
    from api.wiring.local import both_logs
    from api.wiring.moving import move

    if source == target:
        raise typer.BadParameter("not where the log is kept already", param_hint="--to")
    with both_logs(folder, source, target) as settings, progress() as shown:
        task = shown.add_task("starting", total=None)

        def told(what: str, done: int, of: int) -> None:
            shown.update(task, description=f"{what}: {done:,} of {of:,} records")

        moved = move(settings, source, target, told)
    if as_json:
        print_json(moved.as_json())
        return
    table = Table("partition", "records", "copied", "left behind", "head", title=f"{source} to {target}")
    for each in moved.partitions:
        figures = (each.partition, each.records, each.copied, each.rejected)
        table.add_row(*map(str, figures), each.head.hash.hex()[:16])
    out.print(table)
    if moved.copied:
        rate = round(moved.copied / moved.seconds)
        out.print(f"{moved.copied:,} records in {moved.seconds:.1f} s ({rate:,}/s), verified.")
    else:
        out.print("Nothing to copy: the target holds all of it, verified.")
    err.print(f"Set ATENDE_LOG={target} (embedded: --log {target}) before anything is started.")
