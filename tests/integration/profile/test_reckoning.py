"""Everything that is reckoned from games follows from the games alone, to the bit."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from profile_service.app import STORAGE
from profile_service.counting import counts_of_game
from profile_service.errors import EtagStale, GameNotFound
from profile_service.game_messages import etag_of
from profile_service.game_recorder import Request, ToldGame
from profile_service.games import Game, Seat
from profile_service.replays import Replays
from profile_service.storage import reckoning
from profile_service.storage.game_writer import GameStoreWriter
from profile_service.storage.rating_store import AT_ONCE
from profile_service.storage.replay_store import ReplayStore
from profile_service.storage.totals import added
from runtime.database import now_micros
from tests.provision.databases import Place, place_at
from tests.random_games import FIRST, random_game

PLAYERS = [f"player-{number}" for number in range(14)] + ["Guest One", "Guest Two"]
VISITORS = [f"visitor-{number}" for number in range(10)]
TABLES = ("totals", "leaderboard", "baselines", "ratings", "side_biases", "rating_changes")
RATED = "SELECT game_id, rated_time, rated_kind, red_chance, bias_mean_before, bias_variance_before FROM games"
WHO = Request("recorder")
Tables = dict[str, list[tuple[Any, ...]]]


class Club:
    """A database with players, games written as the service writes them, and the replays that it runs beside."""

    def __init__(self, place: Place, database: Any) -> None:
        self._place = place
        self._database = database
        numbers = count(1)
        # Guests have the ids of their order; a test that compares tables has them sit down in the same order.
        self.writer = GameStoreWriter(database, new_id=lambda: f"guest-{next(numbers)}")
        self.store = ReplayStore(database)
        self.replays = Replays(self.store)

    async def record(self, games: Sequence[Game]) -> list[Game]:
        return await self.writer.record([ToldGame("game", game) for game in games], WHO, dry_run=False)

    async def void(self, game: Game) -> None:
        await self.writer.void(game.game_id, etag="", actor_id="recorder")

    async def correct(self, game: Game, etag: str = "") -> Game:
        return await self.writer.correct(ToldGame("game", game), etag=etag, actor_id="recorder")

    async def leave(self, account_id: str) -> None:
        """Have an account leave with its seats."""
        async with self._database.write() as session:
            seats = await session.all("remove_seats", account_id=account_id)
            await reckoning.forget(session, account_id, [row["game_id"] for row in seats])

    async def tables(self) -> Tables:
        """Return all that is reckoned, when nothing is left to reckon."""
        await self.replays.settle()
        found = {name: sorted(await self._rows(f"SELECT * FROM {name}"), key=repr) for name in TABLES}
        rated = await self._rows(f"{RATED} WHERE rated_time IS NOT NULL")
        return found | {"games": sorted(rated)}

    async def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self._place.run(query)]


@asynccontextmanager
async def a_club(folder: Path) -> AsyncIterator[Club]:
    folder.mkdir()
    place = place_at(folder / "profile.db")
    async with place.open(STORAGE, now_micros) as database:
        async with database.write() as session:
            for name in (name for name in (*PLAYERS, *VISITORS) if name[0].islower()):
                await session.one(
                    "insert_user", account_id=f"a-{name}", username=name, look=name, kind="person", display_name=name,
                    email="", password_hash="", roles="", search_text=name, username_hash="",
                )  # fmt: skip
        yield Club(place, database)


@pytest.fixture
async def new_club(tmp_path: Path) -> AsyncIterator[Callable[[], Awaitable[Club]]]:
    """Open clubs one after another."""
    numbers = count()
    async with AsyncExitStack() as stack:

        async def club() -> Club:
            opened = await stack.enter_async_context(a_club(tmp_path / str(next(numbers))))
            seats = tuple(Seat(number, "", "civilian", nickname=name) for number, name in enumerate(PLAYERS[-2:], 1))
            opening = replace(random_game(random.Random(0), PLAYERS), winner="void", seats=seats, best_move=None)
            opening = replace(opening, votes=(), nominations=(), checks=(), shots=())
            await opened.record([opening])
            # From here on games are added up as they come.
            await opened.replays.settle()
            return opened

        yield club


NewClub = Callable[[], Awaitable[Club]]


def some_games(seed: int, number: int) -> list[Game]:
    chance = random.Random(seed + 1000)
    return [random_game(chance, PLAYERS) for _ in range(number)]


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_and_split_into_batches_gives_identical_tables(new_club: NewClub, seed: int) -> None:
    """Games told all at once in order, one by one in any order, or in random batches are reckoned to the same bits."""
    chance = random.Random(seed)
    games = some_games(seed, 60)
    at_once = await new_club()
    await at_once.record(sorted(games, key=lambda game: (game.start_time, game.game_id)))
    expected = await at_once.tables()
    singly = await new_club()
    for game in chance.sample(games, len(games)):
        await singly.record([game])
    assert await singly.tables() == expected
    batches = await new_club()
    shuffled = chance.sample(games, len(games))
    while shuffled:
        size = chance.randint(1, 20)
        await batches.record(shuffled[:size])
        shuffled = shuffled[size:]
    assert await batches.tables() == expected


@pytest.mark.parametrize("number", [5, AT_ONCE + 20])
async def test_record_and_void_leaves_what_was_before(new_club: NewClub, number: int) -> None:
    """A voided game has left no trace, whether the ratings behind it are made again at once or later."""
    games = some_games(7, number)
    club = await new_club()
    await club.record(games)
    before = await club.tables()
    alone = replace(random_game(random.Random(20), PLAYERS), season="of its own")
    for game in [*some_games(8, 6), alone]:
        await club.record([game])
        await club.tables()
        await club.void(game)
        assert await club.tables() == before


@pytest.mark.parametrize("number", [5, AT_ONCE + 20])
async def test_correction_is_void_and_record(new_club: NewClub, number: int) -> None:
    """A corrected game is reckoned as if it had been told so at first, also when it moves in time."""
    games = some_games(9, number)
    chance = random.Random(10)
    right = [replace(random_game(chance, PLAYERS), game_id=game.game_id) for game in games[:6]]
    at_first = await new_club()
    await at_first.record([*right, *games[6:]])
    corrected = await new_club()
    await corrected.record(games)
    for game in right:
        await corrected.correct(game)
    assert await corrected.tables() == await at_first.tables()


async def test_games_of_a_guest_given_to_a_player_are_as_if_the_player_had_sat_there(new_club: NewClub) -> None:
    """Totals, ratings and places are those of one person."""
    chance = random.Random(11)
    games = [random_game(chance, [name for name in PLAYERS if name != "player-3"]) for _ in range(30)]
    merged = await new_club()
    await merged.record(games)
    given = await merged.writer.merge_guest("guest ONE", "player-3", actor_id="recorder")
    assert given == 1 + sum(seat.nickname == "Guest One" for game in games for seat in game.seats)
    sat = await new_club()
    await sat.record([_seated(game, "Guest One", "player-3") for game in games])
    expected, found = await sat.tables(), await merged.tables()
    for name in ("totals", "leaderboard"):  # the opening game, in which a guest sat, is the player's now
        found[name] = [row for row in found[name] if row[0] not in ("a-player-3", "guest-1")]
        expected[name] = [row for row in expected[name] if row[0] not in ("a-player-3", "guest-1")]
    assert found == expected


def _seated(game: Game, nickname: str, username: str) -> Game:
    def seated(seat: Seat) -> Seat:
        return replace(seat, nickname="", username=username) if seat.nickname == nickname else seat

    return replace(game, seats=tuple(map(seated, game.seats)))


@pytest.mark.parametrize("number", [5, AT_ONCE + 20])
async def test_game_that_everybody_left_leaves_nothing(new_club: NewClub, number: int) -> None:
    """Erasing the last of its players undoes the game, at once or later, and it is gone."""
    games = some_games(16, number)
    club = await new_club()
    await club.record(games)
    before = await club.tables()
    early = replace(random_game(random.Random(17), VISITORS, start=FIRST - timedelta(days=1)), winner="red")
    await club.record([early])
    for name in VISITORS:
        await club.leave(f"a-{name}")
    assert await club.tables() == before
    with pytest.raises(GameNotFound):
        await club.void(early)


async def test_fault_of_one_call_is_not_that_of_those_written_with_it(new_club: NewClub) -> None:
    """Calls share a commit, but not what goes wrong in one of them."""
    club = await new_club()
    good, other = some_games(18, 2)
    no_number_of_the_database = replace(other, duration=timedelta.max)
    first, bad, last = await asyncio.gather(
        club.record([good]), club.record([no_number_of_the_database]), club.record([some_games(19, 1)[0]]),
        return_exceptions=True,
    )  # fmt: skip
    assert isinstance(bad, (OverflowError, asyncpg.DataError))
    assert isinstance(first, list)
    assert isinstance(last, list)


async def test_reckoning_anew_changes_nothing(new_club: NewClub) -> None:
    """From scratch comes out what was kept game by game, also when games come meanwhile."""
    games = some_games(12, 80)
    club = await new_club()
    for game in games[:70]:
        await club.record([game])
    await club.void(games[3])
    before = await club.tables()
    await club.store.begin()
    assert await club.tables() == before
    await club.store.begin()
    await club.record(games[70:])
    late = await club.tables()
    await club.store.begin()
    assert await club.tables() == late


async def test_totals_are_the_sums_of_the_counts(new_club: NewClub) -> None:
    """What is kept for all of a player's games is what counting each of them gives."""
    club = await new_club()
    recorded = await club.record(some_games(13, 40))
    expected: dict[str, int] = {}
    for game in recorded:
        for seat, counts in zip(game.seats, counts_of_game(game), strict=True):
            if seat.username == "player-5":
                expected = added(expected, {name: n for name, n in counts.items() if not name.startswith("series.")})
    rows = (await club.tables())["totals"]
    [kept] = [json.loads(row[4]) for row in rows if row[:4] == ("a-player-5", "*", "*", "*")]
    kept.pop("points.compensation", None)
    assert kept == expected


async def test_correction_of_another_revision_is_refused_and_the_same_again_is_not(new_club: NewClub) -> None:
    """An etag names what was read; saying what is recorded already is no change."""
    club = await new_club()
    [game] = await club.record(some_games(14, 1))
    wrong = replace(some_games(14, 1)[0], winner="draw")
    corrected = await club.correct(wrong, etag_of(game))
    assert (corrected.winner, corrected.revision) == ("draw", 2)
    assert await club.correct(wrong, etag_of(game)) == corrected
    with pytest.raises(EtagStale):
        await club.correct(replace(wrong, winner="red"), etag_of(game))


async def test_a_moment_with_several_games_is_ordered_by_their_ids(new_club: NewClub) -> None:
    """Games of one moment are rated in the same order whichever was recorded first."""
    chance = random.Random(15)
    games = [random_game(chance, PLAYERS, start=FIRST) for _ in range(12)]
    one, other = await new_club(), await new_club()
    await one.record(games)
    for game in reversed(games):
        await other.record([game])
    assert await one.tables() == await other.tables()
