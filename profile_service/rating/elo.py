"""Elo on team means, with a rating for red and one for black, as the mafiaratings project reckons it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

START = 1000.0
SCALE = 400.0
# What a win and a loss are worth at most, by kind of game. A win is worth more than a loss, so that playing is
# rewarded; the ratings of all together grow for that.
STAKES = {"club": (4.0, 3.0), "tournament": (16.0, 12.0), "elite": (64.0, 48.0)}
FULL_TABLE = 10


@dataclass(frozen=True, slots=True)
class RatedElo:
    """The ratings after a game, in the order in which the players were given."""

    reds: tuple[float, ...]
    blacks: tuple[float, ...]


def chance_of_red(reds: Sequence[float], blacks: Sequence[float]) -> float:
    """Return the chance of red to win against black, from the ratings of each side. Neither may be empty."""
    return 1.0 / (1.0 + math.pow(10.0, (fmean(blacks) - fmean(reds)) / SCALE))


def rate(reds: Sequence[float], blacks: Sequence[float], *, kind: str, red_won: bool) -> RatedElo:
    """Return the ratings after a game of a kind: every winner gains the same, every loser loses the same."""
    chance = chance_of_red(reds, blacks)
    win, loss = STAKES[kind]
    share = 1.0 if len(reds) + len(blacks) >= FULL_TABLE else 0.5
    surprise = 1.0 - chance if red_won else chance
    gain, fall = share * win * surprise, share * loss * surprise
    red_change, black_change = (gain, -fall) if red_won else (-fall, gain)
    return RatedElo(tuple(red + red_change for red in reds), tuple(black + black_change for black in blacks))
