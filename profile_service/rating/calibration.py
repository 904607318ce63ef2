"""How good predictions are: scores of a rating over games in the order they were played, each predicted before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum, log, sqrt
from typing import Final, Protocol

from profile_service.rating import elo, two_sided
from profile_service.rating.elo import Elo
from profile_service.rating.two_sided import FRESH, FRESH_BIAS, SideBias, Skill

# What stands for the certainty of a forecaster that says 0 or 1 and errs; else one such game would cost without end.
_NEARLY_CERTAIN: Final = 1e-9
# The base rate begins as if so many games of each kind had been played, half of them won by red.
_SMOOTHING_GAMES: Final = 10


@dataclass(frozen=True, slots=True)
class DecidedGame:
    """A game that a side won; players by username or id, "" for somebody who left."""

    reds: tuple[str, ...]
    blacks: tuple[str, ...]
    kind: str
    red_won: bool


@dataclass(frozen=True, slots=True)
class Prediction:
    """The chance that red was given before a game, and what happened."""

    chance: float
    red_won: bool


@dataclass(frozen=True, slots=True)
class Tenth:
    """The predictions in [lower, lower + 0.1): how many, their mean chance, and how many red won."""

    lower: float
    games: int
    mean_chance: float
    red_wins: int

    @property
    def red_share(self) -> float:
        """The share that red won."""
        return self.red_wins / self.games


class Forecaster(Protocol):
    """Somebody who predicts games one after another."""

    def play(self, game: DecidedGame) -> float:
        """Return red's chance as it was before the game, then learn how the game ended."""


class Coin:
    """Knows nothing."""

    def play(self, game: DecidedGame) -> float:
        """Return one half."""
        return 0.5


class BaseRate:
    """Knows how often red won before in games of this kind, and nothing of the players."""

    def __init__(self) -> None:
        self._games: Counter[str] = Counter()
        self._red_wins: Counter[str] = Counter()

    def play(self, game: DecidedGame) -> float:
        """Return red's smoothed share of the games so far, then count this one."""
        wins = self._red_wins[game.kind] + _SMOOTHING_GAMES / 2
        chance = wins / (self._games[game.kind] + _SMOOTHING_GAMES)
        self._games[game.kind] += 1
        self._red_wins[game.kind] += game.red_won
        return chance


class EloTable:
    """Elo of everybody who has played."""

    def __init__(self) -> None:
        self.players: dict[str, Elo] = {}

    def play(self, game: DecidedGame) -> float:
        """Return red's chance by Elo, then rate the game."""
        reds = [self.players.get(name, Elo()) for name in game.reds]
        blacks = [self.players.get(name, Elo()) for name in game.blacks]
        rated = elo.rate(reds, blacks, kind=game.kind, red_won=game.red_won)
        self.players.update(zip(game.reds + game.blacks, rated.reds + rated.blacks, strict=True))
        self.players.pop("", None)
        return rated.chance


class TwoSidedTable:
    """Our rating of everybody who has played, and the bias of each kind of game."""

    def __init__(self) -> None:
        self.players: dict[str, Skill] = {}
        self.biases: dict[str, SideBias] = {}

    def play(self, game: DecidedGame) -> float:
        """Return red's chance by our rating, then rate the game."""
        reds = [self.players.get(name, FRESH) for name in game.reds]
        blacks = [self.players.get(name, FRESH) for name in game.blacks]
        bias = self.biases.get(game.kind, FRESH_BIAS)
        rated = two_sided.rate(reds, blacks, bias, red_won=game.red_won)
        self.players.update(zip(game.reds + game.blacks, rated.reds + rated.blacks, strict=True))
        self.players.pop("", None)
        self.biases[game.kind] = rated.bias
        return rated.chance


def predict(forecaster: Forecaster, games: Iterable[DecidedGame]) -> list[Prediction]:
    """Let somebody predict games in order, each knowing only those before it."""
    return [Prediction(forecaster.play(game), game.red_won) for game in games]


def brier(predictions: Sequence[Prediction]) -> float:
    """Return the mean squared error: 0 is perfect, 0.25 is a coin."""
    return fsum((p.chance - p.red_won) ** 2 for p in predictions) / len(predictions)


def log_loss(predictions: Sequence[Prediction]) -> float:
    """Return the mean of minus the logarithm of what was predicted for what happened: log 2 = 0.693 is a coin."""
    return -fsum(log(max(p.chance if p.red_won else 1.0 - p.chance, _NEARLY_CERTAIN)) for p in predictions) / len(
        predictions
    )


def reliability(predictions: Sequence[Prediction]) -> list[Tenth]:
    """Return what came true, by tenths of the predicted chance; tenths that were never predicted are left out."""
    tenths: dict[int, list[Prediction]] = {}
    for prediction in predictions:
        tenths.setdefault(min(int(prediction.chance * 10), 9), []).append(prediction)
    return [
        Tenth(
            number / 10,
            len(those),
            fsum(p.chance for p in those) / len(those),
            sum(p.red_won for p in those),
        )
        for number, those in sorted(tenths.items())
    ]


def spearman(some: Sequence[float], others: Sequence[float]) -> float:
    """Return how alike two orders are: the correlation of ranks, equals sharing the mean of theirs.

    Raises:
        ValueError: the lengths differ, or one side is all the same, which is no order.
    """
    ranks, other_ranks = _ranks(some), _ranks(others)
    middle = (len(ranks) - 1) / 2
    spread = fsum((rank - middle) ** 2 for rank in ranks) * fsum((rank - middle) ** 2 for rank in other_ranks)
    if spread == 0.0:
        raise ValueError("values that are all the same have no order")
    return fsum((a - middle) * (b - middle) for a, b in zip(ranks, other_ranks, strict=True)) / sqrt(spread)


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and values[order[last + 1]] == values[order[first]]:
            last += 1
        for place in range(first, last + 1):
            ranks[order[place]] = (first + last) / 2
        first = last + 1
    return ranks
