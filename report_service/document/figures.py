"""Counts to the words and figures printed: how numbers, dates and spans of time read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from report_service.document.snapshot import GameLine, PlayerSnapshot, Result, Tally

NONE = "–"
WEEKS_SHOWN = 26
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Week:
    """The games of one ISO week; `monday` is its first day."""

    monday: date
    wins: int
    losses: int
    draws: int

    @property
    def total(self) -> int:
        """All games of the week."""
        return self.wins + self.losses + self.draws


def count(value: int) -> str:
    """Return a number with its thousands apart."""
    return f"{value:,}"


def percent(rate: float | None, *, digits: int = 0) -> str:
    """Return a share of 1 as per cent, a dash for None; only a full share reads 100 and only an empty one 0."""
    if rate is None:
        return NONE
    step = 10**-digits
    shown = round(rate * 100, digits)
    if 0 < rate < 1:
        shown = min(max(shown, step), 100 - step)
    return f"{shown:.{0 if shown in (0, 100) else digits}f}%"


def played(span: timedelta) -> str:
    """Return a long time in hours, with tenths below ten hours and minutes below one."""
    hours = max(0.0, span.total_seconds() / 3600)
    if hours < 1:
        return minutes(span)
    return f"{hours:.1f} h".replace(".0 ", " ") if hours < 9.95 else f"{count(round(hours))} h"


def minutes(span: timedelta) -> str:
    """Return the length of one game."""
    return f"{max(0, round(span.total_seconds() / 60))} min"


def day(moment: datetime | date) -> str:
    """Return the date, in UTC, independent of any locale."""
    at = moment.astimezone(UTC) if isinstance(moment, datetime) else moment
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def clock(moment: datetime) -> str:
    """Return the time of day in UTC."""
    return f"{moment.astimezone(UTC):%H:%M}"


def month(of: date) -> str:
    """Return the short name of the month."""
    return _MONTHS[of.month - 1]


def draws(tally: Tally) -> int:
    """Return the games that were neither won nor lost."""
    return max(0, tally.sessions - tally.wins - tally.losses)


def weeks(games: Sequence[GameLine], until: datetime) -> list[Week]:
    """Return the last `WEEKS_SHOWN` ISO weeks in order, the one of `until` last; those without games are empty."""
    last = _monday(until)
    mondays = [last - timedelta(weeks=back) for back in range(WEEKS_SHOWN - 1, -1, -1)]
    tallies: dict[date, dict[Result, int]] = {monday: dict.fromkeys(Result, 0) for monday in mondays}
    for game in games:
        week = tallies.get(_monday(game.start_time))
        if week is not None:
            week[game.result] += 1
    return [Week(at, by[Result.WIN], by[Result.LOSS], by[Result.DRAW]) for at, by in tallies.items()]


def reaches_back(snapshot: PlayerSnapshot, to: date) -> bool:
    """Return whether the listed games are all that were played since a day."""
    games = snapshot.games or ()
    if snapshot.stats is None or len(games) >= snapshot.stats.overall.sessions:
        return True
    return bool(games) and games[-1].start_time.astimezone(UTC).date() < to


def ticks(highest: int) -> list[int]:
    """Return whole, evenly spaced values from 0 to at least `highest`, three to five of them."""
    for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500):
        if highest <= 4 * step:
            break
    else:
        step = -(-highest // 4)
    top = max(2, -(-highest // step))
    return [step * number for number in range(top + 1)]


def _monday(moment: datetime) -> date:
    at = moment.astimezone(UTC).date()
    return at - timedelta(days=at.weekday())
