"""What is SQLite's own: durability, the disk, and other processes on the same file."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from runtime.errors import Unavailable
from runtime.sqlite import BUSY_TIMEOUT_SECONDS, SqliteDatabase, open_sqlite
from tests.integration.runtime.things import make_storage, names


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    """An open database."""
    async with open_sqlite(tmp_path / "test.db", storage=make_storage(tmp_path / "storage")) as opened:
        yield opened


async def test_full_disk_is_unavailable_and_loses_nothing(database: SqliteDatabase) -> None:
    """A write that finds no room tells a fault that may pass; reads go on, and writes do when there is room again."""
    async with database.write() as session:
        await session.one("insert_thing", name="kept")
    await database._writer.execute("PRAGMA max_page_count = 1")
    with pytest.raises(Unavailable) as refused:
        async with database.write() as session:
            await session.one("insert_thing", name="x" * 100_000)
    assert "full" in str(refused.value.__cause__)
    async with database.read() as session:
        assert await names(session) == ["kept"]
    await database._writer.execute("PRAGMA max_page_count = 100000")
    async with database.write() as session:
        await session.one("insert_thing", name="later")
        assert await names(session) == ["kept", "later"]


async def test_commits_survive_power_loss_by_their_settings(database: SqliteDatabase) -> None:
    """The writer syncs every commit of a write-ahead log."""
    async with database.write() as session:
        assert (await session.one("pragma_synchronous"))[0] == 2
        assert (await session.one("pragma_journal"))[0] == "wal"


async def test_locked_database_is_unavailable_not_a_crash(
    database: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process that holds the database makes a write UNAVAILABLE."""
    async with database.write() as session:
        await session.one("insert_thing", name="a")
    await database._writer.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            async with database.write():
                pass
    finally:
        other.close()


async def test_write_that_waits_for_another_process_ends_with_its_callers_patience(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    """Nobody is held up for longer by a transaction of somebody else, and the next write finds the way free."""
    with closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2), database.write() as session:
                await session.one("insert_thing", name="late")
        assert time.monotonic() - started < BUSY_TIMEOUT_SECONDS / 2
        other.execute("ROLLBACK")
    async with database.write() as session:
        assert await session.all("all_things") == []
