"""Rates, intervals, the club's rates and luck."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_service.rates import baseline, role_luck, wilson


@pytest.mark.parametrize(
    ("wins", "games", "low", "high"),
    [(31, 42, 0.589, 0.847), (1, 1, 0.207, 1.0), (2, 2, 0.342, 1.0), (60, 100, 0.502, 0.691), (0, 5, 0.0, 0.434)],
)
def test_interval_is_wilsons(wins: int, games: int, low: float, high: float) -> None:
    """The values that published tables have."""
    interval = wilson(wins, games)
    assert interval is not None
    assert (interval.low, interval.high) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


def test_no_games_have_no_interval() -> None:
    """Never played is nothing, not zero."""
    assert wilson(0, 0) is None


@given(st.integers(1, 10_000).flatmap(lambda games: st.tuples(st.integers(0, games), st.just(games))))
def test_interval_holds_the_rate_and_narrows_with_games(record: tuple[int, int]) -> None:
    """It lies within 0 and 1 around the rate, and ten times the games say more."""
    wins, games = record
    interval, later = wilson(wins, games), wilson(wins * 10, games * 10)
    assert interval is not None
    assert later is not None
    assert 0.0 <= interval.low <= wins / games + 1e-12
    assert wins / games - 1e-12 <= interval.high <= 1.0
    assert later.high - later.low < interval.high - interval.low


def test_baseline_starts_from_one_half() -> None:
    """Ten made-up games, half of them won, are soon outweighed."""
    assert baseline(0, 0) == 0.5
    assert baseline(10, 10) == 0.75
    assert baseline(6000, 10_000) == pytest.approx(0.6, abs=1e-3)


@pytest.mark.parametrize(("role", "luck"), [("civilian", -4.0), ("sheriff", 1.0), ("mafia", 0.0), ("don", 1.0)])
def test_luck_is_deals_beyond_the_seats_share(role: str, luck: float) -> None:
    """Two sheriffs in ten games are one more than a tenth."""
    assert role_luck(2, 10, role) == pytest.approx(luck)


@pytest.mark.parametrize("games", range(1, 200))
def test_interval_ends_exactly_where_nothing_or_everything_was_won(games: int) -> None:
    """A rest of rounding would become a whole per cent on a page."""
    none, all_of_them = wilson(0, games), wilson(games, games)
    assert none
    assert all_of_them
    assert (none.low, all_of_them.high) == (0.0, 1.0)
