"""The two-sided rating: what a game teaches about players and sides, and what it never does."""

from __future__ import annotations

from dataclasses import replace
from math import exp, sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_service.rating.display import (
    PROVISIONAL_GAMES,
    as_black,
    as_red,
    is_provisional,
    overall,
)
from profile_service.rating.two_sided import (
    BIAS_SIGMA,
    FRESH,
    FRESH_BIAS,
    RHO,
    SIGMA,
    TAU,
    SideBias,
    Skill,
    chance_of_red,
    rate,
)

MEANS = st.floats(min_value=-5, max_value=5)
# How much is still open, of a fresh player's variance.
OPEN = st.floats(min_value=0.01, max_value=1)


@st.composite
def skills(draw: st.DrawFn) -> Skill:
    """Return a player as some history of games leaves one."""
    red, black = draw(OPEN) * SIGMA**2, draw(OPEN) * SIGMA**2
    return Skill(draw(MEANS), draw(MEANS), red, black, draw(st.floats(0, 0.95)) * sqrt(red * black))


BIASES = st.builds(SideBias, mean=MEANS, variance=OPEN.map(lambda share: share * BIAS_SIGMA**2))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Skill], list[Skill], SideBias]:
    """Return a table of 3 to 20 players with both sides, and the bias of its kind."""
    size = draw(st.integers(3, 20))
    blacks = draw(st.integers(1, size - 1))
    seated = draw(st.lists(skills(), min_size=size, max_size=size))
    return seated[blacks:], seated[:blacks], draw(BIASES)


Table = tuple[list[Skill], list[Skill], SideBias]


def mirrored(skill: Skill) -> Skill:
    """Return the player with red and black exchanged."""
    return Skill(skill.black, skill.red, skill.black_variance, skill.red_variance, skill.covariance)


def test_strangers_are_even_before_the_first_game() -> None:
    """Seven strangers against three are even while nothing is known of the sides."""
    assert chance_of_red([FRESH] * 7, [FRESH] * 3, FRESH_BIAS) == 0.5


@pytest.mark.parametrize(("reds", "blacks"), [(2, 1), (7, 3), (10, 3), (15, 5), (19, 1)])
def test_strangers_are_even_at_any_table(reds: int, blacks: int) -> None:
    """How many they are is no strength."""
    assert chance_of_red([FRESH] * reds, [FRESH] * blacks, FRESH_BIAS) == 0.5


def test_known_sides_predict_by_their_means() -> None:
    """With nothing uncertain the chance is the logistic of red mean, minus black mean, plus bias."""
    red, black = Skill(0.6, 9, 0, 0, 0), Skill(9, 0.2, 0, 0, 0)
    assert chance_of_red([red] * 7, [black] * 3, SideBias(0.1, 0)) == pytest.approx(1 / (1 + exp(-0.5)))


def test_one_game_of_strangers_gives_these_figures() -> None:
    """The first game of a club, worked out by hand from the formulas of the module."""
    variance = SIGMA**2 / 7 + SIGMA**2 / 3 + BIAS_SIGMA**2
    moderation = 1 / sqrt(1 + 3.141592653589793 / 8 * variance)
    rated = rate([FRESH] * 7, [FRESH] * 3, FRESH_BIAS, red_won=True)
    assert rated.chance == 0.5
    assert rated.reds[0].red == pytest.approx(SIGMA**2 / 7 * moderation / 2)
    assert rated.reds[0].black == pytest.approx(RHO * rated.reds[0].red)
    assert rated.blacks[0].black == pytest.approx(-(SIGMA**2) / 3 * moderation / 2)
    assert rated.bias.mean == pytest.approx(BIAS_SIGMA**2 * moderation / 2)
    assert rated.bias.variance == pytest.approx(BIAS_SIGMA**2 - BIAS_SIGMA**4 * moderation**2 / 4)


def test_step_keeps_mean_and_variance_of_the_exact_posterior() -> None:
    """Weighing red's whole advantage by numbers, without any formula, gives the same to 2 % of its deviation."""
    reds, blacks, bias = [FRESH] * 2, [FRESH], SideBias(0.4, 0.25)
    before_variance = SIGMA**2 / 2 + SIGMA**2 + 0.25
    steps = [0.4 + sqrt(before_variance) * (n / 500) for n in range(-4000, 4001)]
    weights = [exp(-((z - 0.4) ** 2) / (2 * before_variance)) / (1 + exp(z)) for z in steps]
    mean = sum(w * z for w, z in zip(weights, steps, strict=True)) / sum(weights)
    variance = sum(w * (z - mean) ** 2 for w, z in zip(weights, steps, strict=True)) / sum(weights)
    rated = rate(reds, blacks, bias, red_won=False)
    # Of what the game taught about the advantage, the bias has the share that it has of the variance.
    share = bias.variance / before_variance
    assert rated.bias.mean == pytest.approx(0.4 + share * (mean - 0.4), abs=0.02 * sqrt(before_variance))
    assert rated.bias.variance == pytest.approx(0.25 - share**2 * (before_variance - variance), abs=0.02)


def test_what_is_shown_as_black_informs_about_red() -> None:
    """Who wins as black is thought stronger as red as well, though less so."""
    rated = rate([FRESH] * 7, [FRESH] * 3, FRESH_BIAS, red_won=False)
    assert 0 < rated.blacks[0].red < rated.blacks[0].black
    assert rated.blacks[0].black_variance < rated.blacks[0].red_variance < FRESH.red_variance


def test_side_that_wins_most_games_is_learned_as_bias() -> None:
    """When red wins three of four games among strangers, that is what strangers are predicted."""
    bias = FRESH_BIAS
    for number in range(2000):
        bias = rate([FRESH] * 7, [FRESH] * 3, bias, red_won=number % 4 != 0).bias
    assert chance_of_red([FRESH] * 7, [FRESH] * 3, bias) == pytest.approx(0.75, abs=0.02)


def test_expected_win_teaches_little() -> None:
    """With a bias towards red, a black win moves more than a red win."""
    bias = SideBias(2.0, 0.001)
    red_won = rate([FRESH] * 7, [FRESH] * 3, bias, red_won=True)
    black_won = rate([FRESH] * 7, [FRESH] * 3, bias, red_won=False)
    assert red_won.reds[0].red * 3 < -black_won.reds[0].red


def test_known_player_becomes_less_known_by_tau_squared() -> None:
    """Even of somebody we are sure about a game leaves us a little less sure, since people change."""
    sure = Skill(0.5, 0.5, 1e-9, 1e-9, 0)
    after = rate([sure] * 7, [sure] * 3, SideBias(0, 1e-9), red_won=True).reds[0]
    assert after.red_variance == pytest.approx(TAU**2, rel=1e-4)
    assert after.black_variance == pytest.approx(TAU**2, rel=1e-4)
    assert after.covariance == pytest.approx(RHO * TAU**2, rel=1e-4)


def test_one_sided_player_stays_within_a_stranger_for_ever() -> None:
    """Ten thousand games as red make nobody less known as black than a stranger."""
    player = FRESH
    for number in range(10_000):
        player = rate([player, *[FRESH] * 6], [FRESH] * 3, FRESH_BIAS, red_won=number % 2 == 0).reds[0]
    assert 0 < player.red_variance < player.black_variance <= FRESH.black_variance


@given(tables(), st.booleans())
def test_sides_are_symmetric(table: Table, red_won: bool) -> None:
    """Exchange the sides, the signs of the bias and the winner, and everything is exchanged."""
    reds, blacks, bias = table
    rated = rate(reds, blacks, bias, red_won=red_won)
    other = rate(
        [mirrored(skill) for skill in blacks],
        [mirrored(skill) for skill in reds],
        SideBias(-bias.mean, bias.variance),
        red_won=not red_won,
    )
    assert other.chance == pytest.approx(1 - rated.chance, abs=1e-12)
    assert other.bias.mean == pytest.approx(-rated.bias.mean, abs=1e-9)
    for ours, theirs in zip(rated.reds + rated.blacks, other.blacks + other.reds, strict=True):
        assert theirs.red == pytest.approx(ours.black, abs=1e-9)
        assert theirs.black == pytest.approx(ours.red, abs=1e-9)
        assert theirs.red_variance == pytest.approx(ours.black_variance, abs=1e-12)


@given(tables(), st.booleans())
def test_variance_stays_positive_and_below_a_stranger(table: Table, red_won: bool) -> None:
    """A game leaves a real covariance matrix that is nowhere wider than a stranger's, and less open about the bias."""
    reds, blacks, bias = table
    rated = rate(reds, blacks, bias, red_won=red_won)
    for skill in rated.reds + rated.blacks:
        assert 0 < skill.red_variance <= FRESH.red_variance
        assert 0 < skill.black_variance <= FRESH.black_variance
        assert skill.covariance**2 < skill.red_variance * skill.black_variance
    assert 0 < rated.bias.variance <= bias.variance


@given(tables())
def test_win_never_lowers_a_winner(table: Table) -> None:
    """A red win lowers no red player and raises no black one, whichever way the bias points; the bias follows."""
    reds, blacks, bias = table
    rated = rate(reds, blacks, bias, red_won=True)
    assert all(
        after.red >= before.red and after.black >= before.black for before, after in zip(reds, rated.reds, strict=True)
    )
    assert all(
        after.red <= before.red and after.black <= before.black
        for before, after in zip(blacks, rated.blacks, strict=True)
    )
    assert rated.bias.mean >= bias.mean


@pytest.mark.parametrize("seed", range(50))
def test_seats_do_not_matter_to_the_bit(seed: int) -> None:
    """The order of the players within a side changes nothing, not even the last bit."""
    chance = Random(seed)
    seated = [Skill(chance.gauss(0, 1), chance.gauss(0, 1), chance.random(), chance.random(), 0.0) for _ in range(20)]
    reds, blacks = seated[:10], seated[10:]
    order, black_order = chance.sample(range(10), 10), chance.sample(range(10), 10)
    rated = rate(reds, blacks, FRESH_BIAS, red_won=seed % 2 == 0)
    turned = rate([reds[n] for n in order], [blacks[n] for n in black_order], FRESH_BIAS, red_won=seed % 2 == 0)
    assert turned.reds == tuple(rated.reds[n] for n in order)
    assert turned.blacks == tuple(rated.blacks[n] for n in black_order)
    assert (turned.bias, turned.chance) == (rated.bias, rated.chance)


@given(tables(), st.booleans())
def test_prediction_is_the_one_that_is_rated_by(table: Table, red_won: bool) -> None:
    """What is shown before a game is what the game is judged by."""
    reds, blacks, bias = table
    assert rate(reds, blacks, bias, red_won=red_won).chance == chance_of_red(reds, blacks, bias)


@given(tables())
def test_stronger_player_raises_the_chance_of_the_side(table: Table) -> None:
    """Put a stronger player on a seat, and that side's chance does not fall."""
    reds, blacks, bias = table
    chance = chance_of_red(reds, blacks, bias)
    assert chance_of_red([replace(reds[0], red=reds[0].red + 1), *reds[1:]], blacks, bias) >= chance
    assert chance_of_red(reds, [replace(blacks[0], black=blacks[0].black + 1), *blacks[1:]], bias) <= chance


def test_stranger_is_shown_in_the_middle() -> None:
    """A fresh player has 1500 points on either side and overall, and a standard deviation of 200 on a side."""
    assert (as_red(FRESH).rating, as_black(FRESH).rating, overall(FRESH).rating) == (1500, 1500, 1500)
    assert as_red(FRESH).deviation == as_black(FRESH).deviation == pytest.approx(200)
    assert overall(FRESH).deviation == pytest.approx(200 * sqrt((1 + RHO) / 2))


def test_sides_count_the_same_overall() -> None:
    """A point of red skill wins as many games as a point of black skill: dealt oftener, shared with more."""
    red, black = replace(FRESH, red=SIGMA), replace(FRESH, black=SIGMA)
    assert overall(red).rating == overall(black).rating == 1600
    assert (as_red(red).rating, as_black(red).rating) == (1700, 1500)
    added = chance_of_red([red, *[FRESH] * 6], [FRESH] * 3, FRESH_BIAS) - 0.5
    taken = 0.5 - chance_of_red([FRESH] * 7, [black, *[FRESH] * 2], FRESH_BIAS)
    assert 7 * added == pytest.approx(3 * taken, rel=0.01)


def test_lower_bound_prefers_who_is_known() -> None:
    """Of two with the same rating, the one of whom more is known stands higher."""
    known = replace(FRESH, red_variance=0.1, black_variance=0.1, covariance=0.05)
    assert overall(known).lower_bound > overall(FRESH).lower_bound
    shown = overall(known)
    assert shown.lower_bound == shown.rating - 2 * shown.deviation


def test_player_is_provisional_until_thirty_games() -> None:
    """The thirtieth rated game ends it."""
    assert is_provisional(PROVISIONAL_GAMES - 1)
    assert not is_provisional(PROVISIONAL_GAMES)
    assert PROVISIONAL_GAMES == 30
