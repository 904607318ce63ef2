"""The queries of both services, as PostgreSQL understands them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import profile_service.app
import report_service.app
from runtime.postgresql import open_postgresql
from runtime.sql_files import read_queries
from tests.provision.postgresql import PostgresqlServer

STORAGES = {"profile": profile_service.app.STORAGE, "report": report_service.app.STORAGE}


@pytest.fixture(params=STORAGES)
async def connection_and_queries(
    request: pytest.FixtureRequest,
    postgresql: PostgresqlServer,
) -> AsyncIterator[tuple[Any, Any]]:
    """A connection to an empty database of one service, and its queries."""
    storage: Path = STORAGES[request.param]
    await postgresql.execute("CREATE DATABASE queries")
    async with open_postgresql(postgresql.url("queries"), storage=storage):
        connected = await asyncpg.connect(postgresql.url("queries"))
        yield connected, read_queries(storage, "postgresql", "asyncpg")
        await connected.close()
    await postgresql.execute("DROP DATABASE queries WITH (FORCE)")


async def test_every_query_can_be_prepared(connection_and_queries: tuple[Any, Any]) -> None:
    """Names of tables and columns are there, and each parameter has one type."""
    connection, queries = connection_and_queries
    names = [name for name in queries.available_queries if not name.endswith("_cursor")]
    assert len(names) > 30
    for name in names:
        await connection.prepare(getattr(queries, name).sql)


@pytest.mark.parametrize("storage", STORAGES.values())
def test_no_factor_is_taken_for_a_whole_number(storage: Path) -> None:
    """A parameter beside a column of whole numbers becomes one unless it is cast, and loses its fraction unnoticed."""
    queries = "\n".join(file.read_text() for file in storage.glob("*.sql"))
    assert "SELECT" in queries
    assert not re.findall(r"\* :\w+|:\w+ \*", queries)
