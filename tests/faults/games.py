"""Games that are sent several times each, over RPC and AMQP at the same time, by many senders.

Each must count once, and everything that is reckoned from them must be what reckoning all of it anew gives, to the bit.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aio_pika
import structlog
from dossier.stats.v1 import game_intake_pb2 as intake_pb
from dossier.stats.v1 import game_service_pb2 as game_pb
from dossier.stats.v1 import stats_service_pb2 as stats_pb

from profile_service.amqp_games import TOPOLOGY
from profile_service.app import STORAGE
from profile_service.game_messages import game_message
from profile_service.replays import Replays
from profile_service.storage.replay_store import ReplayStore
from runtime.database import now_micros
from tests.eventually import eventually
from tests.integration.profile.conftest import Profile, running
from tests.provision.databases import Place, place_at
from tests.provision.rabbitmq import RabbitNode, find_or_install
from tests.random_games import FIRST, random_game

GAMES = 20_000
SENDERS = 64
MOST_COPIES = 4
PLAYERS = [f"player-{number}" for number in range(90)] + [f"Guest {number}" for number in range(10)]
# One copy in so many comes much later than it was played.
HELD_BACK = 10
TIMEOUT_SECONDS = 120.0
# The broker takes messages faster than games are recorded; until all of them are.
SETTLE_SECONDS = 900.0
TOKEN_SECONDS = 20.0
RECKONED = ("totals", "leaderboard", "baselines", "ratings", "side_biases", "rating_changes")
Tables = dict[str, list[tuple[Any, ...]]]


@dataclass
class Recorded:
    """What came of it.

    Attributes:
        by_rpc, by_amqp: how many copies were sent which way.
        games: how many there are then, and `seats` what the players' statistics come to, ten for each game.
        dead: messages that were set aside.
        differing: the tables that reckoning anew makes others of.
        seconds: from the first copy until all of them were settled.
    """

    sent: int = 0
    by_rpc: int = 0
    by_amqp: int = 0
    games: int = 0
    seats: int = 0
    dead: int = 0
    differing: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def broken(self) -> bool:
        """Whether a game was lost, counted twice or reckoned wrongly."""
        return (self.games, self.seats, self.dead) != (self.sent, 10 * self.sent, 0) or bool(self.differing)

    def lines(self) -> list[str]:
        """Return the figures."""
        copies = self.by_rpc + self.by_amqp
        return [
            f"{self.sent} games in {copies} copies, {self.by_rpc} over RPC and {self.by_amqp} over AMQP, "
            f"by {SENDERS} senders in {self.seconds:.0f} s",
            f"recorded {self.games} ({self.sent}), seats counted {self.seats} ({10 * self.sent})",
            f"set aside {self.dead} (0)",
            f"tables that reckoning anew makes others of: {', '.join(self.differing) or 'none'} (none)",
        ]


class Referee:
    """Somebody who may record games for longer than the tests' tokens are good."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._metadata: tuple[tuple[str, str], ...] = ()
        self._until = 0.0
        self._turn = asyncio.Lock()

    async def metadata(self) -> tuple[tuple[str, str], ...]:
        """Return a token that is good for half a minute at least."""
        async with self._turn:
            if time.monotonic() > self._until:
                self._metadata = (await self._profile.referee()).metadata
                self._until = time.monotonic() + TOKEN_SECONDS
            return self._metadata


async def sent_over_and_over(seed: int, folder: Path, *, games: int) -> Recorded:
    """Send games of which every one has up to four copies, and look at what is there then."""
    folder.mkdir(parents=True, exist_ok=True)
    chance, seen = random.Random(seed), Recorded(sent=games)
    broker = RabbitNode(await asyncio.to_thread(find_or_install), folder / "rabbitmq")
    try:
        await broker.start()
        async with running(folder, amqp_url=broker.url) as profile:
            names = [name for name in PLAYERS if name[0].islower()]
            for name in names:
                await profile.sign_up(name)
            await _send(profile, broker.url, _copies(chance, games), chance, seen)
        # Once more, so that whatever was under way is done.
        async with running(folder) as profile:
            seen.seats = await _seats(profile, names)
    finally:
        await asyncio.to_thread(broker.blocking.close)
    await _reckon_anew(place_at(folder / "profile" / "profile.db"), seen)
    return seen


def _copies(chance: random.Random, number: int) -> list[game_pb.RecordGameRequest]:
    """Return requests in about the order in which the games were played."""
    placed = []
    for index in range(number):
        game = random_game(chance, PLAYERS, start=FIRST + timedelta(minutes=index))
        request = game_pb.RecordGameRequest(game=game_message(game))
        for _ in range(chance.randint(1, MOST_COPIES)):
            late = chance.randrange(number) if chance.randrange(HELD_BACK) == 0 else 0
            placed.append((index + late, chance.random(), request))
    return [request for _, _, request in sorted(placed, key=lambda place: place[:2])]


async def _send(
    profile: Profile, url: str, copies: Sequence[game_pb.RecordGameRequest], chance: random.Random, seen: Recorded
) -> None:
    referee = Referee(profile)
    began = time.monotonic()
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(TOPOLOGY.exchange, ensure=False)
        waiting = iter(copies)

        async def sender() -> None:
            for request in waiting:
                if chance.random() < 0.5:
                    seen.by_rpc += 1
                    await profile.games.RecordGame(request, metadata=await referee.metadata(), timeout=TIMEOUT_SECONDS)
                else:
                    seen.by_amqp += 1
                    body = intake_pb.GameIntake(record=request).SerializeToString()
                    persistent = aio_pika.DeliveryMode.PERSISTENT
                    await exchange.publish(aio_pika.Message(body, delivery_mode=persistent), "table", mandatory=True)

        async with asyncio.TaskGroup() as senders:
            for _ in range(SENDERS):
                senders.create_task(sender())

        async def settled() -> bool:
            looking = await connection.channel()
            states = [await looking.declare_queue(name, passive=True) for name in (TOPOLOGY.queue, TOPOLOGY.dead_queue)]
            waiting_count, seen.dead = (state.declaration_result.message_count or 0 for state in states)
            await looking.close()
            # What was taken and not acknowledged does not count as waiting.
            return waiting_count == 0 and await _count(profile.rows) + seen.dead >= seen.sent

        await eventually(settled, within_seconds=SETTLE_SECONDS)
    seen.seconds = time.monotonic() - began


async def _count(rows: Place) -> int:
    [[games]] = await rows.run("SELECT COUNT(*) FROM games")
    return int(games)


async def _seats(profile: Profile, names: Sequence[str]) -> int:
    """Return how many seats the statistics of everybody come to, guests' by what is kept of them."""
    seats = 0
    for name in names:
        tally = (await profile.stats.GetPlayerStats(stats_pb.GetPlayerStatsRequest(username=name))).stats.overall
        seats += tally.sessions + tally.voids
    query = """
        SELECT COUNT(*) FROM seats JOIN users ON users.account_id = seats.account_id WHERE users.kind = 'guest'
    """
    [[guests]] = await profile.rows.run(query)
    return seats + int(guests)


async def _reckon_anew(rows: Place, seen: Recorded) -> None:
    async with rows.open(STORAGE, now_micros) as database:
        store = ReplayStore(database)
        await Replays(store).settle()
        seen.games, kept = await _count(rows), await _tables(rows)
        await store.begin()
        await Replays(store).settle()
        anew = await _tables(rows)
    seen.differing = tuple(name for name in RECKONED if kept[name] != anew[name])


async def _tables(rows: Place) -> Tables:
    """Return what is reckoned from the games."""
    return {name: sorted(map(tuple, await rows.run(f"SELECT * FROM {name}")), key=repr) for name in RECKONED}


async def measure(seed: int, _seconds: float, folder: Path) -> Recorded:
    """Send twenty thousand games, however long that takes: about five minutes."""
    # The service runs in this process, and would tell of every call.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    return await sent_over_and_over(seed, folder, games=GAMES)
