"""What one game says of each of its players."""

from __future__ import annotations

import random
from dataclasses import replace

from profile_service.counting import counts_of_game
from profile_service.games import BestMove, Game, Move, result_for
from tests.random_games import random_game
from tests.unit.profile.test_points import TABLE, with_seat


def counted(game: Game, seat_number: int) -> dict[str, int]:
    """Return a seat's counts of its role by the counter's name, without points and series."""
    seats = tuple(replace(seat, result=result_for(seat.role, game.winner)) for seat in game.seats)
    counts = counts_of_game(replace(game, seats=seats))[seat_number - 1]
    role = game.seats[seat_number - 1].role
    names = {name.removeprefix(f"{role}."): count for name, count in counts.items() if name.startswith(f"{role}.")}
    return {name: count for name, count in names.items() if not name.startswith(("points_", "play_time"))}


def test_bare_game_counts_the_result_alone() -> None:
    """What was not told is not there, which is something else than zero."""
    assert counted(TABLE, 1) == {"games": 1, "wins": 1}
    assert counted(TABLE, 8) == {"games": 1, "losses": 1}
    assert counted(replace(TABLE, winner="draw"), 8) == {"games": 1, "draws": 1}


def test_void_game_counts_apart() -> None:
    """It is in no rate."""
    assert counted(replace(TABLE, winner="void"), 1) == {"voids": 1}


def test_checks_count_what_they_found() -> None:
    """A sheriff looks for black players, a don for the sheriff."""
    checks = (Move(1, 7, 8), Move(2, 7, 9), Move(3, 7, 10), Move(1, 10, 1), Move(2, 10, 7))
    game = replace(TABLE, checks=checks)
    assert counted(game, 7) == {
        "games": 1,
        "wins": 1,
        "checks": 3,
        "check_hits": 3,
        "first_night_hits": 1,
        "three_nights": 1,
    }
    assert counted(game, 10) == {"games": 1, "losses": 1, "checks": 2, "check_hits": 1}


def test_votes_and_nominations_count_for_both() -> None:
    """For who made them by the other's colour, and for whom they were against."""
    game = replace(TABLE, votes=(Move(1, 1, 8), Move(1, 2, 7), Move(1, 8, 7)), nominations=(Move(1, 1, 7),))
    assert counted(game, 1) == {"games": 1, "wins": 1, "votes_black": 1, "nominations": 1}
    assert counted(game, 2) == {"games": 1, "wins": 1, "votes_red": 1, "votes_sheriff": 1}
    assert counted(game, 7) == {"games": 1, "wins": 1, "votes_received": 2, "nominated": 1}


def test_first_kill_counts_with_what_the_victim_said() -> None:
    """Whose death it was, whether the game was lost, and how many suspects were black."""
    game = with_seat(replace(TABLE, winner="black", best_move=BestMove(1, (8, 9, 2))), 1, fate="killed", fate_round=1)
    assert counted(game, 1) == {
        "games": 1,
        "losses": 1,
        "first_kills": 1,
        "first_kill_losses": 1,
        "best_moves_2": 1,
        "fates_known": 1,
        "killed_1": 1,
    }


def test_shots_miss_unless_they_kill() -> None:
    """A night's victim is who was killed in it."""
    shots = (Move(1, 8, 1), Move(1, 9, 2), Move(2, 8, 0))
    game = with_seat(replace(TABLE, shots=shots), 1, fate="killed", fate_round=1)
    assert counted(game, 8) == {"games": 1, "losses": 1, "shots": 2, "misses": 1}
    assert counted(game, 9) == {"games": 1, "losses": 1, "shots": 1, "misses": 1}


def test_fouls_that_were_told_count_even_when_there_were_none() -> None:
    """No fouls is something else than nothing told of them."""
    assert counted(with_seat(TABLE, 1, fouls=0), 1) == {"games": 1, "wins": 1, "fouls_known": 1}
    assert counted(with_seat(TABLE, 1, fouls=3), 1) == {"games": 1, "wins": 1, "fouls_known": 1, "fouls": 3}


def test_order_of_seats_changes_no_count() -> None:
    """Whoever is listed first."""
    chance = random.Random(1)
    for _ in range(50):
        game = random_game(chance, [f"player-{number}" for number in range(12)])
        game = replace(
            game, seats=tuple(replace(seat, result=result_for(seat.role, game.winner)) for seat in game.seats)
        )
        shuffled = replace(game, seats=tuple(chance.sample(game.seats, 10)))
        numbers = [seat.seat_number for seat in shuffled.seats]
        by_seat = dict(zip(numbers, counts_of_game(shuffled), strict=True))
        for seat, counts in zip(game.seats, counts_of_game(game), strict=True):
            assert by_seat[seat.seat_number] == counts
            assert all(counts.values())
