"""Installations of any size, written straight into their files: rows in every table, of every type, and blobs."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.database import migrate_database
from runtime.raw_tables import Table, read_tables
from runtime.stored import Stored
from standalone.kept import kept_in
from standalone.secrets import load_or_create_secrets

TEXTS = ("Анна", 'it\'s "quoted"', "two\nlines\ttab", "", "😀 é e\u0301", "-0.0, (NULL)", "\\N \\x00")
NUMBERS = (0, -1, 2**63 - 1, -(2**63), 1_700_000_000_000_000)
FLOATS = (0.0, -1.5, 1 / 3, 1e-308, 1.7976931348623157e308, float("inf"))
# What may not stand there by chance.
CHOICES = {
    ("reports", "state"): "READY",
    ("deletions", "mode"): "ERASE",
    ("deletions", "step"): "PURGED",
    ("reports", "include_email"): 1,
    ("reports", "deleted"): 0,
    ("reports", "attempt_count"): 1,
    ("reports", "hint_count"): 1,
}
# How many rows for each user; else as many as users.
RATES = {"seats": 10, "rating_changes": 10, "audit_events": 3, "avatar_variants": 3}


@dataclass(frozen=True)
class Club:
    """How big it is.

    Attributes:
        pictures: how many of the avatars' rows there are with a file, of at most three for each user.
        reports: how many reports there are.
    """

    users: int
    pictures: int
    reports: int


async def make_club(data: Path, club: Club) -> None:
    """Write a data directory, which nobody serves yet."""
    data.mkdir()
    load_or_create_secrets(data / "secrets")
    for stored, settings in kept_in(data):
        path = settings.data_dir / stored.database
        path.parent.mkdir()
        await migrate_database(settings, path, storage=stored.storage)
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("PRAGMA foreign_keys = ON")
            for table in read_tables(stored.storage):
                _fill(database, table, club, stored, settings.data_dir / stored.files)


def _fill(database: sqlite3.Connection, table: Table, club: Club, stored: Stored, files: Path) -> None:
    count = {"avatar_variants": club.pictures, "reports": club.reports}.get(
        table.name, club.users * RATES.get(table.name, 1)
    )
    types = {row[1]: row[2] for row in database.execute(f"PRAGMA table_info({table.name})")}
    parents = {row[3]: (row[2], row[4]) for row in database.execute(f"PRAGMA foreign_key_list({table.name})")}
    keys = {
        column: [key for (key,) in database.execute(f"SELECT {there} FROM {parent} ORDER BY {there}")]
        for column, (parent, there) in parents.items()
    }
    chance = random.Random(table.name)
    rows = []
    for number in range(count):
        row = {column: _value(types[column], number, chance) for column in table.columns}
        row |= {column: keys[column][number % len(keys[column])] for column in keys}
        row |= {column: value for (name, column), value in CHOICES.items() if name == table.name}
        if table.name == stored.files_table:
            row |= _stored_file(files, number, chance)
        rows.append(tuple(row[column] for column in table.columns))
    marks = ", ".join("?" * len(table.columns))
    database.executemany(f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})", rows)


def _value(kind: str, number: int, chance: random.Random) -> Any:
    """Return a value that no other number's is equal to, where it may be a key."""
    if kind == "TEXT":
        return f"{number:06d} {chance.choice(TEXTS)}"
    if kind == "BYTEA":
        return number.to_bytes(4, "big") + chance.randbytes(12)
    if kind == "DOUBLE PRECISION":
        return chance.choice(FLOATS) if number % 2 else chance.gauss(0, 10)
    return NUMBERS[number] if kind == "BIGINT" and number < len(NUMBERS) else number


def _stored_file(files: Path, number: int, chance: random.Random) -> dict[str, Any]:
    """Write a file; every hundredth is large. The last row of a hundred has none."""
    if number % 100 == 99:
        return {"blob_key": "", "size_bytes": 0, "sha256": ""}
    data = chance.randbytes(3 * 1024 * 1024 if number % 100 == 1 else chance.randrange(1, 4000))
    key = f"{number:06d}/{chance.randbytes(8).hex()}"
    (files / key).parent.mkdir(parents=True)
    (files / key).write_bytes(data)
    return {"blob_key": key, "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def contents(data: Path) -> dict[str, Any]:
    """Return all rows of all tables and the digests of all files, to compare two installations by."""
    found: dict[str, Any] = {}
    for stored, settings in kept_in(data):
        with closing(sqlite3.connect(settings.data_dir / stored.database)) as database:
            for name in [*_names(database)]:
                found[name] = sorted(database.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
        folder = settings.data_dir / stored.files
        found[stored.files] = {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file()
        }
    found["secrets"] = {path.name: path.read_bytes() for path in (data / "secrets").iterdir()}
    return found


def _names(database: sqlite3.Connection) -> Iterator[str]:
    for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"):
        yield name
