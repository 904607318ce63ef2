"""What the charts show: weeks, running totals and axes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from report_service.document import figures
from report_service.document.snapshot import Scope, Week
from tests.document.builders import NOW

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def test_weeks_are_all_there_when_most_are_empty() -> None:
    """26 ISO weeks end with the current one; a week without games is empty, not missing."""
    weeks = figures.latest_weeks((Week(MONDAY - timedelta(weeks=3), 1), Week(MONDAY, 1, 1)), Scope(), NOW)

    assert len(weeks) == 26
    assert all(later.start_time - earlier.start_time == timedelta(weeks=1) for earlier, later in pairwise(weeks))
    assert weeks[-1].start_time == MONDAY
    assert [week.wins + week.losses for week in weeks[-5:]] == [0, 1, 0, 0, 2]


def test_weeks_begin_on_monday_when_a_year_turns() -> None:
    """New Year's Day of 2027, a Friday, is in the last ISO week of 2026."""
    weeks = figures.latest_weeks((), Scope(), datetime(2027, 1, 1, 12, tzinfo=UTC))

    assert weeks[-1].start_time == datetime(2026, 12, 28, tzinfo=UTC)


@pytest.mark.parametrize("scope", [Scope(season="spring"), Scope(end_time=NOW - timedelta(weeks=10))])
def test_weeks_end_with_the_last_game_when_the_report_is_of_the_past(scope: Scope) -> None:
    """A season that is over is not followed by months of nothing."""
    last = MONDAY - timedelta(weeks=11)

    assert figures.latest_weeks((Week(last, 1),), scope, NOW)[-1].start_time == last


def test_weeks_end_with_the_stretch_of_time_when_there_are_no_games() -> None:
    """Nothing is drawn of weeks that the report is not about; an empty season goes on."""
    ended = Scope(end_time=NOW - timedelta(weeks=10))
    assert figures.latest_weeks((), ended, NOW)[-1].start_time == MONDAY - timedelta(weeks=10)
    assert figures.latest_weeks((), Scope(season="spring"), NOW)[-1].start_time == MONDAY


def test_weeks_leave_out_what_is_older() -> None:
    """Games before the weeks shown are in no column."""
    weeks = figures.latest_weeks((Week(MONDAY - timedelta(weeks=26), 7), Week(MONDAY, 1)), Scope(), NOW)

    assert sum(week.wins for week in weeks) == 1


def test_running_hours_begin_with_none_and_never_fall() -> None:
    """The total up to the end of each week, and level through the weeks without games."""
    weeks = (
        Week(MONDAY, play_time=timedelta(hours=2)),
        Week(MONDAY + timedelta(weeks=2), play_time=timedelta(minutes=30)),
    )

    assert figures.running_hours(weeks) == [
        (date(2026, 11, 23), 0.0),
        (date(2026, 11, 30), 2.0),
        (date(2026, 12, 7), 2.0),
        (date(2026, 12, 14), 2.5),
    ]
    assert figures.running_hours(()) == []


@pytest.mark.parametrize("count", [1, 2, 5, 6, 500])
def test_thinning_keeps_both_ends(count: int) -> None:
    """At most so many points, evenly, the first and the last among them."""
    items = [(NOW + timedelta(days=day), float(day), 1.0) for day in range(count)]
    kept = figures.thinned(items, 5)

    assert len(kept) == min(count, 5)
    assert (kept[0], kept[-1]) == (items[0], items[-1])
    assert len(set(kept)) == len(kept)


@pytest.mark.parametrize("highest", [0, 1, 2, 3, 5, 9, 17, 40, 99, 481, 10_000])
def test_whole_ticks_are_even_and_reach_the_highest(highest: int) -> None:
    """An axis of counts has three to five whole ticks from zero and is never lower than its highest column."""
    ticks = figures.whole_ticks(highest)

    assert ticks[0] == 0
    assert ticks[-1] >= highest
    assert 3 <= len(ticks) <= 5
    assert len({later - earlier for earlier, later in pairwise(ticks)}) == 1


@pytest.mark.parametrize(
    ("low", "high"), [(0, 0), (0, 0.3), (0, 37.5), (1380, 1702), (-5, 5), (1500, 1500), (0, 7120), (2600, 2601)]
)
def test_ticks_are_round_and_reach_from_low_to_high(low: float, high: float) -> None:
    """At most six values at equal distances, the first not above the lowest, the last not below the highest."""
    ticks = figures.ticks(low, high)

    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 6
    assert max(later - earlier for earlier, later in pairwise(ticks)) == pytest.approx(ticks[1] - ticks[0])


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (date(2026, 1, 1), date(2026, 3, 2), [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]),
        (date(2026, 1, 2), date(2026, 1, 30), []),
        (date(2025, 11, 5), date(2026, 6, 1), [date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 1)]),
        (date(2020, 2, 1), date(2026, 6, 1), [date(2022, 1, 1), date(2024, 1, 1), date(2026, 1, 1)]),
    ],
)
def test_months_are_thinned_to_what_there_is_room_for(first: date, last: date, found: list[date]) -> None:
    """Every so many months, counted from January."""
    assert figures.months(first, last, most=4) == found
