"""Who stands before whom on the board by points."""

from __future__ import annotations

import random

from profile_service.storage.leaderboard_rows import points_of, points_order

# In order, each the first to differ in what only then counts.
LADDER = (
    {"civilian.points_result": -30_000},
    {},
    {"mafia.points_result": 10_000},
    {"mafia.points_result": 10_000, "mafia.points_best_move": 4_000, "mafia.points_penalty": -4_000},
    {"mafia.points_result": 10_000, "civilian.first_kills": 1},
    {"mafia.points_result": 10_000, "civilian.first_kills": 2},
    {"mafia.points_result": 10_000, "don.wins": 1},
    {"mafia.points_result": 10_000, "don.wins": 1, "sheriff.wins": 9},
    {"mafia.points_result": 7_500, "civilian.points_bonus": 2_500},
    {"mafia.points_result": 10_001},
    {"mafia.points_result": 100_000},
)


def order(counters: dict[str, int]) -> str:
    """Return what orders these counters."""
    return points_order(counters, points_of(counters))


def test_points_come_first_and_then_what_parts_who_has_the_same() -> None:
    """The referee's bonus, then wins as sheriff or don, then first-night kills, then best moves."""
    mixed = random.Random(1).sample(LADDER, len(LADDER))
    assert tuple(sorted(mixed, key=order)) == LADDER


def test_order_is_text_of_one_length() -> None:
    """So that every database sorts it in the same way."""
    assert {len(order(counters)) for counters in LADDER} == {55}
