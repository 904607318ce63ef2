"""Points by profile, and the compensation for first nights."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from profile_service.games import POINT, BestMove, Game, Seat
from profile_service.points import PROFILES, compensation, ledger
from profile_service.points.compensation import FORMULAS, good_moves, linear_with_step
from profile_service.points.profile import Compensation

ROLES = ("civilian",) * 6 + ("sheriff", "mafia", "mafia", "don")
TABLE = Game(
    game_id="g-1",
    start_time=datetime(2026, 5, 1, tzinfo=UTC),
    duration=timedelta(minutes=50),
    winner="red",
    seats=tuple(Seat(number, f"p-{number}", role) for number, role in enumerate(ROLES, start=1)),
)


def points(game: Game, seat_number: int) -> dict[str, float]:
    """Return the points of a seat by reason, as people count them."""
    return {reason: count / POINT for reason, count in ledger(game, game.seats[seat_number - 1])}


def with_seat(game: Game, number: int, **values: object) -> Game:
    """Return the game with something else told of one seat."""
    seats = [replace(seat, **values) if seat.seat_number == number else seat for seat in game.seats]  # type: ignore[arg-type]
    return replace(game, seats=tuple(seats))


@pytest.mark.parametrize(
    ("profile", "winner", "expected"),
    [
        ("federation-1", "red", (1, 1, 0, 0)),
        ("federation-1", "black", (0, 0, 1, 1)),
        ("house-1", "red", (1, 1, 1, 1)),
        ("world-cup-1", "red", (4, 4.5, 1, 0.5)),
        ("world-cup-1", "black", (1, 0.5, 4, 4.5)),
        ("three-four-five-1", "red", (3, 4, 0, -1)),
        ("three-four-five-1", "black", (0, -1, 4, 5)),
    ],
)
def test_result_is_worth_what_the_profile_says(profile: str, winner: str, expected: tuple[float, ...]) -> None:
    """Civilian, sheriff, mafia and don each have their own."""
    game = replace(TABLE, winner=winner, points_profile=profile)
    assert tuple(points(game, number).get("result", 0) for number in (1, 7, 8, 10)) == expected


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("federation-1", (0, 0, 0.25, 0.4)),
        ("world-cup-1", (0, 0, 0, 1)),
        ("three-four-five-1", (0, 0, 0, 1)),
        ("house-1", (0, 0, 0, 0)),
    ],
)
def test_best_move_counts_by_black_suspects(profile: str, expected: tuple[float, ...]) -> None:
    """None to three of the suspects were black."""
    suspects = [(1, 2, 3), (1, 2, 8), (1, 8, 9), (8, 9, 10)]
    games = [replace(TABLE, points_profile=profile, best_move=BestMove(4, named)) for named in suspects]
    assert tuple(points(game, 4).get("best_move", 0) for game in games) == expected


def test_best_move_of_a_black_victim_gives_nothing() -> None:
    """Who knows the black players has it easy."""
    assert "best_move" not in points(replace(TABLE, best_move=BestMove(8, (9, 10, 1))), 8)


def test_referee_gives_and_takes() -> None:
    """Bonus and penalty stand apart."""
    game = with_seat(TABLE, 1, bonus=4000, penalty=POINT)
    assert points(game, 1) == {"result": 1, "bonus": 0.4, "penalty": -1}


@pytest.mark.parametrize(
    ("profile", "awarded", "taken"),
    [("federation-1", False, -0.5), ("federation-1", True, -0.5), ("house-1", False, -0.8), ("house-1", True, -1)],
)
def test_removal_costs_more_when_it_hands_the_game_over(profile: str, awarded: bool, taken: float) -> None:
    """Only where the profile says so."""
    game = replace(TABLE, winner="black", points_profile=profile, awarded=awarded)
    assert points(with_seat(game, 1, fate="removed_by_fouls"), 1)["discipline"] == taken


def test_cards_and_last_foul_of_the_world_cup() -> None:
    """The fourth foul costs a point and a yellow card two; finals count half as much again, but for penalties."""
    game = replace(TABLE, points_profile="world-cup-1", stage="final")
    game = with_seat(game, 1, fouls=4, yellow_cards=1, best_play=True)
    assert points(game, 1) == {"result": 6, "best_play": 3, "discipline": -3}
    assert points(replace(game, stage="second_round"), 1)["result"] == 5


def test_void_game_gives_nothing() -> None:
    """Nobody has points for what was broken off."""
    game = with_seat(replace(TABLE, winner="void"), 1, bonus=POINT)
    assert points(game, 1) == {}


@pytest.mark.parametrize(
    ("games", "kills", "each"),
    [
        (10, 1, 0.1),
        (10, 2, 0.2),
        (10, 4, 0.4),
        (10, 7, 0.4),
        (15, 1, 0.4 / 6),
        (15, 2, 0.4 / 3),
        (15, 3, 0.2),
        (1, 1, 0),
        (0, 0, 0),
    ],
)
def test_compensation_of_the_federation(games: int, kills: int, each: float) -> None:
    """For ten games 0.1 for each first kill up to 0.4; for one game nothing, since there is no base to count by."""
    series = {"games": games, "first_kills": kills, "lost_first_kills": 1}
    assert compensation(PROFILES["federation-1"], series) == round(each * POINT)
    assert compensation(PROFILES["federation-1"], series | {"lost_first_kills": 0}) == 0


@pytest.mark.parametrize(("kills", "each"), [(0, 0), (1, 0), (2, 0.06), (3, 0.18), (5, 0.3)])
def test_compensation_of_the_house_counts_games_as_red(kills: int, each: float) -> None:
    """1.2 k/n - 0.18, from 0 to 0.3."""
    series = {"games": 14, "red_games": 10, "red_first_kills": kills, "red_lost_first_kills": 1}
    assert compensation(PROFILES["house-1"], series) == round(each * POINT)


@pytest.mark.parametrize(("kills", "each"), [(1, 0.125), (3, 0.375), (4, 0.5), (9, 0.5)])
def test_compensation_with_a_step(kills: int, each: float) -> None:
    """1.25 k/n, and a flat half from four in ten on."""
    rule = Compensation("linear_with_step", factor=1.25, offset=0.0, cap=0.5, share=0.4)
    assert linear_with_step(rule, {"games": 10, "first_kills": kills, "lost_first_kills": 1}) == round(each * POINT)


def test_compensation_by_good_best_moves() -> None:
    """K (K + 1) / sqrt(n), where K is what goes beyond a tenth of the games."""
    rule = Compensation("good_moves", factor=0.0, offset=0.0, cap=0.0, share=0.1)
    assert good_moves(rule, {"games": 25, "good_best_moves": 4}) == round(1.5 * 2.5 / 5 * POINT)
    assert good_moves(rule, {"games": 25, "good_best_moves": 2}) == 0


def test_profiles_name_formulas_that_exist() -> None:
    """A slip in a profile's file is found before it is shipped."""
    assert {"federation-1", "house-1", "world-cup-1", "three-four-five-1"} <= PROFILES.keys()
    assert all(
        profile.compensation is None or profile.compensation.formula in FORMULAS for profile in PROFILES.values()
    )
