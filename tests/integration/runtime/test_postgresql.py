"""What is PostgreSQL's own: lost connections, restarts, parts written at once, poolers, refusals at start."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import asyncpg
import pytest

from runtime.database import Database, DatabaseUnusable, UniqueViolation
from runtime.errors import InvalidInput, Unavailable
from runtime.postgresql import TABLE_LOCK_SECONDS, PostgresqlDatabase, migrate_postgresql, open_postgresql
from tests.integration.runtime.things import make_storage, names
from tests.provision.fixtures import started_postgresql
from tests.provision.pgbouncer import open_pgbouncer
from tests.provision.postgresql import PostgresqlServer

Open = Callable[..., AbstractAsyncContextManager[PostgresqlDatabase]]


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """A service's folder of queries and migrations."""
    return make_storage(tmp_path / "storage")


@pytest.fixture
async def url(postgresql: PostgresqlServer) -> AsyncIterator[str]:
    """The address of an empty database."""
    await postgresql.execute("CREATE DATABASE things")
    yield postgresql.url("things")
    await postgresql.execute("DROP DATABASE things WITH (FORCE)")


@pytest.fixture
async def database(url: str, storage: Path) -> AsyncIterator[PostgresqlDatabase]:
    """An open database."""
    async with open_postgresql(url, storage=storage, connections=4) as opened:
        yield opened


async def add(database: Database, name: str, part: str = "") -> None:
    async with database.write(part) as session:
        await session.one("insert_thing", name=name)


async def test_parts_are_written_beside_each_other(database: PostgresqlDatabase) -> None:
    """Who writes one part does not wait for another part's transaction, only for one that names none."""
    async with database.write("one") as session:
        await session.one("insert_thing", name="a")
        async with asyncio.timeout(5):
            await add(database, "b", "two")
        for part in ("one", ""):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await add(database, "late", part)
    async with database.write():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await add(database, "late", "one")
    assert await names(database.point) == ["a", "b"]


async def test_reads_and_writes_go_on_when_all_connections_were_cut(
    database: PostgresqlDatabase,
    postgresql: PostgresqlServer,
) -> None:
    """A server that was restarted leaves dead connections, of which no caller learns."""
    await asyncio.gather(*(names(database.point) for _ in range(8)))
    for number in range(3):
        await postgresql.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'things'")
        assert len(await asyncio.gather(*(names(database.point) for _ in range(4)))) == 4
        await postgresql.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'things'")
        await add(database, str(number))
    assert await names(database.point) == ["0", "1", "2"]


async def test_transaction_that_loses_its_connection_is_unavailable_and_leaves_nothing(
    database: PostgresqlDatabase,
    postgresql: PostgresqlServer,
) -> None:
    """What was written before the cut is not there after it, and the next one gets in."""

    async def lose() -> None:
        async with database.write() as session:
            await session.one("insert_thing", name="lost")
            await postgresql.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'things'")
            await session.one("insert_thing", name="lost too")

    with pytest.raises(Unavailable):
        await lose()
    await add(database, "kept")
    assert await names(database.point) == ["kept"]


def kill_backends(postgresql: PostgresqlServer) -> None:
    """End all connections while the event loop stands still, so that whoever goes on knows nothing of it yet."""
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'things'"
    thread = Thread(target=lambda: asyncio.run(postgresql.execute(kill)))
    thread.start()
    thread.join()


@pytest.mark.parametrize("deed", ["one", "all", "many", "commit"])
async def test_connection_that_dies_at_a_statement_is_unavailable(
    database: PostgresqlDatabase, postgresql: PostgresqlServer, deed: str
) -> None:
    """Whatever the driver makes of it; the next call gets in."""

    async def meet_the_end() -> None:
        async with database.write() as session:
            await session.one("insert_thing", name="lost")
            kill_backends(postgresql)
            if deed == "many":
                await session.many("insert_thing", ({"name": f"{number}" * 200} for number in range(20_000)))
            elif deed != "commit":
                await getattr(session, deed)("insert_thing", name="lost too")

    with pytest.raises(Unavailable):
        await meet_the_end()
    await add(database, "kept")
    assert await names(database.point) == ["kept"]


async def test_refusal_stays_one_when_the_connection_dies_at_its_rollback(
    database: PostgresqlDatabase, postgresql: PostgresqlServer
) -> None:
    """Nothing is left to roll back, and the caller is told why it was refused."""

    async def refuse() -> None:
        async with database.write() as session:
            await session.one("insert_thing", name="lost")
            kill_backends(postgresql)
            raise InvalidInput("no")

    with pytest.raises(InvalidInput):
        await refuse()
    await add(database, "kept")
    assert await names(database.point) == ["kept"]


async def test_killed_server_is_unavailable_until_it_is_back(
    tmp_path_factory: pytest.TempPathFactory, storage: Path
) -> None:
    """Every call ends at once while there is no server, and what was committed is there when it is back."""
    with started_postgresql(tmp_path_factory) as server:
        async with open_postgresql(server.url("postgres"), storage=storage) as database:
            await add(database, "a")
            await asyncio.to_thread(server.kill)
            for _ in range(12):
                async with asyncio.timeout(5):
                    with pytest.raises(Unavailable):
                        await add(database, "b")
                    with pytest.raises(Unavailable):
                        await names(database.point)
            await asyncio.to_thread(server.start)
            async with asyncio.timeout(5):
                await add(database, "c")
            assert await names(database.point) == ["a", "c"]


async def test_statement_that_failed_ends_its_transaction_also_when_somebody_catches_the_error(
    database: PostgresqlDatabase,
) -> None:
    """The server rolls back what it is told to commit then; that is a bug of ours, and never passes for done."""

    async def go_on() -> None:
        async with database.write() as session:
            await session.one("insert_thing", name="b")
            with suppress(UniqueViolation):
                await session.one("insert_thing", name="a")

    await add(database, "a")
    with pytest.raises(RuntimeError, match="went on"):
        await go_on()
    assert await names(database.point) == ["a"]


async def test_several_clients_share_few_connections_behind_a_pooler(
    postgresql: PostgresqlServer,
    url: str,
    storage: Path,
    pgbouncer: Path,
    tmp_path: Path,
) -> None:
    """Nothing outlives a transaction on the server's side, so a transaction-mode pooler may hand connections round."""
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(
            open_pgbouncer(pgbouncer, postgresql, tmp_path / "pgbouncer.log", connections=3)
        )
        opening = (open_postgresql(f"{address}/things", storage=storage, pooler=True) for _ in range(3))
        first, second, third = [await stack.enter_async_context(each) for each in opening]

        async def work(database: Database, number: int) -> None:
            await add(database, f"{number:02}", f"part {number % 3}")
            async with database.read() as session:
                assert f"{number:02}" in await names(session)
            assert f"{number:02}" in await names(database.point)

        clients = (first, second, third)
        await asyncio.gather(*(work(clients[number % 3], number) for number in range(30)))
        assert await names(first.point) == [f"{number:02}" for number in range(30)]


@asynccontextmanager
async def _opened(url: str, storage: Path) -> AsyncIterator[str]:
    """Expect opening to be refused, and yield the sentence."""
    with pytest.raises(DatabaseUnusable) as refused:
        async with open_postgresql(url, storage=storage):
            pass
    yield str(refused.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda url: url.replace("/things", "/nothing"), 'database "nothing" does not exist'),
        (lambda url: url.replace("dossier:secret", "stranger:secret"), 'role "stranger" does not exist'),
        (lambda url: "postgresql://dossier:secret@127.0.0.1:1/things", "Connect call failed"),
        (lambda url: "https://dossier:secret@club.example.org", "must be like postgresql://"),
        (lambda url: url + "?sslmode=perhaps", "must be like postgresql://"),
    ],
)
async def test_database_that_is_not_there_is_told_at_start(
    url: str, storage: Path, change: Callable[[str], str], sentence: str
) -> None:
    """One sentence that says what is wrong, without the password."""
    async with _opened(change(url), storage) as told:
        assert sentence in told
        assert "secret" not in told.replace("user:password", "")


async def test_database_with_another_order_is_refused(
    postgresql: PostgresqlServer,
    storage: Path,
) -> None:
    """Where pages would go by a language's order, the sentence says how to make a database that does not."""
    make = "CREATE DATABASE sorted TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C' ENCODING 'UTF8'"
    await postgresql.execute(make)
    try:
        async with _opened(postgresql.url("sorted"), storage) as told:
            assert "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'" in told
    finally:
        await postgresql.execute("DROP DATABASE sorted")


async def test_migration_that_waits_for_a_reader_lets_others_work(
    url: str, storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who reads a table for long, such as a backup, puts a change of it off, and nobody's calls."""
    monkeypatch.setattr("runtime.postgresql.MIGRATION_PAUSE_SECONDS", 0.5)
    async with open_postgresql(url, storage=storage) as database:
        (storage / "migrations" / "0002_more.sql").write_text("ALTER TABLE things ADD COLUMN more TEXT;")
        reader = await asyncpg.connect(url)
        try:
            await reader.execute("BEGIN; SELECT * FROM things")
            migrating = asyncio.create_task(migrate_postgresql(url, storage=storage))
            for name in ("a", "b", "c"):
                async with asyncio.timeout(4):
                    await add(database, name)
            await asyncio.wait({migrating}, timeout=TABLE_LOCK_SECONDS + 0.5)
            assert not migrating.done()
            await add(database, "d")
            await reader.execute("COMMIT")
        finally:
            await reader.close()
        async with asyncio.timeout(10):
            assert (await migrating).after == 2


async def test_migration_that_waits_too_long_gives_up_and_says_why(
    url: str, storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that is in use for ever ends the start with one sentence, and nothing was changed."""
    monkeypatch.setattr("runtime.postgresql.MIGRATION_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr("runtime.postgresql.MIGRATION_PATIENCE_SECONDS", 0.5)
    async with open_postgresql(url, storage=storage):
        pass
    (storage / "migrations" / "0002_more.sql").write_text("ALTER TABLE things ADD COLUMN more TEXT;")
    reader = await asyncpg.connect(url)
    try:
        await reader.execute("BEGIN; SELECT * FROM things")
        with pytest.raises(DatabaseUnusable, match=r"for 0\.5 seconds somebody has had one of its tables in use; end"):
            await migrate_postgresql(url, storage=storage)
    finally:
        await reader.close()
    assert (await migrate_postgresql(url, storage=storage)) == (1, 2)


async def test_migration_may_take_longer_than_any_statement_of_a_call(
    url: str, storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is at work on whole tables is not cut off, nor is a process that waits for it."""
    monkeypatch.setattr("runtime.postgresql.STATEMENT_SECONDS", 0.2)
    (storage / "migrations" / "0002_long.sql").write_text("SELECT pg_sleep(1); INSERT INTO things VALUES ('long');")

    async def open_and_read() -> list[str]:
        async with open_postgresql(url, storage=storage) as database:
            return await names(database.point)

    assert await asyncio.gather(open_and_read(), open_and_read()) == [["long"]] * 2


async def test_server_that_does_not_answer_is_told_at_start(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that nobody takes up ends with a sentence too."""
    monkeypatch.setattr("runtime.postgresql.CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://dossier:secret@127.0.0.1:{silent.getsockname()[1]}/things?sslmode=disable"
        async with _opened(url, storage) as told:
            assert told == "cannot use the PostgreSQL database: it does not answer"


async def test_services_may_share_a_database_by_schemas(
    postgresql: PostgresqlServer,
    url: str,
    storage: Path,
) -> None:
    """A service keeps to the schema that its address names, and does not wait for another's writes."""
    await postgresql.execute("CREATE SCHEMA one", "CREATE SCHEMA two", database="things")
    async with (
        open_postgresql(f"{url}?search_path=one", storage=storage) as one,
        open_postgresql(f"{url}?search_path=two", storage=storage) as two,
        asyncio.timeout(5),
        one.write() as session,
    ):
        await session.one("insert_thing", name="a")
        await add(two, "b")
        assert await names(two.point) == ["b"]


async def test_statement_ends_when_its_caller_gives_up(database: PostgresqlDatabase, url: str) -> None:
    """A read that nobody waits for any more is ended on the server too."""

    async def running() -> int:
        connection = await asyncpg.connect(url)
        try:
            query = "SELECT COUNT(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(60)%'"
            return int(await connection.fetchval(f"{query} AND pid <> pg_backend_pid()"))
        finally:
            await connection.close()

    reading: Any = asyncio.create_task(database.point.one("slow_things"))
    async with asyncio.timeout(10):
        while not await running():
            await asyncio.sleep(0.01)
        reading.cancel()
        while await running():
            await asyncio.sleep(0.01)
