"""How numbers, times and weeks read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from report_service.document import figures
from report_service.document.snapshot import Result
from tests.document.builders import NOW, a_game, a_snapshot, games


@pytest.mark.parametrize(
    ("rate", "digits", "shown"),
    [
        (None, 0, "–"),
        (0.0, 1, "0%"),
        (1.0, 1, "100%"),
        (0.738, 1, "73.8%"),
        (0.738, 0, "74%"),
        (0.99999, 1, "99.9%"),
        (0.0001, 0, "1%"),
    ],
)
def test_percent_is_whole_only_when_it_is(rate: float | None, digits: int, shown: str) -> None:
    """Rounding never turns nearly all into all, nor few into none."""
    assert figures.percent(rate, digits=digits) == shown


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(0, "0 min"), (48, "48 min"), (60, "1 h"), (450, "7.5 h"), (599, "10 h"), (2950, "49 h"), (600_000, "10,000 h")],
)
def test_play_time_is_as_precise_as_it_is_long(minutes: int, shown: str) -> None:
    """Minutes below an hour, tenths below ten, whole hours beyond."""
    assert figures.played(timedelta(minutes=minutes)) == shown


def test_dates_are_in_utc_when_the_moment_is_in_another_zone() -> None:
    """A moment past midnight elsewhere is printed as the day it is in UTC."""
    moment = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=5)))

    assert (figures.day(moment), figures.clock(moment)) == ("28 Feb 2026", "20:30")


def test_weeks_are_all_there_when_most_are_empty() -> None:
    """26 ISO weeks end with the current one; a week without games is empty, not missing."""
    lines = (
        a_game(0, result=Result.WIN),
        a_game(0, result=Result.LOSS),
        a_game(0, start_time=NOW - timedelta(weeks=3)),
    )

    weeks = figures.weeks(lines, NOW)

    assert len(weeks) == 26
    assert all(later.monday - earlier.monday == timedelta(weeks=1) for earlier, later in pairwise(weeks))
    assert weeks[-1].monday == date(2026, 11, 23)
    assert [week.total for week in weeks[-5:]] == [0, 1, 0, 0, 2]


def test_weeks_begin_on_monday_when_a_year_turns() -> None:
    """New Year's Day of 2027, a Friday, is in the last ISO week of 2026."""
    new_year = datetime(2027, 1, 1, 12, tzinfo=UTC)

    weeks = figures.weeks((a_game(0, start_time=new_year),), new_year)

    assert (weeks[-1].monday, weeks[-1].total) == (date(2026, 12, 28), 1)


def test_weeks_count_a_game_in_utc_when_it_was_monday_elsewhere() -> None:
    """A game of Monday morning in a zone ahead of UTC is still one of the week before."""
    monday_there = datetime(2026, 11, 23, 1, 0, tzinfo=timezone(timedelta(hours=5)))

    weeks = figures.weeks((a_game(0, start_time=monday_there),), NOW)

    assert [week.total for week in weeks[-2:]] == [1, 0]


def test_weeks_leave_out_games_when_they_are_older_or_in_the_future() -> None:
    """Games outside the weeks shown are in no column."""
    lines = (a_game(0, start_time=NOW + timedelta(weeks=2)), a_game(0, start_time=NOW - timedelta(weeks=26)))

    assert sum(week.total for week in figures.weeks(lines, NOW)) == 0


@pytest.mark.parametrize("highest", [0, 1, 2, 3, 5, 9, 17, 40, 99, 481, 10_000])
def test_ticks_are_even_and_reach_the_highest(highest: int) -> None:
    """An axis has three to five whole ticks from zero and is never lower than its highest column."""
    ticks = figures.ticks(highest)

    assert ticks[0] == 0
    assert ticks[-1] >= highest
    assert 3 <= len(ticks) <= 5
    assert len({later - earlier for earlier, later in pairwise(ticks)}) == 1


def test_listed_games_reach_back_when_all_are_listed_or_the_oldest_is_older() -> None:
    """A chart is complete if no game between its first day and now is missing from the list."""
    some = a_snapshot(games(5))

    assert figures.reaches_back(some, date(2020, 1, 1))
    assert not figures.reaches_back(a_snapshot(games(5), overall=a_snapshot(games(9)).overall), date(2020, 1, 1))
    assert figures.reaches_back(a_snapshot(games(5), overall=a_snapshot(games(9)).overall), date(2026, 11, 20))
