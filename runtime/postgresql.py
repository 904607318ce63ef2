"""PostgreSQL 14 or later by pooled connections, with the same queries, migrations and promises as SQLite."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import structlog

from runtime.database import (
    UNFINISHED_TABLE,
    DatabaseUnusable,
    Row,
    Session,
    UniqueViolation,
    Versions,
    require_finished,
    unreachable,
)
from runtime.errors import Unavailable
from runtime.pools import Pool
from runtime.shielding import to_the_end
from runtime.sql_files import read_migrations, read_queries

T = TypeVar("T")
OLDEST_VERSION = 14
CONNECTIONS = 10
CONNECT_SECONDS = 5.0
CLOSE_SECONDS = 5.0
ROLLBACK_SECONDS = 5.0
# How long a call waits for one of the pool's connections.
ACQUIRE_SECONDS = 5.0
# Longer than any statement takes that somebody waits for; deadlines of calls cancel theirs earlier.
STATEMENT_SECONDS = 30.0
# Migrations read and write whole tables; who starts meanwhile waits for them.
MIGRATION_SECONDS = 3600.0
# How long they wait for a table that somebody reads, and how long they then let others work.
TABLE_LOCK_SECONDS = 1
MIGRATION_PAUSE_SECONDS = 5.0
# For how long they come back before they give up.
MIGRATION_PATIENCE_SECONDS = 600.0
# More than either service has.
STATEMENTS_KEPT = 500

# Within a transaction, not for the connection: a transaction-mode pooler shares connections between clients.
_BOUNDS = "SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '30s'; " + (
    "SET LOCAL idle_in_transaction_session_timeout = '30s';"
)
_READ = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_BOUNDS}"
# Whoever writes is alone, as in SQLite, or alone with a part. The locks are the schema's own, as services may share a
# database.
_ALONE = "SELECT pg_advisory_xact_lock(hashtext(current_schema()), 0)"
_WRITE = f"BEGIN; {_BOUNDS} {_ALONE};"
_WRITE_BESIDE = f"BEGIN; {_BOUNDS}"
_WRITE_PART = f"BEGIN; {_BOUNDS} SELECT pg_advisory_xact_lock_shared(hashtext(current_schema()), 0);" + (
    "SELECT pg_advisory_xact_lock(hashtext(current_schema()), hashtext('{part}'));"
)

# STABLE, so that indexes serve comparisons with it: the same moment throughout a statement.
_CLOCK = """
CREATE FUNCTION now_micros() RETURNS BIGINT LANGUAGE SQL STABLE PARALLEL SAFE
AS 'SELECT (EXTRACT(EPOCH FROM statement_timestamp()) * 1000000)::BIGINT';
"""

_TOLD_CLOCK = """
CREATE FUNCTION now_micros() RETURNS BIGINT LANGUAGE SQL STABLE AS 'SELECT current_setting(''dossier.now'')::BIGINT';
"""

# What passes by itself: lost connections, restarts, failovers, and limits of time and room.
_PASSING = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresSystemError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
# What the driver raises when it finds a connection broken while it tidies up.
_LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
_log = structlog.get_logger("postgresql")


class Translated:
    """Turns the driver's errors into ours."""

    def __init__(self, connection: Any = None) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, asyncpg.UniqueViolationError):
            raise UniqueViolation(str(error)) from error
        # A driver that finds its connection closed says no more than that it was used in a wrong way, or stumbles.
        lost = isinstance(error, Exception) and self._connection is not None and _is_lost(self._connection)
        if lost or isinstance(error, _PASSING):
            raise unreachable() from error


def _is_lost(connection: Any) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        # The pool took it back when it was lost.
        return True


class _Queries:
    """The statements by name, with the names of their parameters in order."""

    def __init__(self, storage: Path) -> None:
        self._queries = read_queries(storage, "postgresql", "asyncpg")
        self._names = self._queries.driver_adapter.var_sorted

    def statement(self, query: str) -> str:
        return str(getattr(self._queries, query).sql)

    def values(self, query: str, parameters: Mapping[str, Any]) -> list[Any]:
        return [parameters[name] for name in self._names[query]]


class _TransactionSession:
    """Runs on the connection of a transaction."""

    def __init__(self, connection: Any, queries: _Queries) -> None:
        self._connection = connection
        self._queries = queries

    async def one(self, query: str, **parameters: Any) -> Row | None:
        with Translated(self._connection):
            statement, values = self._queries.statement(query), self._queries.values(query, parameters)
            return await self._connection.fetchrow(statement, *values)

    async def all(self, query: str, **parameters: Any) -> list[Row]:
        with Translated(self._connection):
            statement, values = self._queries.statement(query), self._queries.values(query, parameters)
            return list(await self._connection.fetch(statement, *values))

    async def many(self, query: str, parameters: Iterable[Mapping[str, Any]]) -> list[Row]:
        values = [self._queries.values(query, each) for each in parameters]
        if not values:
            return []
        with Translated(self._connection):
            return list(await self._connection.fetchmany(self._queries.statement(query), values))


class _PointSession:
    """Runs each read for itself on any of the connections."""

    def __init__(self, connections: _Connections, queries: _Queries) -> None:
        self._connections = connections
        self._queries = queries

    async def one(self, query: str, **parameters: Any) -> Row | None:
        rows = await self.all(query, **parameters)
        return rows[0] if rows else None

    async def all(self, query: str, **parameters: Any) -> list[Row]:
        statement, values = self._queries.statement(query), self._queries.values(query, parameters)
        async with self._connections.begun(lambda connection: connection.fetch(statement, *values)) as (_, rows):
            return list(rows)

    async def many(self, query: str, parameters: Iterable[Mapping[str, Any]]) -> list[Row]:
        return [row for each in parameters for row in await self.all(query, **each)]


class _PooledPointSession(_PointSession):
    """The same behind a transaction-mode pooler: between preparing and running, only a transaction keeps the server."""

    async def all(self, query: str, **parameters: Any) -> list[Row]:
        async with self._connections.transaction(_READ, self._queries) as session:
            return await session.all(query, **parameters)


class _Connections:
    """The pool, and what is done with a connection of it."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self.pool = Pool("connections", pool.get_max_size())
        self.turns = Pool("turns to write", pool.get_max_size())

    @asynccontextmanager
    async def begun(self, first: Callable[[Any], Awaitable[T]]) -> AsyncIterator[tuple[Any, T]]:
        """Yield a connection and what `first` returned on it; it runs again when its connection proves to be dead."""
        # A restart of the server leaves every pooled connection dead; a fresh one that fails tells of the server.
        for _ in range(self._pool.get_max_size() + 1):
            async with self.pool.using(self._acquired()) as connection:
                try:
                    try:
                        with Translated(connection):
                            result = await first(connection)
                    except Unavailable:
                        if _is_lost(connection):
                            continue
                        raise
                    yield connection, result
                    return
                finally:
                    await to_the_end(self._release(connection))
        raise unreachable()

    async def _release(self, connection: Any) -> None:
        try:
            await self._pool.release(connection)
        except _LOST as error:
            # The pool has ended the connection. What was done on it is done, or has its own error.
            _log.debug("connection_not_released", fault=type(error).__name__)

    async def _acquired(self) -> Any:
        with Translated():
            return await self._pool.acquire(timeout=ACQUIRE_SECONDS)

    @asynccontextmanager
    async def transaction(self, begin: str, queries: _Queries) -> AsyncIterator[Session]:
        """Run one transaction, begun by the statements `begin`."""
        async with self.begun(lambda connection: connection.execute(begin)) as (connection, _), _ended(connection):
            yield _TransactionSession(connection, queries)

    @asynccontextmanager
    async def turn(self, begin: str, queries: _Queries) -> AsyncIterator[Session]:
        """Run one transaction whose statements `begin` wait for their turn to write."""
        async with self.begun(lambda connection: self.turns.taken(connection.execute(begin))) as (connection, _):
            try:
                async with _ended(connection):
                    yield _TransactionSession(connection, queries)
            finally:
                self.turns.given_back()


@asynccontextmanager
async def _ended(connection: Any) -> AsyncIterator[None]:
    """Commit on leaving, or roll back when leaving by an exception."""
    try:
        yield
        await to_the_end(_commit(connection))
    except BaseException:
        await to_the_end(_roll_back(connection))
        raise


async def _commit(connection: Any) -> None:
    with Translated(connection):
        # A transaction in which a statement failed is rolled back by it, without an error.
        if await connection.execute("COMMIT") != "COMMIT":
            raise RuntimeError("a transaction went on after one of its statements had failed")


async def _roll_back(connection: Any) -> None:
    # Nothing is open on a connection that is lost, or on which the statement that began the transaction failed.
    if not _is_lost(connection):
        try:
            await connection.execute("ROLLBACK", timeout=ROLLBACK_SECONDS)
        except _LOST:
            # Lost meanwhile it is the pool's again, and this would hide what the transaction ended for.
            if not _is_lost(connection):
                connection.terminate()


class PostgresqlDatabase:
    """One service's schema in a PostgreSQL database."""

    def __init__(self, connections: _Connections, queries: _Queries, *, pooler: bool) -> None:
        self._connections = connections
        self._queries = queries
        self.pools = (connections.pool, connections.turns)
        self.point: Session = (_PooledPointSession if pooler else _PointSession)(connections, queries)

    def read(self) -> AbstractAsyncContextManager[Session]:
        """See `Database.read`."""
        return self._connections.transaction(_READ, self._queries)

    def write(self, part: str = "") -> AbstractAsyncContextManager[Session]:
        """See `Database.write`."""
        begin = _WRITE_PART.format(part=part) if part else _WRITE
        return self._connections.turn(begin, self._queries)

    def write_beside(self) -> AbstractAsyncContextManager[Session]:
        """See `Database.write_beside`."""
        return self._connections.transaction(_WRITE_BESIDE, self._queries)

    async def forget_log(self) -> None:
        """See `Database.forget_log`. How long PostgreSQL keeps its log, and backups of it, its operator decides."""


@asynccontextmanager
async def open_postgresql(
    url: str,
    *,
    storage: Path,
    connections: int = CONNECTIONS,
    pooler: bool = False,
    clock: Callable[[], int] | None = None,
) -> AsyncIterator[PostgresqlDatabase]:
    """Connect, migrate and on leaving disconnect.

    Args:
        url: as libpq takes it, `postgresql://user:password@host:port/database?sslmode=verify-full`.
        storage: the folder with the service's `.sql` files and `migrations/`.
        connections: the most that there are at once.
        pooler: whether a transaction-mode pooler such as PgBouncer stands before the server.
        clock: what `now_micros()` returns, in a new database, for tests; else it is the server's clock.

    Raises:
        DatabaseUnusable: there is no such database, it lets nobody in, or it cannot be used as it is.
    """
    async with _pool(url, connections, pooler=pooler, clock=clock) as pool:
        async with pool.acquire() as connection:
            await _require_usable(connection)
            await migrate(connection, storage / "migrations", clock=_CLOCK if clock is None else _TOLD_CLOCK)
            found = await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", UNFINISHED_TABLE)
            require_finished(unfinished=found)
        yield PostgresqlDatabase(_Connections(pool), _Queries(storage), pooler=pooler)


async def migrate_postgresql(url: str, *, storage: Path) -> Versions:
    """Only migrate the database. Raises DatabaseUnusable."""
    # A pooler is as good as the server for a single transaction, without statements that are kept.
    async with _pool(url, 1, pooler=True, clock=None) as pool, pool.acquire() as connection:
        await _require_usable(connection)
        return await migrate(connection, storage / "migrations")


@asynccontextmanager
async def _pool(url: str, connections: int, *, pooler: bool, clock: Callable[[], int] | None) -> AsyncIterator[Any]:
    try:
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=connections,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            setup=partial(_tell_time, clock) if clock else None,
            reset=_leave,
            # Prepared statements are the server connection's, which a pooler gives to another client.
            statement_cache_size=0 if pooler else STATEMENTS_KEPT,
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, ValueError) as error:
        raise DatabaseUnusable(f"cannot use the PostgreSQL database: {_reason(error)}") from error
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await pool.close()
        except TimeoutError:
            pool.terminate()


async def _tell_time(clock: Callable[[], int], connection: Any) -> None:
    await connection.execute(f"SET dossier.now = {clock()}")


async def _leave(connection: Any) -> None:
    """Leave a connection as it is when it goes back to the pool: transactions end what they set."""


def _reason(error: Exception) -> str:
    # Neither names the password; what the driver says of a wrong address does.
    if isinstance(error, (asyncpg.PostgresError, OSError)):
        return str(error).partition("\n")[0] or "it does not answer"
    return "its address must be like postgresql://user:password@host:5432/database"


async def _require_usable(connection: Any) -> None:
    """Raises DatabaseUnusable."""
    if connection.get_server_version().major < OLDEST_VERSION:
        raise DatabaseUnusable(f"the PostgreSQL server is older than {OLDEST_VERSION}; choose a newer one")
    # By the bytes of UTF-8, as SQLite does: pages and lists go by this order.
    if not await connection.fetchval("SELECT getdatabaseencoding() = 'UTF8' AND 'B' < 'a' AND 'z' < 'é'"):
        raise DatabaseUnusable(
            "the PostgreSQL database does not sort by characters' codes; make one with "
            "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
        )


async def migrate(connection: Any, folder: Path, *, clock: str = _CLOCK) -> Versions:
    """Apply the numbered files of `folder` that this database has not seen: all of them, or none.

    What waits for a table holds up everybody who wants it afterwards, so it waits shortly, and comes back.

    Args:
        clock: the statement that makes `now_micros()`, where it is missing.

    Raises:
        DatabaseUnusable: somebody had a table in use whenever it came back, for `MIGRATION_PATIENCE_SECONDS`.
    """
    until = time.monotonic() + MIGRATION_PATIENCE_SECONDS
    while True:
        try:
            return await _migrate_once(connection, folder, clock)
        except asyncpg.LockNotAvailableError as error:
            if time.monotonic() >= until:
                raise DatabaseUnusable(
                    f"the database cannot be brought up to date: for {MIGRATION_PATIENCE_SECONDS:g} seconds somebody "
                    "has had one of its tables in use; end long queries and backups, and start again"
                ) from error
            _log.warning("migration_waits", seconds=MIGRATION_PAUSE_SECONDS)
        await asyncio.sleep(MIGRATION_PAUSE_SECONDS)


async def _migrate_once(connection: Any, folder: Path, clock: str) -> Versions:
    async with connection.transaction():
        await connection.execute(_ALONE, timeout=MIGRATION_SECONDS)
        await connection.execute(f"SET LOCAL lock_timeout = '{TABLE_LOCK_SECONDS}s'")
        if await connection.fetchval("SELECT to_regproc('now_micros') IS NULL"):
            await connection.execute(clock)
        await connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)")
        before = after = await connection.fetchval("SELECT COALESCE(MAX(version), 0) FROM schema_version")
        for version, script in read_migrations(folder, "postgresql"):
            if version > before:
                await connection.execute(script, timeout=MIGRATION_SECONDS)
                await connection.execute("INSERT INTO schema_version VALUES ($1)", version)
                after = version
    return Versions(before, after)
