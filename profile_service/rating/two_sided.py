"""Rates players of a game of seven against three: a skill as red and one as black, and what the sides are worth.

Each player's skill is a pair of Gaussian beliefs, as red and as black, that are correlated: who plays well as black is
probably no bad red. The log-odds of a red win are the mean skill of the red seats as red, less the mean of the black
seats as black, plus the side bias of the kind of game, which is learned as the skills are. The mean, not the sum: with
sums a fresh table of seven against three would be won by red nearly for certain
(docs/adr/0007-our-own-two-sided-rating.md).

A game moves every belief by one step of the extended Kalman filter for a logistic outcome, after which players are
taken to be independent again. All numbers are log-odds; `overall`, `side_rating` and the like put them on the scale
that people read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# What is believed of a new player: the standard deviation of each skill, and how far the two go together.
SIGMA = 1.5
RHO = 0.8
# How much a skill may change from one game to the next.
TAU = SIGMA / 100
# What is believed of the sides before any game.
BIAS_SIGMA = 0.5
# The scale for people: a new player has 1500 with a deviation of 200 on each side.
CENTRE = 1500.0
POINTS = 200.0 / SIGMA
# The shares of the classic table's seats, by which the two skills make one rating.
RED_SHARE = 0.7
BLACK_SHARE = 0.3
# The lower bound is this many deviations below the rating, as the lower end of a win rate's interval.
BOUND_DEVIATIONS = 2.0
# Fewer rated games say little; the same number as lichess asks for.
PROVISIONAL_GAMES = 30


@dataclass(frozen=True, slots=True)
class Skill:
    """What is believed of a player: means, variances and covariance of the skills as red and as black, in log-odds."""

    red: float
    black: float
    red_variance: float
    black_variance: float
    covariance: float


@dataclass(frozen=True, slots=True)
class SideBias:
    """What is believed of a kind of game: how many log-odds red is ahead when the players are even."""

    mean: float
    variance: float


FRESH = Skill(0.0, 0.0, SIGMA**2, SIGMA**2, RHO * SIGMA**2)
FRESH_BIAS = SideBias(0.0, BIAS_SIGMA**2)


@dataclass(frozen=True, slots=True)
class Rated:
    """What is believed after a game, players in the order in which they were given, and red's chance before it."""

    reds: tuple[Skill, ...]
    blacks: tuple[Skill, ...]
    bias: SideBias
    chance: float


def chance_of_red(reds: Sequence[Skill], blacks: Sequence[Skill], bias: SideBias) -> float:
    """Return the chance of red to win, 0 to 1. Neither side may be empty."""
    mean, variance = _belief(reds, blacks, bias)
    return _logistic(mean / math.sqrt(1.0 + math.pi * variance / 8.0))  # MacKay's moderated output


def rate(reds: Sequence[Skill], blacks: Sequence[Skill], bias: SideBias, *, red_won: bool) -> Rated:
    """Return what is believed after a game. Neither side may be empty."""
    mean, variance = _belief(reds, blacks, bias)
    chance = _logistic(mean / math.sqrt(1.0 + math.pi * variance / 8.0))
    curvature = chance * (1.0 - chance)
    gain = 1.0 / (1.0 + curvature * variance)
    step = (float(red_won) - chance) * gain
    shrink = curvature * gain
    red_weight, black_weight = 1.0 / len(reds), -1.0 / len(blacks)
    return Rated(
        tuple(_moved_as_red(skill, red_weight, step, shrink) for skill in reds),
        tuple(_moved_as_black(skill, black_weight, step, shrink) for skill in blacks),
        SideBias(bias.mean + bias.variance * step, bias.variance - bias.variance**2 * shrink),
        chance,
    )


def side_rating(skill: Skill, side: str) -> float:
    """Return the rating as "red" or "black" on the scale for people."""
    return CENTRE + POINTS * (skill.red if side == "red" else skill.black)


def side_deviation(skill: Skill, side: str) -> float:
    """Return the standard deviation of a side's rating."""
    return POINTS * math.sqrt(skill.red_variance if side == "red" else skill.black_variance)


def overall(skill: Skill) -> float:
    """Return the one rating of a player on the scale for people."""
    return CENTRE + POINTS * (RED_SHARE * skill.red + BLACK_SHARE * skill.black)


def deviation(skill: Skill) -> float:
    """Return the standard deviation of the one rating."""
    variance = (
        RED_SHARE**2 * skill.red_variance
        + BLACK_SHARE**2 * skill.black_variance
        + 2.0 * RED_SHARE * BLACK_SHARE * skill.covariance
    )
    return POINTS * math.sqrt(variance)


def lower_bound(skill: Skill) -> float:
    """Return the rating by which players are ordered: what it is at least, almost certainly."""
    return overall(skill) - BOUND_DEVIATIONS * deviation(skill)


def _belief(reds: Sequence[Skill], blacks: Sequence[Skill], bias: SideBias) -> tuple[float, float]:
    """Return mean and variance of the log-odds of a red win."""
    mean = bias.mean
    red_mean = red_variance = black_mean = black_variance = 0.0
    for skill in reds:
        red_mean += skill.red
        red_variance += skill.red_variance
    for skill in blacks:
        black_mean += skill.black
        black_variance += skill.black_variance
    mean += red_mean / len(reds) - black_mean / len(blacks)
    return mean, bias.variance + red_variance / len(reds) ** 2 + black_variance / len(blacks) ** 2


def _moved_as_red(skill: Skill, weight: float, step: float, shrink: float) -> Skill:
    """Move a belief by what a seat as red showed."""
    red, covariance = weight * skill.red_variance, weight * skill.covariance
    return Skill(
        skill.red + red * step,
        skill.black + covariance * step,
        skill.red_variance - red * red * shrink + TAU**2,
        skill.black_variance - covariance * covariance * shrink + TAU**2,
        skill.covariance - red * covariance * shrink + RHO * TAU**2,
    )


def _moved_as_black(skill: Skill, weight: float, step: float, shrink: float) -> Skill:
    """Move a belief by what a seat as black showed."""
    black, covariance = weight * skill.black_variance, weight * skill.covariance
    return Skill(
        skill.red + covariance * step,
        skill.black + black * step,
        skill.red_variance - covariance * covariance * shrink + TAU**2,
        skill.black_variance - black * black * shrink + TAU**2,
        skill.covariance - black * covariance * shrink + RHO * TAU**2,
    )


def _logistic(log_odds: float) -> float:
    if log_odds >= 0.0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1.0 + odds)
