"""What `python -m tests.faults` measures beside the fault classes: each takes a seed, seconds and a scratch folder."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

from tests.faults import games, guessing, moving, overload, refreshes, stalled
from tests.faults.poison import run_poison
from tests.faults.rolling import rolling_restarts


class Measured(Protocol):
    """What came of a measure."""

    @property
    def broken(self) -> bool:
        """Whether a promise was broken or a bar missed."""

    def lines(self) -> Sequence[str]:
        """Return the figures, each beside its bar."""


Measure = Callable[[int, float, Path], Awaitable[Measured]]


def _poison(shape: str) -> Measure:
    async def measure(_seed: int, seconds: float, folder: Path) -> Measured:
        # Twice without poison and twice with it.
        return await run_poison(shape, folder, seconds=seconds / 4, turns=2)

    return measure


MEASURES: dict[str, Measure] = {
    "poison-amqp": _poison("amqp"),
    "poison-standalone": _poison("standalone"),
    "rolling": rolling_restarts,
    "overload": overload.measure,
    "stalled": stalled.measure,
    "refreshes": refreshes.measure,
    "guessing": guessing.measure,
    "games": games.measure,
    "moving": moving.measure,
}
