"""Tables as they are, past the named queries: for moving them from one database to another.

Which tables there are, the migrations say; both engines have the same.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Protocol

from runtime.database import DatabaseSettings
from runtime.sql_files import read_migrations

PAGE_ROWS = 5000
VERSIONS = "schema_version"

Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        key: the columns of its primary key, in its order.
        born_with: the keys of the rows that the migrations themselves put in.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    born_with: frozenset[Values]

    def key_of(self, row: Values) -> Values:
        """Return the primary key of a row."""
        return tuple(row[self.columns.index(column)] for column in self.key)


class RawTables(Protocol):
    """A database; its tables are read and written by whoever alone uses it."""

    async def has(self, name: str) -> bool:
        """Return whether there is a table of this name."""

    async def all(self, statement: str, *values: Any) -> list[Values]:
        """Run a statement with `?` for its values."""

    async def insert(self, table: Table, rows: Sequence[Values]) -> None:
        """Add rows with all columns, all of them or none. Raises UniqueViolation."""

    async def script(self, *statements: str) -> None:
        """Run all of the statements or none."""


def read_tables(storage: Path) -> list[Table]:
    """Return the tables that the migrations make, each after those that it refers to; not that of the versions."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        for _, script in read_migrations(storage / "migrations", "sqlite"):
            fresh.executescript(script)
        names = [name for (name,) in fresh.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        references = {name: {row[2] for row in fresh.execute(f"PRAGMA foreign_key_list({name})")} for name in names}
        ordered = TopologicalSorter(references).static_order()
        return [_table(fresh, name) for name in ordered if name != VERSIONS]


def latest_version(storage: Path) -> int:
    """Return the version of the schema after all migrations."""
    return max(version for version, _ in read_migrations(storage / "migrations", "sqlite"))


def _table(fresh: sqlite3.Connection, name: str) -> Table:
    columns = fresh.execute(f"PRAGMA table_info({name})").fetchall()
    key = tuple(row[1] for row in sorted(columns, key=lambda row: row[5]) if row[5])
    born_with = frozenset(fresh.execute(f"SELECT {', '.join(key)} FROM {name}"))  # noqa: S608 - names of ours
    return Table(name, tuple(row[1] for row in columns), key, born_with)


async def pages(tables: RawTables, table: Table, *, after: Values | None = None) -> AsyncGenerator[list[Values], None]:
    """Yield the rows beyond the key `after`, by the order of their keys, which is the same in every database."""
    key, marks = ", ".join(table.key), ", ".join("?" * len(table.key))
    select = f"SELECT {', '.join(table.columns)} FROM {table.name}"  # noqa: S608 - names of ours
    end = f"ORDER BY {key} LIMIT {PAGE_ROWS}"
    while True:
        if after is None:
            page = await tables.all(f"{select} {end}")
        else:
            page = await tables.all(f"{select} WHERE ({key}) > ({marks}) {end}", *after)
        if page:
            yield page
            after = table.key_of(page[-1])
        if len(page) < PAGE_ROWS:
            return


async def version(tables: RawTables) -> int:
    """Return the version of the schema."""
    [[newest]] = await tables.all(f"SELECT MAX(version) FROM {VERSIONS}")  # noqa: S608 - a name of ours
    return int(newest)


async def last_key(tables: RawTables, table: Table) -> Values | None:
    """Return the greatest key that there is."""
    order = ", ".join(f"{column} DESC" for column in table.key)
    rows = await tables.all(f"SELECT {', '.join(table.key)} FROM {table.name} ORDER BY {order} LIMIT 1")  # noqa: S608
    return rows[0] if rows else None


async def count(tables: RawTables, table: Table) -> int:
    """Return the number of rows."""
    [[rows]] = await tables.all(f"SELECT COUNT(*) FROM {table.name}")  # noqa: S608 - a name of ours
    return int(rows)


async def digest(tables: RawTables, table: Table, *, read: Callable[[int], None]) -> tuple[int, str]:
    """Return the number of rows and the SHA-256 of all of their values; `read` is told of each page."""
    total, sha256 = 0, hashlib.sha256()
    async for page in pages(tables, table):
        # SQLite has no negative zero.
        sha256.update("\n".join(map(repr, page)).replace("-0.0,", "0.0,").replace("-0.0)", "0.0)").encode() + b"\n")
        total += len(page)
        read(len(page))
    return total, sha256.hexdigest()


@asynccontextmanager
async def open_raw_tables(settings: DatabaseSettings, path: Path) -> AsyncIterator[RawTables]:
    """Open the PostgreSQL database of the settings, else the SQLite file at `path`, which has been migrated.

    Raises DatabaseUnusable when somebody else is connected to it, as far as that can be known.
    """
    if url := settings.database_url.reveal():
        from runtime.raw_postgresql import open_raw_postgresql

        async with open_raw_postgresql(url.decode(), pooler=settings.database_pooler) as tables:
            yield tables
    else:
        from runtime.raw_sqlite import open_raw_sqlite

        with open_raw_sqlite(path) as tables:
            yield tables
