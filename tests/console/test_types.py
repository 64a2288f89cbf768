"""What the console believes of the API is what the API says."""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from projections.transcript import turns
from tests.console.document import document

CONSOLE = Path(__file__).parents[2] / "api" / "console"
MAKER = CONSOLE / "node_modules" / "openapi-typescript" / "bin" / "cli.js"


@pytest.mark.skipif(not MAKER.exists() or not shutil.which("node"), reason="the console is not built here")
def test_the_types_are_made_from_the_document_as_it_stands(tmp_path: Path) -> None:
    told, made = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    told.write_text(document())
    subprocess.run(["node", str(MAKER), str(told), "--output", str(made)], check=True, capture_output=True)
    assert made.read_text() == (CONSOLE / "src" / "api" / "schema.d.ts").read_text(), "make console-types"


def test_nothing_in_the_sources_asks_anybody_else() -> None:
    for source in [*(CONSOLE / "src").rglob("*.ts*"), *(CONSOLE / "src").rglob("*.css")]:
        if source.name != "schema.d.ts":
            words = source.read_text()
            found = [word for word in words.split() if "://" in word and "https?:" not in word]
            assert not found, (source.name, found)


def test_colours_stand_in_the_tokens_alone() -> None:
    """Where a colour is written out, no theme can change it; the rail's lights and a QR code's paper are what
    they are in all of them."""
    for sheet in (CONSOLE / "src").rglob("*.css"):
        if sheet.name not in {"shell.css", "tokens.css"}:
            assert not re.findall(r":[^;{]*(?:#[0-9a-f]{3,8}\b|rgba?\()", sheet.read_text()), sheet.name


def test_the_screen_has_a_sentence_for_every_turn_of_a_transcript() -> None:
    told = set(re.findall(r'^ +(?:return )?"([a-z_]+)", ?', inspect.getsource(turns._said), re.MULTILINE))
    words = (CONSOLE / "src" / "words" / "names.ts").read_text()
    spoken = set(re.findall(r'case "([a-z_]+)"', words[words.index("export function turn(") :]))
    assert {"opened", "reopened", "escalated", "scheduled"} <= told
    assert told <= spoken, told - spoken
