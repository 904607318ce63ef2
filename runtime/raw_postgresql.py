"""The raw tables of a PostgreSQL database."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from runtime.database import DatabaseUnusable
from runtime.postgresql import CONNECT_SECONDS, Translated
from runtime.raw_tables import Table, Values

# How long the connections of a process that was killed, or of one that ends, may stay.
_ALONE_SECONDS = 15.0
_POLL_SECONDS = 0.2
# By this the connections of this process are known from those of others.
_NAME = f"dossier {secrets.token_hex(8)}"


class RawPostgresql:
    """See `RawTables`."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def has(self, name: str) -> bool:
        """See `RawTables.has`."""
        [[found]] = await self.all("SELECT to_regclass(?) IS NOT NULL", name)
        return bool(found)

    async def all(self, statement: str, *values: Any) -> list[Values]:
        """See `RawTables.all`."""
        pieces = statement.split("?")
        numbered = "".join(f"{piece}${number}" for number, piece in enumerate(pieces[:-1], 1)) + pieces[-1]
        # A transaction, as a pooler gives a statement that is prepared here to another connection.
        with Translated(self._connection):
            async with self._connection.transaction():
                rows = await self._connection.fetch(numbered, *values)
        return [tuple(row) for row in rows]

    async def insert(self, table: Table, rows: Sequence[Values]) -> None:
        """See `RawTables.insert`."""
        with Translated(self._connection):
            async with self._connection.transaction():
                await self._connection.copy_records_to_table(table.name, records=rows, columns=table.columns)

    async def script(self, *statements: str) -> None:
        """See `RawTables.script`."""
        with Translated(self._connection):
            await self._connection.execute("; ".join(statements))


@asynccontextmanager
async def open_raw_postgresql(url: str, *, pooler: bool) -> AsyncIterator[RawPostgresql]:
    """Connect to a database that was connected to before.

    Raises DatabaseUnusable when its user is connected from elsewhere too, which a pooler keeps from being known.
    """
    with Translated():
        connection = await asyncpg.connect(
            url, timeout=CONNECT_SECONDS, statement_cache_size=0, server_settings={"application_name": _NAME}
        )
    try:
        if not pooler:
            await _require_alone(connection)
        yield RawPostgresql(connection)
    finally:
        connection.terminate()


@asynccontextmanager
async def open_postgresql_snapshot(url: str) -> AsyncIterator[RawPostgresql]:
    """Connect to a database that services may use, for reading all of it as it is now. Nobody waits for it."""
    with Translated():
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, statement_cache_size=0)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield RawPostgresql(connection)
    finally:
        connection.terminate()


async def _require_alone(connection: Any) -> None:
    deadline = asyncio.get_running_loop().time() + _ALONE_SECONDS
    while await connection.fetchval(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
        " AND application_name <> $1)",
        _NAME,
    ):
        if asyncio.get_running_loop().time() > deadline:
            raise DatabaseUnusable(
                "somebody else is connected to the PostgreSQL database as the same user; stop the services first"
            )
        await asyncio.sleep(_POLL_SECONDS)
