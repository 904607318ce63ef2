"""Played games: what is recorded, and what follows from it for each player."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

RED = frozenset({"civilian", "sheriff"})
ROLES = ("civilian", "sheriff", "mafia", "don")
# The numbers of seats, and of days and nights with 0 for an unknown one, that the contract allows.
SEATS = range(1, 21)
ROUNDS = range(21)
KINDS = ("club", "tournament", "elite")
# Points are whole numbers of this many to the point, so that adding and taking away leaves no trace.
POINT = 10_000


@dataclass(frozen=True, slots=True)
class Seat:
    """One player's part.

    Attributes:
        username: empty for a guest, and when the account was deleted since, or hides its games from the viewer.
        result: "win", "loss", "draw" or "void", empty until it is known.
        nickname: a guest's, else empty.
        fate: "survived", "voted_out", "killed", "removed_by_fouls", "removed_by_judge" or "" for unknown.
        fate_round: the day or night of it, from 1; 0 is unknown.
        fouls: None is unknown.
        bonus, penalty: what the referee gave and took, in POINTs, never negative.
        account_id: of the player or guest; empty until it is looked up, and for who left.
        erased: whether the seat was the wish of who left to be shown no more.
    """

    seat_number: int
    username: str
    role: str
    result: str = ""
    nickname: str = ""
    fate: str = ""
    fate_round: int = 0
    fouls: int | None = None
    yellow_cards: int = 0
    best_play: bool = False
    bonus: int = 0
    penalty: int = 0
    account_id: str = ""
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """Something that one seat did to another in a round: a nomination, vote, check or shot. Seat 0 is nobody."""

    round: int
    by_seat: int
    seat_number: int


@dataclass(frozen=True, slots=True)
class BestMove:
    """The suspects that the first night's victim named."""

    seat_number: int
    suspects: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Game:
    """One game; seats in the order of their numbers.

    Attributes:
        winner: "red", "black", "draw" or "void".
        season: empty for none.
        kind: one of KINDS.
        stage: "main", "second_round" or "final".
        rule_set, points_profile: the id of each, such as "classic-1".
        awarded: whether the judge gave the game to the winner.
        state: "counted" or "voided".
        revision: grows with each correction.
        red_chance: what the rating gave red before the game; None while it is not rated.
    """

    game_id: str
    start_time: datetime
    duration: timedelta
    winner: str
    seats: tuple[Seat, ...]
    table: str = ""
    season: str = ""
    kind: str = "club"
    stage: str = "main"
    rule_set: str = "classic-1"
    points_profile: str = "federation-1"
    awarded: bool = False
    best_move: BestMove | None = None
    nominations: tuple[Move, ...] = ()
    votes: tuple[Move, ...] = ()
    checks: tuple[Move, ...] = ()
    shots: tuple[Move, ...] = ()
    state: str = "counted"
    revision: int = 1
    create_time: datetime | None = None
    update_time: datetime | None = None
    red_chance: float | None = None
    recorder_id: str = field(default="", repr=False)


def side_of(role: str) -> str:
    """Return "red" or "black"."""
    return "red" if role in RED else "black"


def result_for(role: str, winner: str) -> str:
    """Return how a game ended for a player: "win", "loss", "draw" or "void"."""
    if winner in ("draw", "void"):
        return winner
    return "win" if side_of(role) == winner else "loss"
