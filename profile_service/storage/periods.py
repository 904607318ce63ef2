"""Stretches of time, as lists are asked for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runtime.times import micros

# Later than any moment that a column holds.
ALWAYS = 1 << 62


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment to before another; None is open."""

    start: datetime | None = None
    end: datetime | None = None

    @property
    def parameters(self) -> dict[str, int]:
        """The period as the queries take it."""
        return {
            "start_time": -ALWAYS if self.start is None else micros(self.start),
            "end_time": ALWAYS if self.end is None else micros(self.end),
        }
