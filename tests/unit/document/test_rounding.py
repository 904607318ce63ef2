"""Figures are rounded by one rule, wherever they stand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_service.document.language import language
from report_service.document.rounding import rounded
from tests.document.builders import a_season
from tests.unit.document.reading import read, spoken_of, text_of

EN = language("en")


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (-2.5, 0, "-3"),
        (0.125, 2, "0.13"),
        (2.675, 2, "2.68"),
        (0.1 + 0.2 - 0.175, 2, "0.13"),
        (1.005, 2, "1.01"),
        (0.124999, 2, "0.12"),
        (9_007_199_254_740_993, 0, "9007199254740993"),
        (1e12, 2, "1000000000000.00"),
        (Decimal("0.45"), 1, "0.5"),
    ],
)
def test_halves_go_away_from_zero(value: float, digits: int, shown: str) -> None:
    """As one reckons by hand, though no double is exactly 2.675."""
    assert str(rounded(value, digits)) == shown


@given(st.integers(-(10**9), 10**9), st.integers(0, 3))
def test_rounding_is_that_of_the_decimals_that_are_meant(thousandths: int, digits: int) -> None:
    """Against whole numbers: a half of the last decimal kept counts as one."""
    step = 10 ** (3 - digits)
    whole = (abs(thousandths) * 2 + step) // (2 * step)
    assert rounded(thousandths / 1000, digits) * 10**digits == (whole if thousandths >= 0 else -whole)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (EN.percent(0.125), "13%"),
        (EN.percent(0.625), "63%"),
        (EN.percent(0.0625, digits=1), "6.3%"),
        (EN.points(0.125), "0.13"),
        (EN.points(-0.125), "−0.13"),
        (EN.signed(0.25), "+0.3"),
        (EN.signed(-0.25), "−0.3"),
        (EN.number(1500.5), "1,501"),
        (EN.minutes(timedelta(minutes=30, seconds=30)), "31 min"),
        (EN.hours(timedelta(hours=2, minutes=15)), "2.3 h"),
        (EN.hours(timedelta(hours=10, minutes=27)), "10 h"),
    ],
)
def test_language_rounds_halves_up(told: str, shown: str) -> None:
    """Shares, points, differences, ratings and lengths alike; none is rounded twice."""
    assert told == shown


def test_share_is_the_same_in_card_ring_and_what_is_said() -> None:
    """5 of 8 are 62.5 per cent, and 63 wherever they are whole."""
    snapshot = a_season(red_wins=5, black_wins=3)
    assert "63% of decided" in text_of(snapshot)
    assert "38% of decided" in text_of(snapshot)
    [ring] = [text for text in spoken_of(read(snapshot), "Figure") if text.startswith("Ring")]
    assert "Win rate of red: 63%" in ring
