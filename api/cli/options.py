"""What the commands share: where the data lies, how progress is shown, how JSON is printed."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from api.settings import Settings

FOLDER = Path(".atende")
err = Console(stderr=True)
out = Console()

Folder = Annotated[Path, typer.Option("--data", help="Folder of the embedded servers.", envvar="ATENDE_DATA")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")]
Seconds = Annotated[float | None, typer.Option("--for", min=1, help="End by itself after so long.")]
Rate = Annotated[float, typer.Option(min=0.1, help="Customer messages per second.")]
Seed = Annotated[int, typer.Option(help="The same stories again.")]


LogKind = Annotated[Literal["postgres", "kafka"] | None, typer.Option("--log", help="Where the log is kept.")]


def at_hand(
    folder: Path, log: Literal["postgres", "kafka"] | None = None
) -> AbstractContextManager[Settings]:
    """The deployment to look into: from the environment, or the embedded one of this folder. `log`: where it
    keeps its log, when that is not as it was told."""
    from api.wiring import local

    return local.at_hand(folder, log)


def dsn_of(settings: Settings) -> str:
    return settings.dsn.get_secret_value()


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def progress() -> Progress:
    """A line that moves on a terminal, and nothing elsewhere."""
    return Progress(SpinnerColumn(), TextColumn("{task.description}"), console=err, transient=True)
