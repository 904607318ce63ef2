"""How a sample game went: who was voted out, killed and checked, so that statistics have something to tell."""

from __future__ import annotations

import random
from collections.abc import Sequence

from dossier.stats.v1 import game_pb2

_BLACK = (game_pb2.ROLE_MAFIA, game_pb2.ROLE_DON)
# Rounds after which a draw is agreed upon.
_LONGEST = 6
_PEACEFUL_NIGHTS = 0.12
_FOULS = (0, 0, 0, 1, 1, 2, 3)


def tell(game: game_pb2.Game, chance: random.Random) -> None:
    """Fill in how the seats of a game with roles and a winner left it, the checks, the best move, fouls and bonuses."""
    table = _Table(game, chance)
    for number in range(1, _LONGEST + 1):
        if table.day(number) or table.night(number):
            break
    for seat in game.seats:
        if seat.fate == game_pb2.FATE_UNSPECIFIED:
            seat.fate = game_pb2.FATE_SURVIVED
        seat.fouls = chance.choice(_FOULS)
    star = chance.choice([seat for seat in game.seats if _won(seat, game.winner)] or game.seats)
    star.bonus = chance.choice((0.1, 0.2, 0.3, 0.4))


class _Table:
    """The players who are still in the game."""

    def __init__(self, game: game_pb2.Game, chance: random.Random) -> None:
        self._game = game
        self._chance = chance
        self._red = [seat for seat in game.seats if seat.role not in _BLACK]
        self._black = [seat for seat in game.seats if seat.role in _BLACK]
        self._checked: dict[int, set[int]] = {}

    def day(self, number: int) -> bool:
        """Have somebody voted out, in a way that can end as the game did; return whether that was the end."""
        pool = self._red
        if self._game.winner == game_pb2.WINNER_RED:
            # By the fourth day red has to have found all three.
            late = number + len(self._black) > 4
            pool = self._black if late or self._chance.random() < 0.45 else self._red
        elif len(self._black) > 1 and self._chance.random() < 0.25:
            pool = self._black
        self._leaves(pool, game_pb2.FATE_VOTED_OUT, number)
        return self._ended()

    def night(self, number: int) -> bool:
        """Have black shoot, and sheriff and don look for each other; return whether that was the end."""
        for role in (game_pb2.ROLE_SHERIFF, game_pb2.ROLE_DON):
            self._checks(role, number)
        if self._chance.random() > _PEACEFUL_NIGHTS:
            victim = self._leaves(self._red, game_pb2.FATE_KILLED, number)
            if number == 1:
                self._best_move(victim)
        return self._ended()

    def _leaves(self, pool: list[game_pb2.Seat], fate: game_pb2.Fate, number: int) -> game_pb2.Seat:
        seat = pool.pop(self._chance.randrange(len(pool)))
        seat.fate = fate
        seat.fate_round = number
        return seat

    def _ended(self) -> bool:
        return not self._black or len(self._black) >= len(self._red)

    def _checks(self, role: game_pb2.Role, night: int) -> None:
        looking = next((seat for seat in (*self._red, *self._black) if seat.role == role), None)
        if looking is None:
            return
        known = self._checked.setdefault(looking.seat_number, {looking.seat_number})
        found = self._chance.choice([seat for seat in self._game.seats if seat.seat_number not in known])
        known.add(found.seat_number)
        self._game.checks.add(night=night, by_seat=looking.seat_number, seat_number=found.seat_number)

    def _best_move(self, victim: game_pb2.Seat) -> None:
        others: Sequence[int] = [seat.seat_number for seat in self._game.seats if seat is not victim]
        suspects = self._chance.sample(others, 3)
        self._game.best_move.CopyFrom(game_pb2.BestMove(seat_number=victim.seat_number, suspects=sorted(suspects)))


def _won(seat: game_pb2.Seat, winner: game_pb2.Winner) -> bool:
    return (winner == game_pb2.WINNER_BLACK) == (seat.role in _BLACK)
