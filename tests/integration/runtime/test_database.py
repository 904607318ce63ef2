"""The storage seam on each engine: transactions, cancellation, migrations."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from runtime.database import Database, UniqueViolation, now_micros
from tests.eventually import eventually
from tests.integration.runtime.things import make_storage, names
from tests.provision.databases import Place, place_at

READERS = 4


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """A service's folder of queries and migrations."""
    return make_storage(tmp_path / "storage")


@pytest.fixture
def place(tmp_path: Path, engine: str) -> Place:
    """Where the database is."""
    return place_at(tmp_path / "test.db")


@pytest.fixture
async def database(place: Place, storage: Path) -> AsyncIterator[Database]:
    """An open database."""
    async with place.open(storage, now_micros) as opened:
        yield opened


def cancel_after(task: asyncio.Task[Any], seconds: float) -> None:
    """Cancel a task at a moment, and once more while it is cleaning up."""
    loop = asyncio.get_running_loop()
    loop.call_later(seconds, task.cancel)
    loop.call_later(seconds, lambda: loop.call_soon(task.cancel))


async def test_write_left_by_an_error_leaves_nothing(database: Database) -> None:
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


async def test_same_key_twice_is_a_unique_violation(database: Database) -> None:
    """The driver's error does not leave the seam."""
    async with database.write() as session:
        await session.one("insert_thing", name="a")
    with pytest.raises(UniqueViolation):
        async with database.write() as session:
            await session.one("insert_thing", name="a")


async def test_pools_tell_who_has_a_connection_and_who_waits(database: Database) -> None:
    """When all that read are taken, the next one waits, and is seen to."""
    pool, *_ = database.pools

    async def reads() -> None:
        async with database.read():
            pass

    async def one_waits() -> bool:
        return pool.waiting == 1

    async with AsyncExitStack() as taken:
        for _ in range(pool.size):
            await taken.enter_async_context(database.read())
        waiting = asyncio.create_task(reads())
        await eventually(one_waits, within_seconds=10)
        assert pool.in_use == pool.size
    await waiting
    assert (pool.in_use, pool.waiting, pool.taken_count) == (0, 0, pool.size + 1)


async def test_writers_that_wait_for_their_turn_are_counted(database: Database) -> None:
    """Only one writes at a time, and a long transaction shows in who waits for it."""

    async def writes(name: str) -> None:
        async with database.write() as session:
            await session.one("insert_thing", name=name)

    async def two_wait() -> bool:
        return turns.waiting == 2

    _, turns = database.pools
    async with database.write():
        waiting = [asyncio.create_task(writes(name)) for name in "ab"]
        await eventually(two_wait, within_seconds=10)
        assert turns.in_use == 1
    await asyncio.gather(*waiting)
    assert (turns.in_use, turns.waiting, turns.taken_count) == (0, 0, 3)
    assert await names(database.point) == ["a", "b"]


async def test_read_sees_one_moment(database: Database) -> None:
    """What is committed during a read does not show in it."""
    async with database.read() as session:
        assert await names(session) == []
        async with database.write() as writer:
            await writer.one("insert_thing", name="a")
        assert await names(session) == []
    assert await names(database.point) == ["a"]


async def test_cancelled_reads_leave_every_reader_free_and_fresh(database: Database) -> None:
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


async def test_cancelled_writes_are_whole_and_let_the_next_in(database: Database) -> None:
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


async def test_every_row_of_many_comes_back_in_order(database: Database) -> None:
    """One query with many values is one statement for each, and all of them are told."""
    async with database.write() as session:
        rows = await session.many("insert_thing", [{"name": name} for name in ("b", "a", "c")])
        assert await session.many("insert_thing", []) == []
    assert [row["name"] for row in rows] == ["b", "a", "c"]
    found = await database.point.many("get_thing", [{"name": "c"}, {"name": "x"}, {"name": "a"}])
    assert [row["name"] for row in found] == ["c", "a"]


async def test_order_is_that_of_the_characters_codes(database: Database) -> None:
    """Pages go by one order, whichever engine keeps them."""
    async with database.write() as session:
        await session.many("insert_thing", [{"name": name} for name in ("b", "ä", "B", "_", "a-b", "ab", "я", "😀")])
    assert await names(database.point) == ["B", "_", "a-b", "ab", "b", "ä", "я", "😀"]


async def test_two_writes_of_one_part_see_each_other(database: Database) -> None:
    """What a transaction decides by is still so when it is committed, however many of them there are."""

    async def add_one(part: str) -> None:
        async with database.write(part) as session:
            count = len(await session.all("all_things"))
            await asyncio.sleep(0)
            await session.one("insert_thing", name=f"{count:02}")

    await asyncio.gather(*(add_one("things") for _ in range(10)), *(add_one("") for _ in range(10)))
    assert await names(database.point) == [f"{number:02}" for number in range(20)]


async def test_migrations_run_once_also_when_several_open_at_once(place: Place, storage: Path) -> None:
    """Those that open a new database at the same moment apply each migration once, and a later one is added."""

    async def open_and_count() -> int:
        async with place.open(storage, now_micros) as database:
            return len(await database.point.all("all_things"))

    await place.make(storage)
    assert await asyncio.gather(*(open_and_count() for _ in range(4))) == [0] * 4
    (storage / "migrations" / "0002_more.sql").write_text("INSERT INTO things VALUES ('migrated');")
    assert await asyncio.gather(*(open_and_count() for _ in range(4))) == [1] * 4


async def test_broken_migration_leaves_the_database_as_it_was(place: Place, storage: Path) -> None:
    """A migration that fails half way is rolled back, and succeeds once it is mended."""
    broken = storage / "migrations" / "0002_more.sql"
    broken.write_text("INSERT INTO things VALUES ('half'); INSERT INTO nowhere VALUES (1);")
    with pytest.raises((sqlite3.OperationalError, asyncpg.UndefinedTableError)):
        async with place.open(storage, now_micros):
            pass
    broken.write_text("INSERT INTO things VALUES ('whole');")
    async with place.open(storage, now_micros) as database:
        assert await names(database.point) == ["whole"]


async def test_database_of_a_later_version_is_used_as_it_is(place: Place, storage: Path) -> None:
    """What ran before an update goes on beside what runs after it, while one takes the other's place."""
    later = storage / "migrations" / "0002_more.sql"
    later.write_text("ALTER TABLE things ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';")
    async with place.open(storage, now_micros):
        pass
    later.unlink()
    async with place.open(storage, now_micros) as database, database.write() as session:
        assert await session.one("insert_thing", name="a") is not None
