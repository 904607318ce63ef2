"""SQLite in WAL mode: one writer, readers, and reads by key on the event loop's own thread."""

from __future__ import annotations

import asyncio
import fcntl
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite

from runtime.database import (
    UNFINISHED_TABLE,
    Row,
    Session,
    UniqueViolation,
    Versions,
    now_micros,
    require_finished,
    unreachable,
)
from runtime.errors import Unavailable
from runtime.pools import Pool
from runtime.shielding import to_the_end
from runtime.sql_files import read_migrations, read_queries

READERS = 4
# What a transaction changes stays in memory until it is committed; SQLite's own 2 MiB are too few for a hundred games.
WRITER_CACHE_KIB = 16 * 1024
BUSY_TIMEOUT_SECONDS = 5.0
# A thread that waits for another process's transaction cannot be called back, so it never waits for longer than this.
BUSY_STEP_SECONDS = 0.1


class Translated:
    """Turns the driver's errors into ours."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.IntegrityError) and "UNIQUE" in str(error):
            raise UniqueViolation(str(error)) from error
        if isinstance(error, sqlite3.OperationalError):
            raise unreachable() from error


_TRANSLATED = Translated()


class _StraightSession:
    """Runs on the event loop's own thread: a read by key takes 9 µs, a hop to another thread alone 25 to 50."""

    def __init__(self, connection: sqlite3.Connection, queries: Any) -> None:
        self._connection = connection
        self._queries = queries

    async def one(self, query: str, **parameters: Any) -> Row | None:
        with _TRANSLATED:
            return self._connection.execute(getattr(self._queries, query).sql, parameters).fetchone()

    async def all(self, query: str, **parameters: Any) -> list[Row]:
        with _TRANSLATED:
            return self._connection.execute(getattr(self._queries, query).sql, parameters).fetchall()

    async def many(self, query: str, parameters: Iterable[Mapping[str, Any]]) -> list[Row]:
        with _TRANSLATED:
            return _rows_of_each(self._connection, getattr(self._queries, query).sql, parameters)


class _ThreadSession:
    """Runs on a connection's own thread, each query to its end in one go.

    A statement that is left half read, as by a cancelled task, would keep the connection's next reads at an old moment.
    """

    def __init__(self, connection: aiosqlite.Connection, queries: Any) -> None:
        self._connection = connection
        self._queries = queries

    async def one(self, query: str, **parameters: Any) -> Row | None:
        rows = await self.all(query, **parameters)
        return rows[0] if rows else None

    async def all(self, query: str, **parameters: Any) -> list[Row]:
        return list(await self._connection.execute_fetchall(getattr(self._queries, query).sql, parameters))

    async def many(self, query: str, parameters: Iterable[Mapping[str, Any]]) -> list[Row]:
        # One hop to the connection's thread for all of them; the driver has a public way for each statement only.
        statement = getattr(self._queries, query).sql
        each = list(parameters)
        execute: Any = self._connection._execute
        return list(await execute(_rows_of_each, self._connection._conn, statement, each))


def _rows_of_each(
    connection: sqlite3.Connection, statement: str, parameters: Iterable[Mapping[str, Any]]
) -> list[sqlite3.Row]:
    cursor = connection.cursor()
    return [row for each in parameters for row in cursor.execute(statement, each)]


class SqliteDatabase:
    """SQLite in WAL mode: one writer connection, which alone checkpoints, and read-only readers."""

    def __init__(
        self, point: Session, writer: aiosqlite.Connection, readers: list[aiosqlite.Connection], queries: Any
    ) -> None:
        self.point = point
        self._writer = writer
        self._writing = asyncio.Lock()
        self._readers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        for reader in readers:
            self._readers.put_nowait(reader)
        self._queries = queries
        self._reading_pool, self._writing_pool = Pool("readers", len(readers)), Pool("turns to write", 1)
        self.pools = (self._reading_pool, self._writing_pool)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Session]:
        """See `Database.read`."""
        async with self._reading_pool.using(self._readers.get()) as reader:
            try:
                with _TRANSLATED:
                    await reader.execute("BEGIN")
                    yield _ThreadSession(reader, self._queries)
            finally:
                try:
                    await to_the_end(reader.rollback())
                finally:
                    self._readers.put_nowait(reader)

    @asynccontextmanager
    async def write(self, part: str = "") -> AsyncIterator[Session]:
        """See `Database.write`."""
        async with self._alone():
            with _TRANSLATED:
                try:
                    await self._begin()
                    yield _ThreadSession(self._writer, self._queries)
                    await to_the_end(self._writer.commit())
                except BaseException:
                    await to_the_end(self._writer.rollback())
                    raise

    def write_beside(self) -> AbstractAsyncContextManager[Session]:
        """See `Database.write_beside`. SQLite has one writer."""
        return self.write()

    async def forget_log(self) -> None:
        """See `Database.forget_log`. Pages of the file itself are overwritten with zeros by the deletion."""
        async with self._alone():
            with _TRANSLATED:
                [row] = await self._writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
        if row[0]:
            raise Unavailable("The database is being read; try again later.", dependency="database")

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        async with self._writing_pool.using(self._writing.acquire()):
            try:
                yield
            finally:
                self._writing.release()

    async def _begin(self) -> None:
        until = time.monotonic() + BUSY_TIMEOUT_SECONDS
        while True:
            try:
                await self._writer.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                # The low byte is the code, the rest says more of it.
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                    raise


@asynccontextmanager
async def open_sqlite(
    path: Path, *, storage: Path, clock: Callable[[], int] = now_micros, checkpoints: bool = True
) -> AsyncIterator[SqliteDatabase]:
    """Open, migrate and on leaving close the database file at `path`.

    Args:
        storage: the folder with the service's `.sql` files and `migrations/`.
        clock: what `now_micros()` returns.
        checkpoints: False for every process beside the first on the same file. SQLite before 3.51.3 may lose writes
            when two connections checkpoint at once (its release notes, "WAL-reset bug").
    """
    async with AsyncExitStack() as stack:
        async with _alone(path.with_suffix(".opening")):
            writer = await stack.enter_async_context(_connect(path, clock, read_only=False))
            await migrate(writer, storage / "migrations")
        found = await writer.execute_fetchall("SELECT 1 FROM sqlite_schema WHERE name = ?", (UNFINISHED_TABLE,))
        require_finished(unfinished=bool(found))
        await _wait_at_most(BUSY_STEP_SECONDS, writer)
        if not checkpoints:
            await writer.execute("PRAGMA wal_autocheckpoint = 0")
        readers = [await stack.enter_async_context(_connect(path, clock, read_only=True)) for _ in range(READERS)]
        # It runs on the event loop, so it must not wait for a lock; in WAL mode readers hardly ever meet one.
        straight = sqlite3.connect(_uri(path, read_only=True), uri=True, isolation_level=None, timeout=0)
        stack.callback(straight.close)
        straight.row_factory = sqlite3.Row
        straight.create_function("now_micros", 0, clock)
        point = _StraightSession(straight, read_queries(storage, "sqlite", "sqlite3"))
        queries = read_queries(storage, "sqlite", "aiosqlite")
        yield SqliteDatabase(point, writer, readers, queries)


async def migrate_sqlite(path: Path, *, storage: Path) -> Versions:
    """Migrate the database file at `path`, which a service may have open meanwhile."""
    async with _alone(path.with_suffix(".opening")), _connect(path, now_micros, read_only=False) as connection:
        # See `open_sqlite`.
        await connection.execute("PRAGMA wal_autocheckpoint = 0")
        return await migrate(connection, storage / "migrations")


async def migrate(connection: aiosqlite.Connection, folder: Path) -> Versions:
    """Apply the numbered files of `folder` that this database has not seen, each in a transaction of its own."""
    await connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)")
    async with connection.execute("SELECT COALESCE(MAX(version), 0) FROM schema_version") as cursor:
        row = await cursor.fetchone()
    before = after = int(row[0]) if row else 0
    for version, script in read_migrations(folder, "sqlite"):
        if version > before:
            # A script cannot have parameters; the version is a number of ours.
            await connection.executescript(
                f"BEGIN IMMEDIATE; {script} INSERT INTO schema_version VALUES ({version}); COMMIT;"  # noqa: S608
            )
            after = version
    return Versions(before, after)


@asynccontextmanager
async def _alone(lock: Path) -> AsyncIterator[None]:
    """Keep other processes from opening the same database meanwhile: turning to WAL does not wait for a lock."""
    with lock.open("w") as held:
        await asyncio.to_thread(fcntl.flock, held, fcntl.LOCK_EX)
        yield


@asynccontextmanager
async def _connect(path: Path, clock: Callable[[], int], *, read_only: bool) -> AsyncIterator[aiosqlite.Connection]:
    uri = _uri(path, read_only=read_only)
    async with aiosqlite.connect(uri, uri=True, isolation_level=None) as connection:
        connection.row_factory = sqlite3.Row
        await connection.create_function("now_micros", 0, clock)
        await _wait_at_most(BUSY_TIMEOUT_SECONDS, connection)
        await connection.execute("PRAGMA foreign_keys = ON")
        if not read_only:
            await connection.execute("PRAGMA journal_mode = WAL")
            await connection.execute("PRAGMA synchronous = FULL")
            await connection.execute("PRAGMA secure_delete = ON")
            await connection.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
        yield connection


async def _wait_at_most(seconds: float, connection: aiosqlite.Connection) -> None:
    """Set how long a statement waits for another connection's lock."""
    await connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


def _uri(path: Path, *, read_only: bool) -> str:
    return f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
