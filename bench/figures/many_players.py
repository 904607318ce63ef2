"""What a read costs with a federation's rows, against the same read of a small club, on one PostgreSQL."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import asyncpg
import grpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from dossier.stats.v1 import stats_service_pb2_grpc as stats_rpc

from bench.large_club import GAMES, LARGE, PLAYERS, SMALL, found_large_club
from bench.measuring import Figure, Plan
from bench.processes import Process
from bench.servers import profile_alone
from tests.provision.postgresql import PostgresqlServer

AIM = 1.3
CALLS = 40
# For each sum of the club's there are rows of each player; for each game, those of its ten seats.
_OF_PLAYERS = ("users", "totals", "leaderboard", "ratings")
_OF_GAMES = ("games", "seats", "rating_changes")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the clubs: its service, and how many times the small club it is."""

    process: Process
    channel: grpc.Channel
    copies: int

    def player(self, chance: random.Random) -> str:
        """Return anybody's username."""
        copy = chance.randrange(self.copies)
        return f"player-{chance.randrange(PLAYERS)}" + (f".{copy}" if copy else "")


# What is asked, as the call for a club and a player of it.
_ASKED: dict[str, Callable[[Side, str], Any]] = {
    "GetUser": lambda side, name: profile_rpc.ProfileServiceStub(side.channel).GetUser(
        profile_pb.GetUserRequest(username=name)
    ),
    "GetPlayerStats": lambda side, name: stats_rpc.StatsServiceStub(side.channel).GetPlayerStats(
        stats_pb.GetPlayerStatsRequest(username=name)
    ),
    "ListUsers": lambda side, _name: profile_rpc.ProfileServiceStub(side.channel).ListUsers(
        profile_pb.ListUsersRequest()
    ),
    "ListUsers, a search": lambda side, name: profile_rpc.ProfileServiceStub(side.channel).ListUsers(
        profile_pb.ListUsersRequest(search=name)
    ),
    "ListStandings": lambda side, _name: stats_rpc.StatsServiceStub(side.channel).ListStandings(
        stats_pb.ListStandingsRequest()
    ),
    "ListStandings, around": lambda side, name: stats_rpc.StatsServiceStub(side.channel).ListStandings(
        stats_pb.ListStandingsRequest(around=name)
    ),
}


def many_players(plan: Plan) -> list[Figure]:
    """Load the large club, and ask each club in turn."""
    copies = max(2, plan.many // PLAYERS)
    began = time.perf_counter()
    found_large_club(plan.small_club, copies=copies)
    loading = time.perf_counter() - began
    with ExitStack() as stack:
        sides = []
        for name, times in ((SMALL, 1), (LARGE, copies)):
            process = stack.enter_context(profile_alone(plan.folder / name, plan.small_club, name))
            options = [("grpc.enable_http_proxy", 0)]
            channel = stack.enter_context(grpc.insecure_channel(process.address, options=options))
            sides.append(Side(process, channel, times))
        rounds = [_ask(sides, number) for number in range(plan.rounds + 1)][1:]  # The first one fills caches.
    note = f"{PLAYERS * copies:,} players and {GAMES * copies:,} games, loaded in {loading:,.0f} s"
    figures = [_figure(name, [each[name] for each in rounds], note) for name in _ASKED]
    return [*figures, *asyncio.run(_sizes(plan.small_club, copies))]


def _ask(sides: Sequence[Side], number: int) -> dict[str, tuple[float, float]]:
    """Return the medians of the small and of the large club in milliseconds, of each call."""
    chance = random.Random(number)
    medians = {}
    for name, call in _ASKED.items():
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(CALLS):
            for side, taken in zip(sides, times, strict=True):
                player = side.player(chance)
                began = time.perf_counter()
                call(side, player)
                taken.append((time.perf_counter() - began) * 1000)
        medians[name] = (statistics.median(times[0]), statistics.median(times[1]))
    return medians


def _figure(name: str, rounds: Sequence[tuple[float, float]], note: str) -> Figure:
    small, large = (statistics.median(pair[side] for pair in rounds) for side in (0, 1))
    key = name.lower().replace(", ", "_").replace(" ", "_")
    return Figure(
        f"many_players_{key}",
        f"{name}, large club / small",
        "times",
        [large / small for small, large in rounds],
        aim=AIM,
        at_most=True,
        note=f"p50 {large:.2f} of {small:.2f} ms; {note}",
        details={"rounds_ms": rounds},
    )


async def _sizes(server: PostgresqlServer, copies: int) -> list[Figure]:
    connection = await asyncpg.connect(server.url(LARGE))
    try:
        rows = await connection.fetch(
            "SELECT relname AS name, pg_total_relation_size(oid) AS size FROM pg_class WHERE relname = ANY ($1)",
            (*_OF_PLAYERS, *_OF_GAMES),
        )
    finally:
        await connection.close()
    sizes = {row["name"]: row["size"] for row in rows}
    return [
        _size_figure("player", sizes, _OF_PLAYERS, PLAYERS * copies),
        _size_figure("game", sizes, _OF_GAMES, GAMES * copies),
    ]


def _size_figure(noun: str, sizes: dict[str, int], tables: Sequence[str], count: int) -> Figure:
    note = ", ".join(f"{table} {sizes[table] / count:,.0f}" for table in tables)
    each = sum(sizes[table] for table in tables) / count
    return Figure(
        f"many_players_{noun}_bytes", f"A {noun} in PostgreSQL", "bytes", [each], note=f"{note}, with indexes"
    )
