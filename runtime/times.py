"""Times as rows keep them: microseconds, since 1970 or of a span."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)


def moment(micros: int) -> datetime:
    """Return a column's microseconds since 1970 as an aware moment."""
    return EPOCH + timedelta(microseconds=micros)


def micros(time: datetime) -> int:
    """Return a moment as a column keeps it."""
    return (time - EPOCH) // MICRO


def span_micros(seconds: float) -> int:
    """Return a span of seconds as a column keeps it."""
    return round(seconds * 1_000_000)
