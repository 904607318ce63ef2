"""Migrations only add: a process of the version before works on beside their schema, see docs/operations.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What contracts stands beneath `-- contracts: nobody reads it since VERSION` with the first version that does without.
MARK = re.compile(r"--\s*contracts: nobody reads it since \S+")
CONTRACTING = {
    "drops what is read": r"\bDROP\s+(TABLE|VIEW|COLUMN|CONSTRAINT)\b|\bALTER\s+TABLE\s+\S+\s+DROP\b",
    "renames what is read": r"\bRENAME\b",
    "changes a type": r"\bALTER\s+(COLUMN\s+)?\S+\s+(SET\s+DATA\s+)?TYPE\b",
    "asks for what is not written": r"\bADD\b(?!.*\bDEFAULT\b).*\bNOT\s+NULL\b|\bSET\s+NOT\s+NULL\b",
    "refuses what is written": r"\bADD\s+(CONSTRAINT|CHECK|UNIQUE|FOREIGN|PRIMARY)\b|\bDROP\s+DEFAULT\b",
}
# They ran before there was a version to go on beside them.
LANDED = {
    "profile_service": 10,
    "report_service": 6,
}


def contractions(script: str) -> list[str]:
    """Return what each statement without a mark does to who still has the schema of before."""
    found = []
    made = set(re.findall(r"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)", script, re.IGNORECASE))
    for statement in script.split(";"):
        bare = " ".join(re.sub(r"--.*", "", statement).split())
        changed = re.search(r"\bTABLE\s+(?:IF\s+EXISTS\s+)?(\w+)", bare, re.IGNORECASE)
        if MARK.search(statement) or (changed and changed[1] in made):
            continue
        found += [what for what, pattern in CONTRACTING.items() if re.search(pattern, bare, re.IGNORECASE)]
    return found


@pytest.mark.parametrize("service", LANDED)
def test_migrations_leave_what_earlier_versions_use(service: str) -> None:
    """Whatever contracts waits until nobody reads it, and says since when."""
    for file in sorted((ROOT / service / "storage" / "migrations").glob("[0-9]*.sql")):
        if int(file.name.partition("_")[0]) > LANDED[service]:
            assert contractions(file.read_text(encoding="utf-8")) == [], file.name


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("DROP TABLE users", "drops what is read"),
        ("ALTER TABLE users DROP COLUMN city", "drops what is read"),
        ("ALTER TABLE users DROP city", "drops what is read"),
        ("ALTER TABLE users\n    RENAME COLUMN city TO town", "renames what is read"),
        ("alter table users rename to players", "renames what is read"),
        ("ALTER TABLE users ALTER COLUMN city TYPE BIGINT", "changes a type"),
        ("ALTER TABLE users ALTER city SET DATA TYPE BIGINT", "changes a type"),
        ("ALTER TABLE users ADD COLUMN town TEXT NOT NULL", "asks for what is not written"),
        ("ALTER TABLE users ALTER COLUMN city SET NOT NULL", "asks for what is not written"),
        ("ALTER TABLE users ADD CONSTRAINT short CHECK (length(city) < 9)", "refuses what is written"),
        ("ALTER TABLE users ALTER COLUMN city DROP DEFAULT", "refuses what is written"),
    ],
)
def test_statement_that_contracts_is_found_unless_marked(statement: str, what: str) -> None:
    """Each way to take something from an earlier version; a comment beside it says that nobody minds."""
    assert contractions(f"CREATE TABLE other (id TEXT);\n-- Why.\n{statement};") == [what]
    assert contractions(f"-- contracts: nobody reads it since 0.2\n{statement};") == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE things (id TEXT PRIMARY KEY, name TEXT NOT NULL)",
        "CREATE TABLE things (id TEXT); ALTER TABLE things ADD COLUMN name TEXT NOT NULL",
        "ALTER TABLE users ADD COLUMN town TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE users ADD COLUMN town TEXT",
        "CREATE INDEX users_by_town ON users (town)",
        "DROP INDEX users_by_town",
        "-- DROP TABLE users, one day\nUPDATE users SET town = city",
    ],
)
def test_statement_that_only_adds_is_let_through(statement: str) -> None:
    """New tables, and columns that a writer of before need not know."""
    assert contractions(f"{statement};") == []
