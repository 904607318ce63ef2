"""docs/security.md: what it says is proved is there to be run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ALL = frozenset(f"T{number:02}" for number in range(1, 56))
NOT_APPLICABLE = {"T27": "it is about levels of assurance, and people sign in with a password alone"}
ROW = re.compile(r"^\| T\d\d \|", re.MULTILINE)
NAMED = re.compile(r"`(test_\w+)`")
DEFINED = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)


def test_every_test_that_the_page_names_exists() -> None:
    """A defence whose test was renamed or taken away is not said to be proved."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    defined = {name for source in sources for name in DEFINED.findall(source)}
    assert set(NAMED.findall(PAGE)) - defined == set()


def test_every_row_names_its_proof() -> None:
    """Each of the things that go wrong elsewhere stands in the table once, with a test at least, or cannot go wrong."""
    rows = {line.split()[1]: line for line in PAGE.splitlines() if ROW.match(line)}
    assert sorted(rows) == sorted(ALL - NOT_APPLICABLE.keys())
    assert len(ROW.findall(PAGE)) == len(rows)
    assert [number for number, row in rows.items() if not NAMED.search(row)] == []


@pytest.mark.parametrize("number", NOT_APPLICABLE)
def test_page_says_what_does_not_apply(number: str) -> None:
    """A reader who misses a number finds why."""
    assert f"{number}, about" in PAGE
