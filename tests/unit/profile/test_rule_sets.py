"""What cannot have happened at a table, by the field that says it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from profile_service.games import BestMove, Game, Move, Seat
from profile_service.rule_sets import RULE_SETS, faults
from tests.unit.profile.test_points import TABLE, with_seat


def fields(game: Game) -> list[str]:
    """Return the fields that are wrong."""
    return [field for field, _ in faults(game)]


def fated(**fates: str) -> Game:
    """Return the table with the fates of some seats, such as `s1="killed"`; all others survived."""
    seats = (replace(seat, fate=fates.get(f"s{seat.seat_number}", "survived")) for seat in TABLE.seats)
    return replace(TABLE, seats=tuple(seats))


def test_classic_table_has_no_faults() -> None:
    """Six civilians, a sheriff, two mafia and a don."""
    assert faults(TABLE) == []


BLACK_OUT = {"s8": "voted_out", "s9": "voted_out", "s10": "killed"}
BAD: dict[str, tuple[Callable[[], Game], list[str]]] = {
    "unknown rule set": (lambda: replace(TABLE, rule_set="chess-1"), ["rule_set"]),
    "eleven seats": (lambda: replace(TABLE, seats=(*TABLE.seats, Seat(11, "p-11", "civilian"))), ["seats"]),
    "nine seats": (lambda: replace(TABLE, seats=TABLE.seats[:9]), ["seats"]),
    "two dons": (lambda: with_seat(TABLE, 1, role="don"), ["seats", "seats[9].role"]),
    "two sheriffs": (lambda: with_seat(TABLE, 1, role="sheriff"), ["seats", "seats[6].role"]),
    "seat twelve": (lambda: with_seat(TABLE, 10, seat_number=12), ["seats[9].seat_number"]),
    "a guest twice": (
        lambda: with_seat(with_seat(TABLE, 1, username="", nickname="Ann"), 2, username="", nickname="ＡNN"),
        ["seats[1].nickname"],
    ),
    "a player twice": (lambda: with_seat(TABLE, 2, username="p-1"), ["seats[1].username"]),
    "a seat twice": (lambda: with_seat(TABLE, 2, seat_number=1), ["seats[1].seat_number"]),
    "nobody": (lambda: with_seat(TABLE, 3, username=""), ["seats[2].username"]),
    "a best move of who survived": (
        lambda: replace(with_seat(TABLE, 1, fate="survived"), best_move=BestMove(1, (2, 3))),
        ["best_move.seat_number"],
    ),
    "a best move beside the first victim": (
        lambda: replace(with_seat(TABLE, 4, fate="killed", fate_round=1), best_move=BestMove(1, (2, 3))),
        ["best_move.seat_number"],
    ),
    "black without a survivor": (
        lambda: replace(
            with_seat(
                with_seat(with_seat(TABLE, 8, fate="voted_out"), 9, fate="voted_out"), 10, fate="killed", fate_round=3
            ),
            winner="black",
        ),
        ["winner"],
    ),
    "a round without a fate": (lambda: with_seat(TABLE, 3, fate_round=2), ["seats[2].fate_round"]),
    "two killed in a night": (
        lambda: with_seat(with_seat(TABLE, 1, fate="killed", fate_round=1), 2, fate="killed", fate_round=1),
        ["seats[1].fate_round"],
    ),
    "a vote by nobody": (lambda: replace(TABLE, votes=(Move(1, 12, 1),)), ["votes[0].by_seat"]),
    "a vote against nobody": (lambda: replace(TABLE, votes=(Move(1, 1, 2), Move(1, 1, 13))), ["votes[1].seat_number"]),
    "a civilian who checks": (lambda: replace(TABLE, checks=(Move(1, 1, 2),)), ["checks[0].by_seat"]),
    "a red shot": (lambda: replace(TABLE, shots=(Move(1, 7, 1),)), ["shots[0].by_seat"]),
    "oneself suspected": (
        lambda: replace(TABLE, best_move=BestMove(1, (2, 1))),
        ["best_move.suspects[1]"],
    ),
    "red won with a black survivor": (lambda: fated(s8="voted_out", s9="killed"), ["winner"]),
    "black won against more reds": (
        lambda: replace(fated(s8="voted_out", s9="voted_out"), winner="black"),
        ["winner"],
    ),
    "black won with nobody left": (lambda: replace(fated(**BLACK_OUT), winner="black"), ["winner"]),
}


@pytest.mark.parametrize("name", BAD)
def test_impossible_game_is_told_by_its_field(name: str) -> None:
    """Each fault names where it is."""
    make, expected = BAD[name]
    assert fields(make()) == expected


GOOD: dict[str, Callable[[], Game]] = {
    "red won, black out": lambda: fated(**BLACK_OUT),
    "black won at parity": lambda: replace(
        fated(**{f"s{number}": "voted_out" for number in range(1, 5)}), winner="black"
    ),
    "black won, not all told": lambda: replace(with_seat(TABLE, 1, fate="survived"), winner="black"),
    "awarded": lambda: replace(fated(), awarded=True),
    "draw": lambda: replace(fated(), winner="draw"),
    "a shot at nobody": lambda: replace(TABLE, shots=(Move(1, 8, 0),)),
    "both who check": lambda: replace(TABLE, checks=(Move(1, 7, 8), Move(1, 10, 7))),
}


@pytest.mark.parametrize("name", GOOD)
def test_possible_game_is_let_be(name: str) -> None:
    """What is not told is not held against a game."""
    assert faults(GOOD[name]()) == []


def test_open_table_needs_both_sides_and_no_more() -> None:
    """Three to twenty seats, at most one sheriff and one don."""

    def table(*roles: str) -> Any:
        seats = tuple(Seat(number, f"p-{number}", role) for number, role in enumerate(roles, start=1))
        return replace(TABLE, rule_set="open-1", seats=seats)

    assert fields(table("civilian", "civilian", "mafia")) == []
    assert fields(table("civilian", "civilian")) == ["seats"]
    assert fields(table("civilian", "sheriff", "civilian")) == ["seats"]
    assert fields(table("don", "sheriff", "don")) == ["seats[2].role"]


def test_every_rule_set_has_an_id_with_its_version() -> None:
    """What an id stands for never changes, so it says which version it is."""
    assert all(name.rpartition("-")[2].isdigit() for name in RULE_SETS)
