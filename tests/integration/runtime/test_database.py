"""The storage seam on a real SQLite file: transactions, cancellation, migrations, durability."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from runtime.database import BUSY_TIMEOUT_SECONDS, READERS, Session, SqliteDatabase, UniqueViolation, open_sqlite
from runtime.errors import Unavailable

QUERIES = """
-- name: insert_thing^
INSERT INTO things (name) VALUES (:name) RETURNING name;

-- name: get_thing^
SELECT name, now_micros() AS now FROM things WHERE name = :name;

-- name: all_things
SELECT name FROM things ORDER BY name;

-- name: slow_count^
WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < 20000)
SELECT COUNT(*) AS n FROM counter;

-- name: pragma_synchronous^
PRAGMA synchronous;

-- name: pragma_journal^
PRAGMA journal_mode;
"""


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """A service's folder of queries and migrations."""
    folder = tmp_path / "storage"
    (folder / "migrations").mkdir(parents=True)
    (folder / "things.sql").write_text(QUERIES)
    (folder / "migrations" / "0001_things.sql").write_text("CREATE TABLE things (name TEXT PRIMARY KEY);")
    return folder


@pytest.fixture
async def database(tmp_path: Path, storage: Path) -> AsyncIterator[SqliteDatabase]:
    """An open database."""
    async with open_sqlite(tmp_path / "test.db", storage=storage) as opened:
        yield opened


def cancel_after(task: asyncio.Task[Any], seconds: float) -> None:
    """Cancel a task at a moment, and once more while it is cleaning up."""
    loop = asyncio.get_running_loop()
    loop.call_later(seconds, task.cancel)
    loop.call_later(seconds, lambda: loop.call_soon(task.cancel))


async def names(session: Session) -> list[str]:
    return [row["name"] for row in await session.all("all_things")]


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


async def test_write_left_by_an_error_leaves_nothing(database: SqliteDatabase) -> None:
    """A transaction is kept whole or not at all."""

    async def fails() -> None:
        async with database.write() as session:
            await session.one("insert_thing", name="a")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        await fails()
    async with database.write() as session:
        await session.one("insert_thing", name="b")
    assert await names(database.point) == ["b"]


async def test_same_key_twice_is_a_unique_violation(database: SqliteDatabase) -> None:
    """The driver's error does not leave the seam."""
    async with database.write() as session:
        await session.one("insert_thing", name="a")
    with pytest.raises(UniqueViolation):
        async with database.write() as session:
            await session.one("insert_thing", name="a")


async def test_read_sees_one_moment(database: SqliteDatabase) -> None:
    """What is committed during a read does not show in it."""
    async with database.read() as session:
        assert await names(session) == []
        async with database.write() as writer:
            await writer.one("insert_thing", name="a")
        assert await names(session) == []
    assert await names(database.point) == ["a"]


async def test_cancelled_reads_leave_every_reader_free_and_fresh(database: SqliteDatabase) -> None:
    """However many reads are cancelled at whatever moment, the next ones are served, and see what is there by then."""
    chance = random.Random(5)
    async with database.write() as session:
        for number in range(300):
            await session.one("insert_thing", name=f"old-{number}")

    async def read() -> int:
        async with database.read() as session:
            await session.one("slow_count")
            return len(await session.all("all_things"))

    for _ in range(300):
        task = asyncio.create_task(read())
        cancel_after(task, chance.random() * 0.006)
        await asyncio.wait([task])
    async with database.write() as session:
        await session.one("insert_thing", name="new")
    async with asyncio.timeout(5):
        assert await asyncio.gather(*(read() for _ in range(READERS * 2))) == [301] * READERS * 2


async def test_cancelled_writes_are_whole_and_let_the_next_in(database: SqliteDatabase) -> None:
    """A write that is cancelled is either committed or not there, and never keeps the writer."""
    chance = random.Random(6)

    async def write(number: int) -> None:
        async with database.write() as session:
            await session.one("insert_thing", name=f"{number:04}-a")
            await session.one("insert_thing", name=f"{number:04}-b")

    for number in range(200):
        task = asyncio.create_task(write(number))
        cancel_after(task, chance.random() * 0.002)
        await asyncio.wait([task])
    async with asyncio.timeout(5):
        await write(9999)
    kept = await names(database.point)
    pairs = {name.partition("-")[0] for name in kept}
    assert len(kept) == 2 * len(pairs)
    assert "9999" in pairs


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


async def test_migrations_run_once_also_when_two_open_at_once(tmp_path: Path, storage: Path) -> None:
    """Two that open a new database at the same moment apply each migration once, and a later one is added."""
    path = tmp_path / "shared.db"

    async def open_and_count() -> int:
        async with open_sqlite(path, storage=storage) as database:
            return len(await database.point.all("all_things"))

    assert await asyncio.gather(*(open_and_count() for _ in range(4))) == [0] * 4
    (storage / "migrations" / "0002_more.sql").write_text("INSERT INTO things VALUES ('migrated');")
    assert await open_and_count() == 1
    assert await open_and_count() == 1


async def test_broken_migration_leaves_the_database_as_it_was(tmp_path: Path, storage: Path) -> None:
    """A migration that fails half way is rolled back, and succeeds once it is mended."""
    path, broken = tmp_path / "test.db", storage / "migrations" / "0002_more.sql"
    broken.write_text("INSERT INTO things VALUES ('half'); INSERT INTO nowhere VALUES (1);")
    with pytest.raises(sqlite3.OperationalError):
        async with open_sqlite(path, storage=storage):
            pass
    broken.write_text("INSERT INTO things VALUES ('whole');")
    async with open_sqlite(path, storage=storage) as database:
        assert await names(database.point) == ["whole"]


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
