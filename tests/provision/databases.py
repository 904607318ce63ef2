"""Where the tests of a service keep rows: in SQLite files, or in PostgreSQL databases of their own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import asyncpg

import profile_service.app
import report_service.app
from runtime.database import Database, now_micros
from runtime.postgresql import open_postgresql
from runtime.settings import Secret
from runtime.sqlite import open_sqlite
from tests.provision.postgresql import PostgresqlServer


class Place(Protocol):
    """One database."""

    @property
    def url(self) -> Secret:
        """Its address; empty for a file."""

    def open(self, storage: Path, clock: Callable[[], int]) -> AbstractAsyncContextManager[Database]:
        """Open it, with the clock that its statements see."""

    async def run(self, statement: str, *values: Any) -> list[Any]:
        """Run a statement with `?` for its values, as another process does; return its rows."""

    async def tables(self) -> list[str]:
        """Return the names of its tables."""

    async def make(self, storage: Path) -> None:
        """Make it when it is not there, for who opens it by its address; its clock is the machine's."""

    async def kept(self) -> bytes:
        """Return what is left in it: rows, and where its files can be read also traces of deleted ones."""


async def contents(place: Place) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table."""
    return {table: [dict(row) for row in await place.run(f"SELECT * FROM {table}")] for table in await place.tables()}


class SqlitePlace:
    """A file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def url(self) -> Secret:
        """See `Place.url`."""
        return Secret(b"")

    def open(self, storage: Path, clock: Callable[[], int]) -> AbstractAsyncContextManager[Database]:
        """See `Place.open`."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return open_sqlite(self._path, storage=storage, clock=clock)

    async def run(self, statement: str, *values: Any) -> list[Any]:
        """See `Place.run`. Off the loop, which has its own writes to end meanwhile."""

        def run() -> list[Any]:
            with closing(sqlite3.connect(self._path)) as database, database:
                database.row_factory = sqlite3.Row
                return database.execute(statement, values).fetchall()

        return await asyncio.to_thread(run)

    async def make(self, storage: Path) -> None:
        """See `Place.make`. Opening it does."""

    async def kept(self) -> bytes:
        """See `Place.kept`."""
        return self._path.read_bytes() + self._path.with_name(f"{self._path.name}-wal").read_bytes()

    async def tables(self) -> list[str]:
        """See `Place.tables`."""
        return [row["name"] for row in await self.run("SELECT name FROM sqlite_master WHERE type = 'table'")]


@dataclass(frozen=True)
class _Emptied:
    """A database that was migrated before, and the rows that it had then, as statements that bring them back."""

    name: str
    statements: str


class PostgresqlPlace:
    """A database of its own, made when it is first opened, or emptied after an earlier test."""

    def __init__(self, server: PostgresqlServer) -> None:
        self._server = server
        self._storage: tuple[str, Path, bool] | None = None
        self._database = _Emptied("", "")

    @property
    def url(self) -> Secret:
        """See `Place.url`. Known once it is made."""
        return Secret(self._server.url(self._database.name).encode())

    @asynccontextmanager
    async def open(self, storage: Path, clock: Callable[[], int]) -> AsyncIterator[Database]:
        """See `Place.open`."""
        await self._make(storage, told=True)
        async with open_postgresql(self.url.reveal().decode(), storage=storage, clock=clock) as database:
            yield database

    async def make(self, storage: Path) -> None:
        """See `Place.make`."""
        await self._make(storage, told=False)

    async def _make(self, storage: Path, *, told: bool) -> None:
        if self._storage is not None:
            return
        self._storage = (self._server.url(""), storage, told)
        if _emptied.get(self._storage):
            self._database = _emptied[self._storage].pop()
            return
        name = f"test_{next(_numbers)}"
        await self._server.execute(f"CREATE DATABASE {name}")
        self._database = _Emptied(name, "")
        if storage in _KEPT:
            async with open_postgresql(self.url.reveal().decode(), storage=storage, clock=now_micros if told else None):
                self._database = _Emptied(name, await self._emptying())

    async def _emptying(self) -> str:
        """Return the statements that make the database what it is now again, whatever happened to its rows."""
        tables = await self.tables()
        statements = ["SET session_replication_role = replica"]  # which knows no triggers and no references
        for table in tables:
            [row] = await self.run(f"SELECT COALESCE(json_agg(t), '[]')::text AS rows FROM {table} AS t")
            statements.append(f"DELETE FROM {table}")
            if row["rows"] != "[]":
                kept = row["rows"].replace("'", "''")
                statements.append(f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, '{kept}')")
        return ";".join(statements)

    async def leave(self) -> None:
        """Empty it for another test, or delete it."""
        if self._storage is None:
            return
        database, cut = self._database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        if database.statements:
            await self._server.execute(f"{cut}'{database.name}'")
            await self._server.execute(database.statements, database=database.name)
            _emptied.setdefault(self._storage, []).append(database)
        else:
            await self._server.execute(f"DROP DATABASE {database.name} WITH (FORCE)")

    async def kept(self) -> bytes:
        """See `Place.kept`."""
        return str(await contents(self)).encode()

    async def run(self, statement: str, *values: Any) -> list[Any]:
        """See `Place.run`."""
        pieces = statement.split("?")
        numbered = "".join(f"{piece}${number}" for number, piece in enumerate(pieces[:-1], 1)) + pieces[-1]
        connection = await asyncpg.connect(self.url.reveal().decode())
        try:
            return list(await connection.fetch(numbered, *values))
        finally:
            await connection.close()

    async def tables(self) -> list[str]:
        """See `Place.tables`."""
        rows = await self.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return [row["tablename"] for row in rows]


# The schemas of the services, whose databases serve one test after another: making one takes as long as many a test.
_KEPT = {profile_service.app.STORAGE, report_service.app.STORAGE}
_emptied: dict[tuple[str, Path, bool], list[_Emptied]] = {}
_numbers = count(1)
# The server of the test that runs; None: SQLite.
_server: PostgresqlServer | None = None
_places: dict[Path, Place] = {}


def place_at(path: Path) -> Place:
    """Return the database that stands for the file at `path`, the same one throughout a test."""
    if path not in _places:
        _places[path] = PostgresqlPlace(_server) if _server else SqlitePlace(path)
    return _places[path]


@contextmanager
def places_on(server: PostgresqlServer | None) -> Iterator[None]:
    """Have `place_at` return databases of this server, or files without one; they are gone on leaving."""
    global _server
    _server = server
    try:
        yield
    finally:
        asyncio.run(_leave_all())
        _server = None


async def _leave_all() -> None:
    while _places:
        place = _places.popitem()[1]
        if isinstance(place, PostgresqlPlace):
            await place.leave()
