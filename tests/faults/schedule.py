"""When to break what: the same seed and class give the same strikes."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Strike:
    """One fault.

    Attributes:
        wait_seconds: since the last one was over.
        hold_seconds: how long it lasts, where it lasts.
        target: which of several processes, or which pass of a fail point; take it modulo.
        dice: a number in [0, 1) for what else the fault has to choose.
    """

    wait_seconds: float
    hold_seconds: float
    target: int
    dice: float


def schedule(
    name: str, seed: int, *, count: int, waits: tuple[float, float], holds: tuple[float, float]
) -> list[Strike]:
    """Return the strikes of one fault class."""
    dice = random.Random(f"{seed} {name}")
    return [
        Strike(dice.uniform(*waits), dice.uniform(*holds), dice.randrange(1 << 16), dice.random()) for _ in range(count)
    ]
