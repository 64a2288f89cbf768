"""Takes `queue.svg`: the terminal of a real `atende demo`, as it stands after some seconds.

    .venv/bin/python docs/pictures/photograph.py [SECONDS]

Run it from the root of the checkout when the demo's view has changed. Everybody in the picture is made up.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final
from unittest.mock import patch

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from api.wiring import demo
from api.wiring.watching import Watching

TARGET: Final = Path(__file__).with_name("queue.svg")
AFTER: Final = 20.0  # seconds: by then some wait, some are attended
WIDTH: Final = 112
FONTS: Final = re.compile(r"@font-face \{\{.*?\}\}\s*", re.DOTALL)  # they would be fetched from elsewhere


class Photographed(Watching):
    """Shows the queue once, into the picture, and that is the end of the demo."""

    after = AFTER

    def until(self, over: threading.Event, ended: Callable[[], int | None]) -> None:
        over.wait(self.after)
        picture = Console(record=True, width=WIDTH, file=io.StringIO())
        picture.print(self._picture())
        TARGET.write_text(
            picture.export_svg(
                title="make demo", code_format=FONTS.sub("", CONSOLE_SVG_FORMAT), unique_id="queue"
            )
        )


def main() -> int:
    """Answers the demo's exit code: the picture of a run that lost something is not worth keeping."""
    Photographed.after = float(sys.argv[1]) if len(sys.argv) > 1 else AFTER
    with tempfile.TemporaryDirectory() as folder, patch.object(demo, "Watching", Photographed):
        Path(folder).chmod(0o711)  # as root, Postgres runs as somebody else, who must get here
        return demo.run(Path(folder), seconds=None, rate=5.0, agents=6, seed=2026, port=0, as_json=False)


if __name__ == "__main__":
    sys.exit(main())
