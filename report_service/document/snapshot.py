"""What a report is made of: one immutable picture of a player, a season or a game, taken at one moment.

A part that is None was not told, was never played, or is not for the eyes of who asked; it is never read as 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Format(StrEnum):
    """In which file type a report is made."""

    PDF = "pdf"
    JSON = "json"
    CSV = "csv"


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
    """How one game ended for a player; a draw or a void counts neither as win nor as loss."""

    WIN = "win"
    LOSS = "loss"
    DRAW = "draw"
    VOID = "void"


class Winner(StrEnum):
    """Who won a game."""

    RED = "red"
    BLACK = "black"
    DRAW = "draw"
    VOID = "void"


class GameKind(StrEnum):
    """Among whom a game was played."""

    CLUB = "club"
    TOURNAMENT = "tournament"
    ELITE = "elite"


class Fate(StrEnum):
    """How a player left a game."""

    SURVIVED = "survived"
    VOTED_OUT = "voted_out"
    KILLED = "killed"
    REMOVED_BY_FOULS = "removed_by_fouls"
    REMOVED_BY_JUDGE = "removed_by_judge"


class PointsReason(StrEnum):
    """What points are given or taken for."""

    RESULT = "result"
    BEST_MOVE = "best_move"
    BEST_PLAY = "best_play"
    BONUS = "bonus"
    PENALTY = "penalty"
    DISCIPLINE = "discipline"
    COMPENSATION = "compensation"


class RecordKind(StrEnum):
    """At what somebody was the best of a season."""

    MOST_GAMES = "most_games"
    MOST_POINTS = "most_points"
    BEST_WIN_RATE = "best_win_rate"
    MOST_WINS_ABOVE_CLUB = "most_wins_above_club"
    LONGEST_WINS = "longest_wins"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which games a report covers: empty and None mean all. `end_time` itself is not in it."""

    season: str = ""
    kind: GameKind | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """The stretch in which a rate lies with 95 % confidence (Wilson), both 0 to 1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over games. `sessions` = wins + losses + draws; rates are 0 to 1, None when nothing was decided."""

    sessions: int = 0
    wins: int = 0
    losses: int = 0
    draws: int = 0
    play_time: timedelta = timedelta()
    win_rate: float | None = None
    win_interval: Interval | None = None
    club_win_rate: float | None = None
    wins_above_club: float | None = None


@dataclass(frozen=True, slots=True)
class RoleTally:
    """The counts in one role. `luck` is how many more games in it than the deal gives on average."""

    role: Role
    tally: Tally
    points: float = 0.0
    luck: float | None = None


@dataclass(frozen=True, slots=True)
class PointsEntry:
    """Points for one reason."""

    reason: PointsReason
    points: float


@dataclass(frozen=True, slots=True)
class Hits:
    """How often something was done, and how often it was right."""

    count: int = 0
    hits: int = 0


@dataclass(frozen=True, slots=True)
class Play:
    """How somebody played. `best_moves` counts best moves that named none, one, two and three of the black."""

    first_kills: int = 0
    first_kill_rate: float | None = None
    best_moves: tuple[int, int, int, int] = (0, 0, 0, 0)
    sheriff_checks: Hits = Hits()
    don_checks: Hits = Hits()
    votes: Hits = Hits()
    shots: Hits = Hits()
    fouls_per_game: float | None = None
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Ending:
    """How many games ended for the player in this way and round; round 0 when it was not told or does not matter."""

    fate: Fate
    round: int
    count: int


@dataclass(frozen=True, slots=True)
class Form:
    """Runs of results. `current_run` is positive for wins and negative for losses; `latest` is newest first."""

    current_run: int = 0
    longest_wins: int = 0
    longest_losses: int = 0
    latest: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True)
class Rating:
    """The rating as of now, whatever games the report covers; sides are None until they were played."""

    rating: float
    deviation: float
    lower_bound: float
    provisional: bool
    rated_games: int
    red: float | None = None
    black: float | None = None
    peak: float | None = None
    low: float | None = None


@dataclass(frozen=True, slots=True)
class Stats:
    """A player's statistics. `roles` has an entry for each role that was played, `endings` by fate, then round."""

    overall: Tally
    roles: tuple[RoleTally, ...] = ()
    red: Tally = Tally()
    black: Tally = Tally()
    points: float = 0.0
    ledger: tuple[PointsEntry, ...] = ()
    play: Play = Play()
    endings: tuple[Ending, ...] = ()
    form: Form = Form()
    rating: Rating | None = None


@dataclass(frozen=True, slots=True)
class GameLine:
    """One game as the player saw it; ratings are None until it is rated."""

    game_id: str
    start_time: datetime
    duration: timedelta
    seat: int
    role: Role
    result: Result
    season: str = ""
    kind: GameKind = GameKind.CLUB
    table: str = ""
    fate: Fate | None = None
    fate_round: int = 0
    points: float = 0.0
    rating_before: float | None = None
    rating_after: float | None = None
    deviation_after: float | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """The games of one ISO week; `start_time` is the midnight, in UTC, of its Monday."""

    start_time: datetime
    wins: int = 0
    losses: int = 0
    draws: int = 0
    play_time: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Companion:
    """Somebody with or against whom the player sat, and how the player fared in those games."""

    username: str
    display_name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Place:
    """A place on a leaderboard of `total` players; `percentile` is the share of the others behind it, 0 to 100."""

    rank: int
    total: int
    percentile: float


@dataclass(frozen=True, slots=True)
class PlayerSnapshot:
    """A player.

    Attributes:
        locale: BCP 47 tag of the player's own language, or empty.
        display_name: free text in any script, 1 to 200 characters.
        email: None unless it may be printed.
        avatar: encoded JPEG, PNG or WebP bytes of a square picture, at most 1 MiB; None shows an initials disc.
        stats: None when the player hides them.
        games: newest first, at most 500; `stats.overall.sessions` says how many there are in all. None when hidden.
        place: on the leaderboard by rating.
        weeks: those with games, in order.
    """

    report_id: str
    generated_time: datetime
    scope: Scope
    username: str
    display_name: str
    locale: str
    gender: Gender
    email: str | None
    city: str
    club: str
    about: str
    member_since: datetime
    avatar: bytes | None
    stats: Stats | None
    games: tuple[GameLine, ...] | None
    place: Place | None = None
    weeks: tuple[Week, ...] = ()
    partners: tuple[Companion, ...] = ()
    opponents: tuple[Companion, ...] = ()


@dataclass(frozen=True, slots=True)
class StandingLine:
    """One place of a season, by points; `rating_bound` is the lower bound of the rating, as of now."""

    rank: int
    username: str
    display_name: str
    points: float
    sessions: int
    wins: int
    losses: int
    win_rate: float | None
    wins_above_club: float | None
    rating_bound: float | None


@dataclass(frozen=True, slots=True)
class SeasonRecord:
    """Who was best at something, and with what."""

    kind: RecordKind
    username: str
    display_name: str
    value: float


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """The games in which red's chance lay between `low` and `low` + 0.1."""

    low: float
    games: int
    mean_chance: float
    red_wins: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the chances reckoned before the games compare with how they ended; losses are in nats."""

    games: int
    log_loss: float
    base_log_loss: float
    brier: float
    bins: tuple[CalibrationBin, ...]


@dataclass(frozen=True, slots=True)
class SeasonSnapshot:
    """A season of the club.

    Attributes:
        weeks: those with games, in order; they count red's wins as wins.
        total: how many players have a place.
        locale: BCP 47 tag of the language of who asked, or empty.
    """

    report_id: str
    generated_time: datetime
    scope: Scope
    first_time: datetime | None
    last_time: datetime | None
    red_wins: int
    black_wins: int
    draws: int
    voids: int
    play_time: timedelta
    players: int
    weeks: tuple[Week, ...]
    roles: tuple[RoleTally, ...]
    standings: tuple[StandingLine, ...]
    total: int
    records: tuple[SeasonRecord, ...]
    calibration: Calibration | None
    locale: str = ""


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One seat of a game. `name` is what to call its player, `username` empty for a guest and for who is hidden."""

    seat: int
    username: str
    name: str
    role: Role
    result: Result
    fate: Fate | None
    fate_round: int
    fouls: int | None
    points: tuple[PointsEntry, ...]


@dataclass(frozen=True, slots=True)
class GameSnapshot:
    """One game.

    Attributes:
        red_chance: what the ratings gave red before it.
        best_move: the seat that made it and the seats it named.
        locale: BCP 47 tag of the language of who asked, or empty.
    """

    report_id: str
    generated_time: datetime
    game_id: str
    start_time: datetime
    duration: timedelta
    season: str
    kind: GameKind
    table: str
    rule_set: str
    points_profile: str
    winner: Winner
    voided: bool
    red_chance: float | None
    best_move: tuple[int, tuple[int, ...]] | None
    seats: tuple[SeatLine, ...]
    locale: str = ""


Snapshot = PlayerSnapshot | SeasonSnapshot | GameSnapshot


@dataclass(frozen=True, slots=True)
class Document:
    """What was made.

    Attributes:
        unknown_clusters: how many characters no vendored face draws, set as U+FFFD.
        blank: whether it is a table without rows, the same bytes whatever it is of.
    """

    data: bytes
    unknown_clusters: int = 0
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made.

    Attributes:
        locale: BCP 47 tag that was asked for; empty leaves it to that of the snapshot, else English.
        verify_address: what the code on the page leads to; a link when it begins with "https://" or "http://".
    """

    snapshot: Snapshot
    format: Format = Format.PDF
    locale: str = ""
    verify_address: str = ""
