"""Every fault, harder and with several seeds, and one table of what came of it (`make faults`).

    python -m tests.faults.table [--seeds 3] [--seed N …] [--only NAME …] [--small]

Ends with 0 only when nothing was lost, decided twice or out of order. A seed that is given again chooses the
same victims at the same moments; how the machine runs meanwhile is not repeated.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from random import Random, SystemRandom
from typing import Final

from adapters.services import why_no_kafka
from tests.faults.faults import FAULTS, LARGE, SMALL, under_load
from tests.faults.load import Crowd
from tests.faults.on_kafka import OnKafka, ground

COLUMNS: Final = (
    ("fault", 24),
    ("seed", 11),
    ("acknowledged", 13),
    ("logged", 7),
    ("lost", 5),
    ("decided twice", 14),
    ("order violations", 17),
    ("seconds until writes go on", 27),
)


def main(arguments: Sequence[str]) -> int:
    asked = argparse.ArgumentParser(prog="make faults")
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("--seed", type=int, action="append", default=[])
    asked.add_argument("--only", action="append", choices=list(FAULTS), default=[])
    asked.add_argument("--small", action="store_true", help="as little load as in `make test`")
    told = asked.parse_args(arguments)
    if (reason := why_no_kafka()) is not None:
        print(reason)
        return 1
    warnings.simplefilter("ignore", ResourceWarning)  # kafka-python leaves sockets where it is refused
    seeds = told.seed or [SystemRandom().getrandbits(32) for _ in range(told.seeds)]
    names = told.only or list(FAULTS)
    say(*(name for name, _ in COLUMNS))
    bad: list[str] = []
    with tempfile.TemporaryDirectory(prefix="atende-faults-") as folder:
        Path(folder).chmod(0o711)  # as root, PostgreSQL runs as somebody else, who must get here
        for brokers in (3, 1):
            some = [name for name in names if FAULTS[name].brokers == brokers]
            if some:
                with ground(Path(folder), Path(folder), brokers) as servers, servers.house() as desk:
                    for seed in seeds:
                        bad += [why for name in some if (why := row(desk, name, seed, told.small))]
    for why in bad:
        print(why)
    print(f"Seeds {', '.join(map(str, seeds))}: " + ("nothing lost." if not bad else f"{len(bad)} failed."))
    return 1 if bad else 0


def row(desk: OnKafka, name: str, seed: int, small: bool) -> str:
    """One fault; prints its line as it ends, and answers what was wrong, if anything."""
    dose = SMALL if small else LARGE
    began, why = time.monotonic(), ""
    desk.mend()
    crowd = Crowd(desk.house, desk.people(dose.people))
    before = desk.account(crowd)
    try:
        waited = f"{under_load(desk, crowd, FAULTS[name], Random(f'{name} {seed}'), dose):.1f}"
        desk.sound(crowd)
    except Exception as error:  # noqa: BLE001  it has a line of its own at the end; the others have their turn
        why, waited = f"{name}, seed {seed}: {error!r}", "-"
        crowd.hush()
        desk.stand()
    after = desk.account(crowd)
    twice, disorder = after.twice - before.twice, after.disorder - before.disorder
    say(name, seed, after.logged + after.lost, after.logged, after.lost, twice, disorder, waited)
    if (after.lost, twice, disorder) != (0, 0, 0):
        why = why or f"{name}, seed {seed}: see its line"
    print(f"{name}: {time.monotonic() - began:.0f} s. {why}", file=sys.stderr)
    return why


def say(*cells: object) -> None:
    print(
        "".join(str(cell).ljust(width) for cell, (_, width) in zip(cells, COLUMNS, strict=True)), flush=True
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
