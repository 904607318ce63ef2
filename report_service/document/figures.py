"""What the charts show: weeks without gaps, running totals, and the values at which axes are labelled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from report_service.document.snapshot import Scope, Week

WEEKS_SHOWN = 26
_WEEK = timedelta(weeks=1)


def latest_weeks(weeks: Sequence[Week], scope: Scope, now: datetime) -> list[Week]:
    """Return `WEEKS_SHOWN` ISO weeks in order, those without games empty.

    The last is this week or, of games of a season or a stretch of time, that of the last of them or its end.
    """
    narrowed = bool(scope.season) or scope.end_time is not None
    until = min(now, scope.end_time) if scope.end_time else now
    last = weeks[-1].start_time if narrowed and weeks else _monday(until)
    known = {week.start_time: week for week in weeks}
    mondays = [last - _WEEK * back for back in range(WEEKS_SHOWN - 1, -1, -1)]
    return [known.get(monday, Week(monday)) for monday in mondays]


def running_hours(weeks: Sequence[Week]) -> list[tuple[date, float]]:
    """Return the hours played up to the end of each week, beginning with none."""
    if not weeks:
        return []
    hours = 0.0
    found = [(weeks[0].start_time.date(), hours)]
    for week in weeks:
        if week.start_time.date() > found[-1][0]:
            found.append((week.start_time.date(), hours))
        hours += week.play_time.total_seconds() / 3600
        found.append(((week.start_time + _WEEK).date(), hours))
    return found


def thinned(items: Sequence[tuple[datetime, float, float]], most: int) -> list[tuple[datetime, float, float]]:
    """Return at most so many of them, evenly, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    step = (len(items) - 1) / (most - 1)
    return [items[round(number * step)] for number in range(most)]


def whole_ticks(highest: int) -> list[int]:
    """Return whole, evenly spaced values from 0 to at least `highest`, three to five of them."""
    step = next((step for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500) if highest <= 4 * step), 0)
    step = step or -(-highest // 4)
    return [step * number for number in range(max(2, -(-highest // step)) + 1)]


def ticks(low: float, high: float, *, most: int = 5) -> list[float]:
    """Return evenly spaced round values (1, 2, 2.5 or 5 times a power of ten) that reach from `low` to `high`."""
    span = max(high - low, 1e-9)
    power = 10.0 ** math.floor(math.log10(span / most))
    steps = (factor * power for factor in (1, 2, 2.5, 5, 10, 20))
    step = next(step for step in steps if math.ceil(high / step) - math.floor(low / step) <= most)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [step * number for number in range(first, max(last, first + 1) + 1)]


def months(first: date, last: date, *, most: int) -> list[date]:
    """Return the first days of months after `first` and up to `last`, every so many that there are at most `most`."""
    found = []
    year, month = (first.year, first.month) if first.day == 1 else _after(first.year, first.month)
    while date(year, month, 1) <= last:
        found.append(date(year, month, 1))
        year, month = _after(year, month)
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60, 120) if len(found) <= most * step), 240)
    return [day for day in found if ((day.year * 12 + day.month - 1) % step) == 0]


def _after(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == 12 else (year, month + 1)


def _monday(moment: datetime) -> datetime:
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())
