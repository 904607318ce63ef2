"""Elo on team means: the rating that clubs know, shown beside our own.

A win gains more than a loss costs, so ratings inflate by design.

Source: the rating of mafiaratings.com, its formula and its K.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, pow
from typing import Final

START: Final = 1000.0
FULL_TABLE: Final = 10
# By kind of game: what a certain loser gains by a win, and what a certain winner loses by a loss.
K: Final = {"club": (4.0, 3.0), "tournament": (16.0, 12.0), "elite": (64.0, 48.0)}


@dataclass(frozen=True, slots=True)
class Elo:
    """A player's two ratings; only that of the side which was played changes."""

    red: float = START
    black: float = START


@dataclass(frozen=True, slots=True)
class EloRated:
    """Everybody after a game, in the order they were given, and the chance that red had before it."""

    reds: tuple[Elo, ...]
    blacks: tuple[Elo, ...]
    chance: float


def chance_of_red(reds: Sequence[Elo], blacks: Sequence[Elo]) -> float:
    """Return the chance that red wins, from red ratings of the reds and black ratings of the blacks."""
    # `fsum` is exact, so that the order of the seats changes no bit.
    mean_red = fsum([player.red for player in reds]) / len(reds)
    mean_black = fsum([player.black for player in blacks]) / len(blacks)
    return 1.0 / (1.0 + pow(10.0, (mean_black - mean_red) / 400.0))


def rate(reds: Sequence[Elo], blacks: Sequence[Elo], *, kind: str, red_won: bool) -> EloRated:
    """Rate one decided game of a kind in K; draws and void games rate nobody."""
    chance = chance_of_red(reds, blacks)
    gain, loss = k_factors(kind, players=len(reds) + len(blacks))
    if red_won:
        red_change, black_change = gain * (1.0 - chance), -loss * (1.0 - chance)
    else:
        red_change, black_change = -loss * chance, gain * chance
    return EloRated(
        tuple([Elo(player.red + red_change, player.black) for player in reds]),
        tuple([Elo(player.red, player.black + black_change) for player in blacks]),
        chance,
    )


def k_factors(kind: str, *, players: int) -> tuple[float, float]:
    """Return K of a win and of a loss: half at a table that is not full."""
    win, loss = K[kind]
    return (win, loss) if players >= FULL_TABLE else (win / 2.0, loss / 2.0)
