"""How a skill is shown to people: points and deviation, and the lower bound that a board is ordered by."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

from profile_service.rating.two_sided import SIGMA, Skill

# Where a fresh player stands, and one standard deviation of players. Source: the FAQ of openskill.
CENTRE: Final = 1500.0
POINTS: Final = 200.0 / SIGMA

# Fewer rated games than these are provisional. Source: leaderboards of lichess.
PROVISIONAL_GAMES: Final = 30

# As sure as the Wilson intervals are. With three, a board has more to do with who plays most than with who plays best;
# `make calibrate` shows it.
LOWER_BOUND_DEVIATIONS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A rating in points and its standard deviation."""

    rating: float
    deviation: float

    @property
    def lower_bound(self) -> float:
        """What the player is at least worth, with 98 % confidence; boards are ordered by it."""
        return self.rating - LOWER_BOUND_DEVIATIONS * self.deviation


def overall(skill: Skill) -> Shown:
    """Return the rating over all deals: red and black count the same.

    Of ten deals seven are red, where a player is a seventh of the side, and three black, where a player is a third: a
    point of red skill wins as many games as a point of black skill. That holds at a table of any size.
    """
    variance = (skill.red_variance + skill.black_variance + 2.0 * skill.covariance) / 4.0
    return _shown((skill.red + skill.black) / 2.0, variance)


def as_red(skill: Skill) -> Shown:
    """Return the rating as civilian and sheriff."""
    return _shown(skill.red, skill.red_variance)


def as_black(skill: Skill) -> Shown:
    """Return the rating as mafia and don."""
    return _shown(skill.black, skill.black_variance)


def is_provisional(rated_games: int) -> bool:
    """Whether a player with so many rated games is too little known for a board."""
    return rated_games < PROVISIONAL_GAMES


def _shown(mean: float, variance: float) -> Shown:
    return Shown(CENTRE + POINTS * mean, POINTS * sqrt(variance))
