"""Stretches of time, as lists are asked for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from runtime.times import micros

# Later than any moment that a column holds.
ALWAYS = 1 << 62


def month_of(time: datetime) -> str:
    """Return the month (UTC) of a moment, such as "2026-11"."""
    return time.astimezone(UTC).isoformat()[:7]


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

    def whole_months(self) -> tuple[str, str] | None:
        """Return the first and last month that lie in the period whole, such as "2026-11"; None when none does."""
        first = "" if self.start is None else month_of(_month_start(self.start, later=True))
        last = "~" if self.end is None else _month_before(_month_start(self.end))
        return (first, last) if first <= last else None

    def outside_whole_months(self) -> list[Period]:
        """Return what is left of the period at its ends."""
        if self.whole_months() is None:
            return [self]
        ends = []
        if self.start is not None and _month_start(self.start) != self.start:
            ends.append(Period(self.start, _month_start(self.start, later=True)))
        if self.end is not None and _month_start(self.end) != self.end:
            ends.append(Period(_month_start(self.end), self.end))
        return ends


def _month_start(time: datetime, *, later: bool = False) -> datetime:
    """Return when the month of `time` begins or, when it has begun before, with `later` the next."""
    time = time.astimezone(UTC)
    start = time.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if not later or start == time:
        return start
    if (start.year, start.month) == (9999, 12):
        return datetime.max.replace(tzinfo=UTC)
    return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)


def _month_before(start: datetime) -> str:
    return "" if start == datetime.min.replace(tzinfo=UTC) else month_of(start - timedelta(microseconds=1))


EVER = Period()
