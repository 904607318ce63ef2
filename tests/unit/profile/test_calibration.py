"""How predictions are scored, and that our rating finds out a club whose strengths are known."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from math import log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.recorded_games import read_games
from bench.simulated_club import Kind, Plan, SimulatedClub, as_json, play_out, true_rate_of_fresh
from profile_service.rating.calibration import (
    BaseRate,
    Coin,
    DecidedGame,
    EloTable,
    Prediction,
    Tenth,
    TwoSidedTable,
    brier,
    log_loss,
    predict,
    reliability,
    spearman,
)
from profile_service.rating.display import overall
from profile_service.rating.two_sided import FRESH, chance_of_red

SURE_AND_RIGHT = Prediction(0.9, red_won=True)
SURE_AND_WRONG = Prediction(0.9, red_won=False)
GAME = DecidedGame(("a", "b"), ("c",), "club", red_won=True)

# Masters and beginners together; the sides are far from even, so that a rating that overlooks the bias fails.
PLAN = Plan(players=200, spread=2.5, kinds=(Kind("club", 0.4, 1.0),), seed=5)


@cache
def club() -> SimulatedClub:
    """Return the club of PLAN, played out once."""
    return play_out(PLAN)


@cache
def rated() -> tuple[TwoSidedTable, list[Prediction]]:
    """Return our rating after all games of the club, and what it predicted on the way."""
    table = TwoSidedTable()
    return table, predict(table, club().games)


def test_scores_are_those_of_the_textbook() -> None:
    """Brier is the mean squared error, log-loss the mean surprise in nats."""
    assert brier([SURE_AND_RIGHT, SURE_AND_WRONG]) == pytest.approx((0.01 + 0.81) / 2)
    assert log_loss([SURE_AND_RIGHT, SURE_AND_WRONG]) == pytest.approx(-(log(0.9) + log(0.1)) / 2)


def test_coin_scores_a_quarter_and_log_two() -> None:
    """What everybody else is compared with."""
    predictions = predict(Coin(), [GAME, replace(GAME, red_won=False)])
    assert brier(predictions) == 0.25
    assert log_loss(predictions) == pytest.approx(log(2))


def test_certain_error_costs_much_and_not_everything() -> None:
    """Somebody who says "never" and errs gets a bad score that can still be compared."""
    assert log_loss([Prediction(0.0, red_won=True)]) == log_loss([Prediction(1.0, red_won=False)]) > 20


def test_reliability_is_by_tenths() -> None:
    """Predictions of a tenth stand together, certainty in the last, and empty tenths are left out."""
    predictions = [Prediction(0.25, red_won=True), Prediction(0.25, red_won=False), Prediction(1.0, red_won=True)]
    assert reliability(predictions) == [Tenth(0.2, 2, 0.25, 1), Tenth(0.9, 1, 1.0, 1)]
    assert [tenth.red_share for tenth in reliability(predictions)] == [0.5, 1.0]


def test_spearman_is_that_of_the_textbook() -> None:
    """A published example: intelligence and hours of television of ten people."""
    intelligence = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110]
    hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17]
    assert spearman(intelligence, hours) == pytest.approx(-29 / 165)


def test_equal_values_share_their_rank() -> None:
    """Ties get the mean of their ranks: 0, 1.5, 1.5, 3 against 0, 1, 2, 3."""
    assert spearman([1, 2, 2, 3], [1, 2, 3, 4]) == pytest.approx(4.5 / (4.5 * 5) ** 0.5)


def test_values_all_the_same_have_no_order() -> None:
    """Instead of a number that means nothing there is an error."""
    with pytest.raises(ValueError, match="no order"):
        spearman([1, 1, 1], [1, 2, 3])


@given(st.lists(st.integers(-50, 50), min_size=2, unique=True))
def test_spearman_knows_only_the_order(values: list[int]) -> None:
    """Anything that keeps the order correlates with it by 1, anything that turns it round by -1."""
    assert spearman(values, [value**3 for value in values]) == pytest.approx(1)
    assert spearman(values, [-value for value in values]) == pytest.approx(-1)


def test_base_rate_is_smoothed_and_predicts_before_it_counts() -> None:
    """It begins at one half, and moves by kind of game as if ten games had been even."""
    games = [GAME, GAME, replace(GAME, kind="elite"), GAME]
    chances = [prediction.chance for prediction in predict(BaseRate(), games)]
    assert chances == pytest.approx([5 / 10, 6 / 11, 5 / 10, 7 / 12])


@pytest.mark.parametrize("table", [TwoSidedTable, EloTable])
def test_player_who_left_is_a_stranger_each_time(table: type[TwoSidedTable] | type[EloTable]) -> None:
    """Nothing is kept of a seat without a name."""
    kept = table()
    kept.play(replace(GAME, reds=("a", "", "")))
    assert set(kept.players) == {"a", "c"}


def test_nothing_is_known_before_it_happened() -> None:
    """A prediction is the same whatever happens in its game and after it."""
    games = list(club().games[:50])
    turned = [*games[:25], *(replace(game, red_won=not game.red_won) for game in games[25:])]
    before, after = predict(TwoSidedTable(), games), predict(TwoSidedTable(), turned)
    assert [p.chance for p in before[:26]] == [p.chance for p in after[:26]]


def test_replay_is_identical_to_the_bit() -> None:
    """The same games in the same order give the same players."""
    table = TwoSidedTable()
    predict(table, club().games)
    assert (table.players, table.biases) == (rated()[0].players, rated()[0].biases)


def test_rating_predicts_better_than_those_who_know_less() -> None:
    """On the simulated club our rating beats the base rate, Elo and the coin, by both scores."""
    ours, games = rated()[1], club().games
    for other in (BaseRate(), EloTable(), Coin()):
        assert log_loss(ours) < log_loss(predict(other, games)) - 0.02
    assert brier(ours) < brier(predict(BaseRate(), games)) - 0.01


@pytest.mark.parametrize("spread", [0.75, 1.0])
def test_rating_is_no_worse_than_the_base_rate_where_players_hardly_differ(spread: float) -> None:
    """Strengths that decide little must not be seen where there are none."""
    games = play_out(replace(PLAN, spread=spread)).games
    assert log_loss(predict(TwoSidedTable(), games)) < log_loss(predict(BaseRate(), games))


def test_rating_finds_the_order_of_the_players() -> None:
    """After 200 games each the order is that of the true strengths: Spearman at least 0.9."""
    strengths, players = club().strengths, rated()[0].players
    true = [strengths[name].red + strengths[name].black for name in players]
    assert len(players) == PLAN.players
    assert spearman(true, [overall(skill).rating for skill in players.values()]) >= 0.9


def test_rating_predicts_strangers_at_reds_true_rate() -> None:
    """Once the bias is learned, ten strangers are predicted within 0.02 of how often red truly wins."""
    (kind,) = PLAN.kinds
    predicted = chance_of_red([FRESH] * 7, [FRESH] * 3, rated()[0].biases[kind.name])
    true = true_rate_of_fresh(PLAN, kind)
    assert abs(true - 0.5) > 0.04
    assert predicted == pytest.approx(true, abs=0.02)


def test_games_come_back_from_the_file_in_the_order_they_were_played(tmp_path: Path) -> None:
    """The file has the newest first, as `dossier game list` has; a draw in it rates nobody."""
    small = play_out(replace(PLAN, players=20, games_each=10))
    games = as_json(small)
    drawn = {**games[0], "winner": "WINNER_DRAW"}
    path = tmp_path / "games.json"
    path.write_text(json.dumps([drawn, *games]), encoding="utf-8")
    assert read_games(path) == list(small.games)
