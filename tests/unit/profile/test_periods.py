"""Stretches of time, and the months within them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_service.storage.periods import Period, month_of

MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2026-01-01", "2026-04-01", ("2026-01", "2026-03")),
        ("2026-01-02", "2026-04-01", ("2026-02", "2026-03")),
        ("2026-01-02", "2026-03-31", ("2026-02", "2026-02")),
        ("2026-01-02", "2026-02-27", None),
        ("2025-12-31", "2026-02-01", ("2026-01", "2026-01")),
    ],
)
def test_whole_months_of_a_period(start: str, end: str, months: tuple[str, str] | None) -> None:
    """Those that begin and end within it."""
    assert Period(day(start), day(end)).whole_months() == months


@given(MOMENTS, MOMENTS, MOMENTS)
def test_every_moment_of_a_period_is_counted_once(start: datetime, end: datetime, moment: datetime) -> None:
    """In a whole month or in one of the ends, never in both."""
    period = Period(*sorted((start, end)))
    whole = period.whole_months()
    places = [whole is not None and whole[0] <= month_of(moment) <= whole[1]]
    places += [
        (part.start is None or part.start <= moment) and (part.end is None or moment < part.end)
        for part in period.outside_whole_months()
    ]
    within = period.start is not None and period.end is not None and period.start <= moment < period.end
    assert sum(places) == within


def test_first_and_last_moment_of_the_calendar_make_periods() -> None:
    """Nothing is before the first nor after the last month."""
    whole_calendar = Period(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    assert whole_calendar.whole_months() == ("0001-01", "9999-11")
    assert Period(None, datetime.min.replace(tzinfo=UTC)).outside_whole_months() == []
    assert Period(datetime.max.replace(tzinfo=UTC) - timedelta(days=1), None).whole_months() is not None
