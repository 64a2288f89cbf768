"""The table of rules names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TABLE = (ROOT / "docs" / "desk-rules.md").read_text()
LINES = [line for line in TABLE.splitlines() if line.startswith("| ")]
ROWS = [line for line in LINES if "| test |" not in line and "---" not in line]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)))


def test_every_rule_names_a_test() -> None:
    assert len(ROWS) > 50
    assert [row for row in ROWS if "::" not in row] == []


@pytest.mark.parametrize("module", sorted({module for module, _ in NAMED}))
def test_every_test_that_is_named_is_there(module: str) -> None:
    words = (ROOT / module).read_text()
    named = [name for of, name in NAMED if of == module]
    missing = [name for name in named if not re.search(rf"^(def {name}\(|{name} = )", words, re.MULTILINE)]
    assert missing == []
