"""Leaderboards: players of a season and kind of game, in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Board(StrEnum):
    """By what players are ordered, the best first."""

    RATING = "rating"
    WIN_RATE = "win_rate"
    POINTS = "points"
    POINTS_PER_GAME = "points_per_game"
    WINS_ABOVE = "wins_above"


@dataclass(frozen=True, slots=True)
class Place:
    """One place on a board. `value` is what it shows, points in POINTs; `key` is what orders it."""

    rank: int
    account_id: str
    username: str
    display_name: str
    value: float
    key: float | str
    sessions: int
    wins: int
    losses: int


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a board; `total` is how many places the whole board has."""

    places: tuple[Place, ...]
    total: int
    more: bool

    def percentile(self, place: Place) -> float:
        """Return the share of the others on the board who are behind a place, 0 to 100; 100 when there are none."""
        return 100.0 * (self.total - place.rank) / (self.total - 1) if self.total > 1 else 100.0
