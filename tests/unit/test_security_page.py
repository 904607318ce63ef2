"""docs/security.md: what it says is proved is there to be run."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(test_\w+)`")
DEFINED = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)


def test_every_test_that_the_page_names_exists() -> None:
    """A defence whose test was renamed or taken away is not said to be proved."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    defined = {name for source in sources for name in DEFINED.findall(source)}
    assert set(NAMED.findall(PAGE)) - defined == set()


def test_every_row_names_its_proof() -> None:
    """Each of the things that go wrong elsewhere stands in the table once, with a test at least."""
    rows = [line for line in PAGE.splitlines() if re.match(r"\| T\d\d \|", line)]
    numbers = [row.split()[1] for row in rows]
    assert numbers == sorted(set(numbers))
    assert len(rows) >= 35
    assert all(NAMED.search(row) for row in rows)
