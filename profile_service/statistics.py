"""What a player's games add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

ROLES = ("civilian", "sheriff", "mafia", "don")


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over a set of games; `sessions` = `wins` + `losses` + draws."""

    sessions: int = 0
    wins: int = 0
    losses: int = 0
    play_time: timedelta = timedelta()

    @property
    def draws(self) -> int:
        """Games that nobody won."""
        return self.sessions - self.wins - self.losses

    @property
    def win_rate(self) -> float | None:
        """Wins among decided games, None when there was none: never played is not 0 %."""
        decided = self.wins + self.losses
        return self.wins / decided if decided else None

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.sessions + other.sessions,
            self.wins + other.wins,
            self.losses + other.losses,
            self.play_time + other.play_time,
        )


@dataclass(frozen=True, slots=True)
class PlayerStats:
    """Overall, and by each role that was played, in the order of ROLES."""

    overall: Tally
    roles: tuple[tuple[str, Tally], ...]


NO_GAMES = PlayerStats(Tally(), ())


@dataclass(frozen=True, slots=True)
class PlayedGame:
    """One game as one player saw it."""

    game_id: str
    start_time: datetime
    duration: timedelta
    seat_number: int
    role: str
    result: str


def add_up(tallies: Iterable[tuple[str, Tally]]) -> PlayerStats:
    """Return the statistics that tallies by role add up to."""
    roles = sorted(tallies, key=lambda item: ROLES.index(item[0]))
    return PlayerStats(sum((tally for _, tally in roles), Tally()), tuple(roles))
