"""What a player report is made of: one immutable snapshot of a player, taken at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Gender(StrEnum):
    """A player's gender as they state it; `UNSPECIFIED` when they do not."""

    UNSPECIFIED = "unspecified"
    FEMALE = "female"
    MALE = "male"
    DIVERSE = "diverse"


class Role(StrEnum):
    """The four roles of the classic ten-player table. Civilian and sheriff are red, mafia and don are black."""

    CIVILIAN = "civilian"
    SHERIFF = "sheriff"
    MAFIA = "mafia"
    DON = "don"


class Result(StrEnum):
    """How one game ended for the player; a draw counts as a session but neither as win nor as loss."""

    WIN = "win"
    LOSS = "loss"
    DRAW = "draw"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over a set of games. `sessions` >= `wins` + `losses`; the rest are draws."""

    sessions: int
    wins: int
    losses: int
    play_time: timedelta

    @property
    def win_rate(self) -> float | None:
        """Wins / (wins + losses) in 0..1, or None when no game was decided."""
        decided = self.wins + self.losses
        return self.wins / decided if decided else None


@dataclass(frozen=True, slots=True)
class RoleTally:
    """The player's counts in one role."""

    role: Role
    tally: Tally


@dataclass(frozen=True, slots=True)
class GameLine:
    """One game as the player saw it."""

    game_id: str
    start_time: datetime
    duration: timedelta
    seat: int
    role: Role
    result: Result


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything the document shows, and nothing else: rendering reads no clock, file or network.

    Attributes:
        report_id: UUID text; its first eight characters are printed as the short id.
        generated_time: aware UTC moment at which the snapshot was taken.
        display_name: free text in any script, 1 to 200 characters.
        email: None unless it may be printed.
        avatar: encoded JPEG, PNG or WebP bytes of a square picture, at most 1 MiB; None shows an initials disc.
        overall: over all games ever, not only those in `games`; None when the player hides their statistics.
        by_role: one entry per role played at least once.
        games: newest first, at most 500; `overall.sessions` says how many there are in all. None when they are hidden.
    """

    report_id: str
    generated_time: datetime
    username: str
    display_name: str
    gender: Gender
    email: str | None
    city: str
    club: str
    about: str
    member_since: datetime
    avatar: bytes | None
    overall: Tally | None
    by_role: tuple[RoleTally, ...]
    games: tuple[GameLine, ...] | None
