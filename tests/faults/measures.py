"""What `python -m tests.faults` measures beside the fault classes: each takes a seed, seconds and a scratch folder."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol


class Measured(Protocol):
    """What came of a measure."""

    @property
    def broken(self) -> bool:
        """Whether a promise was broken or a bar missed."""

    def lines(self) -> Sequence[str]:
        """Return the figures, each beside its bar."""


Measure = Callable[[int, float, Path], Awaitable[Measured]]

MEASURES: dict[str, Measure] = {}
