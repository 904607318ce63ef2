"""What a player's games add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from profile_service.games import ROLES
from profile_service.rates import Interval, baseline, wilson
from profile_service.rating.display import Shown
from profile_service.rating.elo import Elo
from profile_service.runs import NO_RUNS, Runs

RED_ROLES = ("civilian", "sheriff")
BLACK_ROLES = ("mafia", "don")
COMPENSATION = "points.compensation"
# The reasons for points within a game, as counters name them.
REASONS = ("result", "best_move", "best_play", "bonus", "penalty", "discipline")
_POINTS = {role: [f"{role}.points_{reason}" for reason in REASONS] for role in ROLES}
# The names of the counters of a tally by role, so that they are not put together anew for each.
_TALLIED = {
    role: tuple(f"{role}.{name}" for name in ("games", "wins", "losses", "draws", "voids", "play_time"))
    for role in ROLES
}


class Tally(NamedTuple):
    """Counts over the games in some roles; `sessions` = `wins` + `losses` + `draws`.

    Attributes:
        play_time: in microseconds.
        expected: the wins that the club would have had in the same roles; None when that is not asked.
    """

    sessions: int
    wins: int
    losses: int
    draws: int
    voids: int
    play_time: int
    expected: float | None

    @property
    def decided(self) -> int:
        """Games that were won or lost."""
        return self.wins + self.losses

    @property
    def win_rate(self) -> float | None:
        """Wins among decided games, None when there was none: never played is not 0 %."""
        return self.wins / self.decided if self.decided else None

    @property
    def interval(self) -> Interval | None:
        """Where the true win rate lies with 95 % confidence."""
        return wilson(self.wins, self.decided)


@dataclass(frozen=True, slots=True)
class Peak:
    """A rating, and the game after which it stood, unless that is not for the viewer."""

    rating: float
    game_id: str = ""
    start_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class RatingPicture:
    """A player's rating, ready to be shown; None for a side on which no game was decided."""

    overall: Shown
    red: Shown | None
    black: Shown | None
    elo: Elo
    rated_games: int
    provisional: bool
    peak: Peak
    low: Peak
    pending: bool


@cache
def _by_role(counter: str) -> tuple[str, ...]:
    return tuple(f"{role}.{counter}" for role in ROLES)


@dataclass(frozen=True, slots=True)
class PlayerStats:
    """What is known of a player over some games.

    Attributes:
        counters: what the games add up to, by the names that `counting` gives.
        club: the same of everybody's games of that season and kind.
        runs: of the results in their order.
        rating: as it is now; None until a game was rated.
        of_period: whether a stretch of time was asked for, over which no compensation is reckoned.
    """

    counters: Mapping[str, int] = field(default_factory=dict)
    club: Mapping[str, int] = field(default_factory=dict)
    runs: Runs = NO_RUNS
    rating: RatingPicture | None = None
    of_period: bool = False

    def without_games(self) -> PlayerStats:
        """Return the same without what tells of a single game."""
        if self.rating is None:
            return self
        rating = replace(self.rating, peak=Peak(self.rating.peak.rating), low=Peak(self.rating.low.rating))
        return replace(self, rating=rating)

    def tally(self, roles: Iterable[str]) -> Tally:
        """Return the counts of the games in these roles."""
        get = self.counters.get
        sessions = wins = losses = draws = voids = play_time = 0
        expected = 0.0
        for role in roles:
            games, win, loss, draw, void, time = _TALLIED[role]
            won, lost = get(win, 0), get(loss, 0)
            sessions += get(games, 0)
            wins += won
            losses += lost
            draws += get(draw, 0)
            voids += get(void, 0)
            play_time += get(time, 0)
            if won + lost:
                expected += (won + lost) * self.club_share(role)
        return Tally(sessions, wins, losses, draws, voids, play_time, expected)

    def club_share(self, role: str) -> float:
        """Return the share of decided games that the club wins in a role, smoothed."""
        win, loss = _TALLIED[role][1:3]
        won, lost = self.club.get(win, 0), self.club.get(loss, 0)
        return baseline(won, won + lost)

    def count(self, counter: str) -> int:
        """Return a counter over the games in all roles."""
        get = self.counters.get
        civilian, sheriff, mafia, don = _by_role(counter)
        return get(civilian, 0) + get(sheriff, 0) + get(mafia, 0) + get(don, 0)

    def points_as(self, role: str) -> int:
        """Return the POINTs of the games in a role."""
        return sum([self.counters.get(name, 0) for name in _POINTS[role]])

    def played(self) -> list[str]:
        """Return the roles in which there are games, in the order of ROLES."""
        return [role for role in ROLES if f"{role}.games" in self.counters or f"{role}.voids" in self.counters]


NO_GAMES = PlayerStats()


@dataclass(frozen=True, slots=True)
class PlayedGame:
    """One game as one player saw it.

    Attributes:
        fate, fate_round: as a seat has them.
        points: of the player's seat, in POINTs, without compensation.
        rating_before, rating_after, deviation_after: None until the game is rated.
    """

    game_id: str
    start_time: datetime
    duration: timedelta
    seat_number: int
    role: str
    result: str
    season: str
    kind: str
    table: str
    fate: str
    fate_round: int
    points: int
    rating_before: float | None
    rating_after: float | None
    deviation_after: float | None

    def without_rating(self) -> PlayedGame:
        """Return the same without what it did to the rating."""
        return replace(self, rating_before=None, rating_after=None, deviation_after=None)


@dataclass(frozen=True, slots=True)
class WeekTally:
    """The games of the ISO week whose Monday begins at `start_time`. `play_time` is in microseconds."""

    start_time: datetime
    wins: int
    losses: int
    draws: int
    play_time: int

    @property
    def sessions(self) -> int:
        """The games that were not broken off."""
        return self.wins + self.losses + self.draws


@dataclass(frozen=True, slots=True)
class Companion:
    """Somebody with or against whom a player sat, and how the player fared in those games."""

    username: str
    display_name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Companions:
    """Those with whom a player sat on one side most often, and those against whom."""

    partners: tuple[Companion, ...] = ()
    opponents: tuple[Companion, ...] = ()


@dataclass(frozen=True, slots=True)
class PairTally:
    """How one player did in games with another, on one side or on two. `play_time` is in microseconds."""

    sessions: int = 0
    wins: int = 0
    losses: int = 0
    draws: int = 0
    voids: int = 0
    play_time: int = 0


@dataclass(frozen=True, slots=True)
class PairStats:
    """Two players, from the first one's side."""

    together: PairTally = PairTally()
    against: PairTally = PairTally()


@dataclass(frozen=True, slots=True)
class RatingChange:
    """What one game did to a player's rating. `chance` is that of the player's side."""

    game_id: str
    start_time: datetime
    role: str
    result: str
    chance: float
    rating_before: float
    rating_after: float
    deviation_before: float
    deviation_after: float
    elo_before: float
    elo_after: float


@dataclass(frozen=True, slots=True)
class Season:
    """One season, and when its games were played."""

    season: str
    game_count: int
    first_time: datetime
    last_time: datetime
