"""Rates with what they leave open: intervals, the club's rates, and luck."""

from __future__ import annotations

import math
from typing import NamedTuple

# The normal deviate of a 95 % interval.
Z = 1.96
# The club's rate starts from as many wins as losses, which a few games soon outweigh.
PRIOR_WINS = 5
PRIOR_GAMES = 10
# The seats of the classic table by role.
SHARES = {"civilian": 0.6, "sheriff": 0.1, "mafia": 0.2, "don": 0.1}


class Interval(NamedTuple):
    """A stretch of rates, each 0 to 1."""

    low: float
    high: float


def wilson(wins: int, games: int) -> Interval | None:
    """Return where the true rate lies with 95 % confidence, by Wilson's score (1927); None without games."""
    if not games:
        return None
    rate, square = wins / games, Z * Z
    whole = 1 + square / games
    centre = (rate + square / (2 * games)) / whole
    half = Z * math.sqrt(rate * (1 - rate) / games + square / (4 * games * games)) / whole
    # Both ends are exact where they can be: what is left of the sums would make a whole per cent on a page.
    return Interval(max(0.0, centre - half) if wins else 0.0, min(1.0, centre + half) if wins < games else 1.0)


def baseline(wins: int, games: int) -> float:
    """Return the club's rate in a role, 0 to 1: one half while there are no games."""
    return (wins + PRIOR_WINS) / (games + PRIOR_GAMES)


def role_luck(deals: int, games: int, role: str) -> float:
    """Return how many times more than its share a role was dealt in `games` games; negative for less."""
    return deals - games * SHARES[role]
