"""The club's rating: how strong each player is as red and as black, and how sure we are of it.

The chance of red, in logits, is the mean red skill of the red players, minus the mean black skill of the black players,
plus the bias of that kind of game. Means, because seven are not stronger than three by being more; what the rules give
to a side is the bias, and is learned. Every skill and bias is a Gaussian.

Source: the moderated output of MacKay, "The Evidence Framework Applied to Classification Networks" (1992); from its
derivatives comes the step that keeps mean and variance of the posterior (assumed density filtering).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, pi, sqrt, tanh
from typing import Final

# In logits of a side on which everybody is that strong. docs/adr/0007 has the figures: with this SIGMA predictions beat
# the base rate where players differ little and where they differ much; the others hardly matter.
SIGMA: Final = 0.75
RHO: Final = 0.8
TAU: Final = 0.025
BIAS_SIGMA: Final = 0.5

# The share of what was learned that a game makes us forget, since people change: it adds up to TAU^2 to a variance, but
# never goes beyond a stranger's. Else who is always dealt red would become less known as black than a stranger.
_FORGOTTEN: Final = (TAU / SIGMA) ** 2


@dataclass(frozen=True, slots=True)
class Skill:
    """What is known of a player: means, variances and covariance of the red and the black skill, in logits."""

    red: float
    black: float
    red_variance: float
    black_variance: float
    covariance: float


@dataclass(frozen=True, slots=True)
class SideBias:
    """What is known of red's advantage in one kind of game, in logits."""

    mean: float
    variance: float


FRESH: Final = Skill(0.0, 0.0, SIGMA**2, SIGMA**2, RHO * SIGMA**2)
FRESH_BIAS: Final = SideBias(0.0, BIAS_SIGMA**2)


@dataclass(frozen=True, slots=True)
class Rated:
    """Everybody after a game, in the order they were given, and the chance that red had before it."""

    reds: tuple[Skill, ...]
    blacks: tuple[Skill, ...]
    bias: SideBias
    chance: float


def chance_of_red(reds: Sequence[Skill], blacks: Sequence[Skill], bias: SideBias) -> float:
    """Return the chance that red wins; what is uncertain pulls it towards one half. Neither side may be empty."""
    margin, variance = _margin(reds, blacks, bias)
    return _logistic(margin * _moderation(variance))


def rate(reds: Sequence[Skill], blacks: Sequence[Skill], bias: SideBias, *, red_won: bool) -> Rated:
    """Learn from one decided game of 3 to 20 players; draws and void games rate nobody.

    Somebody who left the club takes part as FRESH, and what is learned of them is dropped. The order of the players
    within a side changes nothing, to the bit.
    """
    margin, variance = _margin(reds, blacks, bias)
    moderation = _moderation(variance)
    chance = _logistic(margin * moderation)
    # First and second derivative of the logarithm of the chance of what happened, by the margin.
    push = moderation * (red_won - chance)
    shrink = moderation**2 * chance * (1.0 - chance)
    return Rated(
        tuple([_learn_as_red(skill, push / len(reds), shrink / len(reds) ** 2) for skill in reds]),
        tuple([_learn_as_black(skill, -push / len(blacks), shrink / len(blacks) ** 2) for skill in blacks]),
        SideBias(bias.mean + bias.variance * push, bias.variance - bias.variance**2 * shrink),
        chance,
    )


def _margin(reds: Sequence[Skill], blacks: Sequence[Skill], bias: SideBias) -> tuple[float, float]:
    """Return mean and variance of red's advantage. `fsum` is exact, so that the order of the seats changes no bit."""
    red_count, black_count = len(reds), len(blacks)
    mean = fsum([s.red for s in reds]) / red_count - fsum([s.black for s in blacks]) / black_count + bias.mean
    variance = (
        fsum([s.red_variance for s in reds]) / red_count**2
        + fsum([s.black_variance for s in blacks]) / black_count**2
        + bias.variance
    )
    return mean, variance


def _moderation(variance: float) -> float:
    return 1.0 / sqrt(1.0 + pi / 8.0 * variance)


def _logistic(margin: float) -> float:
    return 0.5 + 0.5 * tanh(0.5 * margin)


def _learn_as_red(skill: Skill, push: float, shrink: float) -> Skill:
    own, shared = skill.red_variance, skill.covariance
    return Skill(
        skill.red + own * push,
        skill.black + shared * push,
        _forget(own - own * own * shrink, FRESH.red_variance),
        _forget(skill.black_variance - shared * shared * shrink, FRESH.black_variance),
        _forget(shared - own * shared * shrink, FRESH.covariance),
    )


def _learn_as_black(skill: Skill, push: float, shrink: float) -> Skill:
    own, shared = skill.black_variance, skill.covariance
    return Skill(
        skill.red + shared * push,
        skill.black + own * push,
        _forget(skill.red_variance - shared * shared * shrink, FRESH.red_variance),
        _forget(own - own * own * shrink, FRESH.black_variance),
        _forget(shared - own * shared * shrink, FRESH.covariance),
    )


def _forget(known: float, fresh: float) -> float:
    return known + _FORGOTTEN * (fresh - known)
