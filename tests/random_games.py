"""Games as a busy club plays them, with everything told that can be, made from a seed."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from profile_service.games import POINT, BestMove, Game, Move, Seat, side_of

ROLES = ("civilian",) * 6 + ("sheriff", "mafia", "mafia", "don")
KINDS = ("club", "tournament", "elite")
SEASONS = ("", "2026-spring", "2026-autumn")
PROFILES = ("federation-1", "house-1", "world-cup-1", "three-four-five-1")
FIRST = datetime(2026, 1, 1, 18, tzinfo=UTC)


def random_game(chance: random.Random, players: Sequence[str], *, start: datetime | None = None) -> Game:
    """Return a game of ten of the players, one of whom may be a guest (a name with a capital letter)."""
    names = chance.sample(list(players), 10)
    roles = chance.sample(ROLES, 10)
    winner = chance.choices(("red", "black", "draw", "void"), (50, 40, 5, 5))[0]
    seats = tuple(
        Seat(
            number,
            "" if name[0].isupper() else name,
            role,
            nickname=name if name[0].isupper() else "",
            fouls=chance.choice((None, 0, 1, 3, 4)),
            yellow_cards=int(chance.random() < 0.05),
            best_play=chance.random() < 0.1,
            bonus=chance.choice((0, 0, 2500, 4000)),
            penalty=chance.choice((0, 0, 0, POINT // 2)),
        )
        for number, (name, role) in enumerate(zip(names, roles, strict=True), start=1)
    )
    when = start or FIRST + timedelta(minutes=chance.randrange(200 * 24 * 60))
    game = Game(
        game_id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        start_time=when,
        duration=timedelta(minutes=chance.randint(30, 80)),
        winner=winner,
        seats=seats,
        season=chance.choice(SEASONS),
        kind=chance.choice(KINDS),
        stage=chance.choice(("main", "second_round", "final")),
        points_profile=chance.choice(PROFILES),
    )
    return _told(chance, game) if chance.random() < 0.8 else game


def _told(chance: random.Random, game: Game) -> Game:
    victim = chance.choice(game.seats)
    leaver = chance.choice([seat for seat in game.seats if seat is not victim])
    fates = {
        victim.seat_number: ("killed", 1),
        leaver.seat_number: chance.choice((("voted_out", 2), ("removed_by_fouls", 1), ("removed_by_judge", 2))),
    }
    seats = tuple(replace(seat, fate=fate, fate_round=number) for seat in game.seats for fate, number in [
        fates.get(seat.seat_number, ("", 0))
    ])  # fmt: skip
    numbers = range(1, 11)
    blacks = [seat.seat_number for seat in seats if side_of(seat.role) == "black"]
    seers = [seat.seat_number for seat in seats if seat.role in ("sheriff", "don")]
    others = [number for number in numbers if number != victim.seat_number]
    return replace(
        game,
        seats=seats,
        best_move=BestMove(victim.seat_number, tuple(chance.sample(others, chance.randint(1, 3)))),
        nominations=tuple(Move(1, chance.choice(numbers), chance.choice(numbers)) for _ in range(3)),
        votes=tuple(Move(1, number, chance.choice(numbers)) for number in numbers),
        checks=tuple(Move(night, seer, chance.choice(numbers)) for night in (1, 2, 3) for seer in seers),
        shots=tuple(Move(night, black, chance.choice((0, *numbers))) for night in (1, 2) for black in blacks),
    )
