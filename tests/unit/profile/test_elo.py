"""Elo on team means: who gains and loses how much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_service.rating.elo import START, Elo, chance_of_red, k_factors, rate

RATINGS = st.floats(min_value=0, max_value=4000)
PLAYERS = st.builds(Elo, red=RATINGS, black=RATINGS)
SIDES = st.tuples(st.lists(PLAYERS, min_size=1, max_size=14), st.lists(PLAYERS, min_size=1, max_size=6))
KINDS = st.sampled_from(["club", "tournament", "elite"])


def test_strangers_have_an_even_chance() -> None:
    """Seven strangers against three are even: it is the means that count."""
    assert chance_of_red([Elo()] * 7, [Elo()] * 3) == 0.5


def test_each_side_is_rated_by_what_it_plays() -> None:
    """A red player's black rating, and the other way round, plays no part and does not change."""
    rated = rate([Elo(1100, 3000)] * 7, [Elo(0, 1000)] * 3, kind="club", red_won=False)
    assert rated.chance == chance_of_red([Elo(1100, 5)] * 7, [Elo(9, 1000)] * 3)
    assert {player.black for player in rated.reds} == {3000}
    assert {player.red for player in rated.blacks} == {0}


def test_red_win_at_a_club_moves_even_sides_by_half_of_k() -> None:
    """A win gains 4 * 0.5, a loss costs 3 * 0.5."""
    rated = rate([Elo()] * 7, [Elo()] * 3, kind="club", red_won=True)
    assert rated.reds == (Elo(red=START + 2),) * 7
    assert rated.blacks == (Elo(black=START - 1.5),) * 3


def test_black_win_of_the_weaker_moves_more() -> None:
    """Who was not expected to win gains nearly all of K, and who was loses nearly all."""
    rated = rate([Elo(red=1800)] * 7, [Elo()] * 3, kind="elite", red_won=False)
    assert rated.chance == pytest.approx(1 / (1 + 10**-2))
    assert rated.reds[0].red == pytest.approx(1800 - 48 * rated.chance)
    assert rated.blacks[0].black == pytest.approx(START + 64 * rated.chance)


def test_expected_win_moves_little() -> None:
    """Both sides move by the chance that it might have been otherwise."""
    rated = rate([Elo(red=1800)] * 7, [Elo()] * 3, kind="elite", red_won=True)
    assert rated.reds[0].red == pytest.approx(1800 + 64 * (1 - rated.chance))
    assert rated.blacks[0].black == pytest.approx(START - 48 * (1 - rated.chance))


def test_small_table_counts_half() -> None:
    """With nine players everybody gains and loses half of what ten do."""
    full = rate([Elo()] * 7, [Elo()] * 3, kind="tournament", red_won=True)
    small = rate([Elo()] * 6, [Elo()] * 3, kind="tournament", red_won=True)
    assert small.reds[0].red - START == (full.reds[0].red - START) / 2
    assert k_factors("tournament", players=9) == (8, 6)
    assert k_factors("tournament", players=12) == (16, 12)


@given(SIDES, KINDS, st.booleans())
def test_win_never_lowers_and_loss_never_raises(sides: tuple[list[Elo], list[Elo]], kind: str, red_won: bool) -> None:
    """Whoever plays whom, winners do not lose points and losers do not gain any."""
    reds, blacks = sides
    rated = rate(reds, blacks, kind=kind, red_won=red_won)
    red_gains = [after.red - before.red for before, after in zip(reds, rated.reds, strict=True)]
    black_gains = [after.black - before.black for before, after in zip(blacks, rated.blacks, strict=True)]
    winners, losers = (red_gains, black_gains) if red_won else (black_gains, red_gains)
    assert min(winners) >= 0 >= max(losers)


@given(SIDES)
def test_seats_do_not_matter_to_the_bit(sides: tuple[list[Elo], list[Elo]]) -> None:
    """The order of the players within a side changes nothing, not even the last bit."""
    reds, blacks = sides
    assert chance_of_red(sorted(reds, key=hash), blacks[::-1]) == chance_of_red(reds, blacks)
