"""A club as large as a federation in PostgreSQL: a small one that was recorded and reckoned, many times over.

The small club's games go through the service's own code. The large one has copies of its rows with other players and
other games, made by SQL, and sums of the whole club that are as many times larger; so each answer is what the service
would have reckoned, but for ratings, which would have met a side's advantage that was learnt from all games.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import asyncpg

from bench.club_rows import add_games, add_players
from profile_service.app import STORAGE
from profile_service.replays import Replays
from profile_service.storage.replay_store import ReplayStore
from runtime.postgresql import open_postgresql
from tests.provision.postgresql import PostgresqlServer, find_or_install

PLAYERS: Final = 500
# Ten play in each, so that everybody plays a hundred.
GAMES: Final = 5000
SMALL, LARGE = "small", "large"
# What is other in copy number k. What is not named is the same: accounts that are nobody's, sums, texts.
_CHANGED: Final[Mapping[str, str]] = {
    "account_id": "account_id || '~' || k",
    "recorder_id": "recorder_id || '~' || k",
    "username": "username || '.' || k",
    "look": "look || '.' || k",
    "search_text": "search_text || ' ' || k",
    "game_id": "md5(game_id || k)::uuid::text",
    "latest_game": "md5(latest_game || k)::uuid::text",
}
_COPIED: Final = ("users", "games", "seats", "totals", "leaderboard", "ratings", "rating_changes")
# Enough for both clubs' indexes; the tests' servers have 64 MB.
_MEMORY: Final = ("shared_buffers = '1GB'", "maintenance_work_mem = '512MB'", "max_wal_size = '8GB'")


def found_small_club(folder: Path) -> PostgresqlServer:
    """Start a server and make the small club's database on it. Whoever asked for it closes it."""
    folder.mkdir()
    server = PostgresqlServer(find_or_install(), folder)
    server.start()
    asyncio.run(server.execute(*(f"ALTER SYSTEM SET {setting}" for setting in _MEMORY)))
    server.stop()
    server.start()
    server.create_database(SMALL)
    asyncio.run(_record(server))
    return server


def found_large_club(server: PostgresqlServer, *, copies: int) -> None:
    """Make the large club's database, in which the small club is so many times."""
    asyncio.run(_copy_club(server, copies))


async def _record(server: PostgresqlServer) -> None:
    chance = random.Random(4)
    names = [f"player-{index}" for index in range(PLAYERS)]
    async with open_postgresql(server.url(SMALL), storage=STORAGE) as database:
        await add_players(database, names)
        await add_games(database, chance, names, range(GAMES))
        store = ReplayStore(database)
        await store.begin()
        await Replays(store).settle()
    await server.execute("VACUUM ANALYZE", database=SMALL)


async def _copy_club(server: PostgresqlServer, copies: int) -> None:
    await server.execute(f"CREATE DATABASE {LARGE} TEMPLATE {SMALL}")
    await _multiply(server.url(LARGE), copies)
    async with open_postgresql(server.url(LARGE), storage=STORAGE) as database:
        await Replays(ReplayStore(database)).settle()  # It has the boards follow the club's new win rates.
    await server.execute("VACUUM ANALYZE", database=LARGE)


async def _multiply(url: str, copies: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        # References are right by the way that rows are made; checking millions takes longer than making them.
        await connection.execute("SET session_replication_role = replica")
        indexes = await connection.fetch(
            "SELECT indexname AS name, indexdef AS made FROM pg_indexes WHERE schemaname = current_schema()"
            " AND tablename = ANY ($1) AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            _COPIED,
        )
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['name']}")
        for table in _COPIED:
            await _copy(connection, table, copies)
        for index in indexes:
            await connection.execute(index["made"])
        await connection.execute(
            "UPDATE totals SET counters = (SELECT jsonb_object_agg(key, value::bigint * $1)::text"
            " FROM jsonb_each_text(counters::jsonb)) WHERE account_id = '*'",
            copies,
        )
        await connection.execute("UPDATE side_biases SET rated_games = rated_games * $1", copies)
    finally:
        await connection.close()


async def _copy(connection: asyncpg.Connection, table: str, copies: int) -> None:
    rows = await connection.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1",
        table,
    )
    columns = [row["column_name"] for row in rows]
    changed = [_CHANGED.get(column, column) for column in columns]
    kept = "account_id NOT IN ('*', 'nobody')" if "account_id" in columns else "TRUE"
    # Ours all of it; the names of tables and columns cannot be parameters.
    await connection.execute(
        f"INSERT INTO {table} ({', '.join(columns)})"
        f" SELECT {', '.join(changed)} FROM generate_series(1, {copies - 1}) AS k CROSS JOIN {table} WHERE {kept}"
    )
