"""What games cost: recording them, reading what they add up to, reckoning all of it anew, and a large leaderboard."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import grpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.stats.v1 import game_service_pb2 as game_pb
from dossier.stats.v1 import game_service_pb2_grpc as game_rpc
from google.protobuf.message import Message

from bench.club import bearer, sign_in
from bench.club_rows import add_games, add_players, of_a_season
from bench.load import Load, Request
from bench.measuring import Figure, Plan, answers, compare, ratio_figure
from bench.processes import CORES, LOAD_CORE, SERVER_CORE, pinned
from profile_service.app import STORAGE
from profile_service.game_messages import game_message
from profile_service.games import Game
from profile_service.leaderboards import Board
from profile_service.replays import Replays
from profile_service.storage.leaderboard_store import LeaderboardStore, Question, Start
from profile_service.storage.replay_store import ReplayStore
from profile_service.visibility import ANYBODY
from runtime.server import look_for_less_garbage
from runtime.sqlite import open_sqlite
from standalone.sample_club.club import REFEREE
from tests.random_games import FIRST, random_game

CONNECTIONS = 4
STREAMS = 16
TABLES = 64
TABLE_PLAYERS = 12
CLUB_PLAYERS = 1000


def player_stats(plan: Plan) -> list[Figure]:
    """Compare GetPlayerStats with GetUser, both of the star and in one process."""
    process, club = plan.standalone, plan.club
    process.pin(SERVER_CORE)
    metadata = bearer(sign_in(process.address, club.username, club.password))
    # Both calls name the player in the same field, so that they have the same bytes.
    star = profile_pb.GetUserRequest(username=club.username)
    user = asked(process.address, "profile.v1.ProfileService/GetUser", star, metadata)
    stats = asked(process.address, "stats.v1.StatsService/GetPlayerStats", star, metadata)
    with ExitStack() as stack:
        stack.callback(process.pin, *CORES)
        stack.enter_context(pinned([LOAD_CORE]))
        ours = stack.enter_context(Load(stats, connections=CONNECTIONS, streams=STREAMS))
        limit = stack.enter_context(Load(user, connections=CONNECTIONS, streams=STREAMS))
        rounds = compare(plan, (ours, [process]), (limit, [process]), count=answers)
    return [ratio_figure("player_stats", "GetPlayerStats / GetUser", rounds, aim=1 / 1.5, unit="calls/s")]


def recording(plan: Plan) -> list[Figure]:
    """Send games from many tables at once: each has players of its own and sends one after the other, told in full."""
    process, club = plan.standalone, plan.club
    process.pin(SERVER_CORE)
    metadata = bearer(sign_in(process.address, REFEREE, club.password))
    chance = random.Random(1)
    with ExitStack() as stack:
        stack.callback(process.pin, *CORES)
        stack.enter_context(pinned([LOAD_CORE]))
        rates = []
        for number in range(plan.rounds + 1):
            start = FIRST + timedelta(days=100 + number)
            tables = [_evening(chance, table, start, int(plan.seconds * 8)) for table in range(TABLES)]
            rates.append(asyncio.run(_send(process.address, tables, metadata)))
    note = f"{TABLES} tables, a call for each game"
    # In the first round everybody sits down for the first time.
    rates = rates[1:]
    return [Figure("record_game", "RecordGame, standalone", "games/s", rates, aim=300, note=note)]


def reckoning(plan: Plan) -> list[Figure]:
    """Reckon a long history anew: totals, leaderboards and ratings."""
    seconds = asyncio.run(_reckon(plan.folder / "reckoning", plan.many))
    title = f"Reckoning {plan.many:,} games anew"
    return [Figure("reckoning", title, "s", [seconds], aim=60 * plan.many / 100_000, at_most=True)]


def leaderboard(plan: Plan) -> list[Figure]:
    """Read pages of boards with many players: the first, one in the middle, and one around a player."""
    times = asyncio.run(_read_boards(plan.folder / "boards", plan.many))
    title = f"A leaderboard's page of {plan.many:,} players"
    note = ", ".join(f"{name} {statistics.median(values):.1f}" for name, values in times.items())
    worst = max(times.values(), key=statistics.median)
    return [Figure("leaderboard", title, "ms", worst, aim=10, at_most=True, note=note)]


def asked(address: str, path: str, message: Message, metadata: Sequence[tuple[str, str]]) -> Request:
    """Return a call, made once to know the size of its answer."""
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        call = channel.unary_unary(f"/dossier.{path}")
        answer = call(message.SerializeToString(), metadata=metadata, timeout=60)
    return Request(address, f"/dossier.{path}", message.SerializeToString(), len(answer) + 5, metadata)


def _evening(chance: random.Random, table: int, start: datetime, number: int) -> list[Game]:
    """Return games of one table, which begin a minute after those of the table before it."""
    players = [f"Guest {table}-{seat}" for seat in range(TABLE_PLAYERS)]
    games = []
    for turn in range(number):
        game = random_game(chance, players, start=start + timedelta(hours=turn, minutes=table))
        games.append(of_a_season(chance, game))
    return games


async def _send(address: str, tables: Sequence[Sequence[Game]], metadata: Sequence[tuple[str, str]]) -> float:
    evenings = [[game_pb.RecordGameRequest(game=game_message(game)) for game in table] for table in tables]
    async with grpc.aio.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        stub = game_rpc.GameServiceStub(channel)

        async def sender(evening: Sequence[game_pb.RecordGameRequest]) -> None:
            for request in evening:
                await stub.RecordGame(request, metadata=metadata, timeout=60)

        started = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for evening in evenings:
                tasks.create_task(sender(evening))
    return sum(map(len, evenings)) / (time.perf_counter() - started)


async def _reckon(folder: Path, number: int) -> float:
    folder.mkdir()
    chance = random.Random(2)
    names = [f"player-{index}" for index in range(CLUB_PLAYERS)]
    async with open_sqlite(folder / "profile.db", storage=STORAGE) as database:
        await add_players(database, names)
        for first in range(0, number, 2000):
            await add_games(database, chance, names, range(first, min(first + 2000, number)))
        store = ReplayStore(database)
        look_for_less_garbage()  # as the service does
        started = time.perf_counter()
        await store.begin()
        await Replays(store).settle()
        return time.perf_counter() - started


async def _read_boards(folder: Path, number: int) -> dict[str, list[float]]:
    folder.mkdir()
    names = [f"player-{index}" for index in range(number)]
    chance = random.Random(3)
    times: dict[str, list[float]] = {"first": [], "middle": [], "around": []}
    async with open_sqlite(folder / "profile.db", storage=STORAGE) as database:
        await add_players(database, names)
        async with database.write() as session:
            rows = [_row(chance, name) for name in names]
            await session.many("put_leaderboard_row", rows)
        boards = LeaderboardStore(database)
        for board in (Board.WIN_RATE, Board.POINTS, Board.WINS_ABOVE):
            question = Question(board, ANYBODY, minimum=10)
            for _ in range(20):
                value, name = chance.random(), chance.choice(names)
                times["first"].append(await _timed(boards.page(question, Start(), count=50)))
                middle = f"{value:.12f}" if board is Board.POINTS else value
                times["middle"].append(await _timed(boards.page(question, Start(1, middle, ""), count=50)))
                times["around"].append(await _timed(boards.around(replace(question, minimum=1), name, count=50)))
    return times


def _row(chance: random.Random, name: str) -> dict[str, object]:
    counts = ("wins", "losses", "civilian_games", "sheriff_games", "mafia_games", "don_games")
    zero = dict.fromkeys((*counts, "current_run", "longest_wins", "longest_losses", "latest_time"), 0)
    values = {
        "win_bound": chance.random(),
        "wins_above": chance.random(),
        "points": chance.random(),
        "points_per_game": None,
    }
    keys = {"account_id": f"a-{name}", "season": "*", "kind": "*", "audience": 0, "sessions": chance.randint(1, 200)}
    texts = {"latest_results": "", "latest_game": "", "points_order": f"{values['points']:.12f}"}
    return zero | values | keys | texts


async def _timed(reading: object) -> float:
    started = time.perf_counter()
    await reading  # type: ignore[misc]
    return (time.perf_counter() - started) * 1000
