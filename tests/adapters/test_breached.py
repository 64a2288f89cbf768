"""Whatever the list holds is found, and nothing else is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.people.breached import Breached, UnreadableList

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


def listed(path: Path, words: list[str], counts: list[int] | None = None) -> Path:
    hashes = sorted(hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper() for word in words)
    seen = counts or []
    path.write_text(
        "".join(f"{one}:{seen[n]}\n" if n < len(seen) else f"{one}\n" for n, one in enumerate(hashes))
    )
    return path


@given(st.lists(WORDS, min_size=1, unique=True), st.lists(st.integers(1, 10**9), max_size=20), WORDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_listed_is_known_and_nothing_else(
    tmp_path: Path, words: list[str], counts: list[int], other: str
) -> None:
    known = Breached(listed(tmp_path / "list.txt", words, counts))
    assert all(known.holds(word) for word in words)
    assert known.holds(other) is (other in words)


@pytest.mark.parametrize("content", ["", "\n", "senha\n", "abc:1\n"])
def test_what_is_no_list_is_not_begun_with(tmp_path: Path, content: str) -> None:
    path = tmp_path / "list.txt"
    path.write_text(content)
    with pytest.raises(UnreadableList):
        Breached(path)
    with pytest.raises(FileNotFoundError):
        Breached(tmp_path / "none.txt")
