"""The raw tables of a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from runtime.raw_tables import Table, Values
from runtime.sqlite import Translated


class RawSqlite:
    """See `RawTables`. It blocks, as nobody is served meanwhile."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def has(self, name: str) -> bool:
        """See `RawTables.has`."""
        return bool(await self.all("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", name))

    async def all(self, statement: str, *values: Any) -> list[Values]:
        """See `RawTables.all`."""
        with Translated():
            return self._connection.execute(statement, values).fetchall()

    async def insert(self, table: Table, rows: Sequence[Values]) -> None:
        """See `RawTables.insert`."""
        columns, marks = ", ".join(table.columns), ", ".join("?" * len(table.columns))
        with Translated(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608 - names of ours
            self._connection.executemany(statement, rows)

    async def script(self, *statements: str) -> None:
        """See `RawTables.script`."""
        with Translated(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            for statement in statements:
                self._connection.execute(statement)


@contextmanager
def open_raw_sqlite(path: Path) -> Iterator[RawSqlite]:
    """Open the file at `path`, which has been migrated."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
        yield RawSqlite(connection)
