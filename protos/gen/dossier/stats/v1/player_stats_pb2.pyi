import datetime

from dossier.stats.v1 import game_pb2 as _game_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PlayerStats(_message.Message):
    __slots__ = ("overall", "roles", "red", "black", "seats", "points", "play", "endings", "form", "rating")
    OVERALL_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    RED_FIELD_NUMBER: _ClassVar[int]
    BLACK_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    PLAY_FIELD_NUMBER: _ClassVar[int]
    ENDINGS_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    RATING_FIELD_NUMBER: _ClassVar[int]
    overall: Tally
    roles: _containers.RepeatedCompositeFieldContainer[RoleTally]
    red: Tally
    black: Tally
    seats: _containers.RepeatedCompositeFieldContainer[SeatTally]
    points: Points
    play: Play
    endings: _containers.RepeatedCompositeFieldContainer[Ending]
    form: Form
    rating: Rating
    def __init__(self, overall: _Optional[_Union[Tally, _Mapping]] = ..., roles: _Optional[_Iterable[_Union[RoleTally, _Mapping]]] = ..., red: _Optional[_Union[Tally, _Mapping]] = ..., black: _Optional[_Union[Tally, _Mapping]] = ..., seats: _Optional[_Iterable[_Union[SeatTally, _Mapping]]] = ..., points: _Optional[_Union[Points, _Mapping]] = ..., play: _Optional[_Union[Play, _Mapping]] = ..., endings: _Optional[_Iterable[_Union[Ending, _Mapping]]] = ..., form: _Optional[_Union[Form, _Mapping]] = ..., rating: _Optional[_Union[Rating, _Mapping]] = ...) -> None: ...

class Tally(_message.Message):
    __slots__ = ("sessions", "wins", "losses", "draws", "play_time", "win_rate", "win_interval", "club_win_rate", "wins_above_club", "voids")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    WINS_FIELD_NUMBER: _ClassVar[int]
    LOSSES_FIELD_NUMBER: _ClassVar[int]
    DRAWS_FIELD_NUMBER: _ClassVar[int]
    PLAY_TIME_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    WIN_INTERVAL_FIELD_NUMBER: _ClassVar[int]
    CLUB_WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    WINS_ABOVE_CLUB_FIELD_NUMBER: _ClassVar[int]
    VOIDS_FIELD_NUMBER: _ClassVar[int]
    sessions: int
    wins: int
    losses: int
    draws: int
    play_time: _duration_pb2.Duration
    win_rate: float
    win_interval: Interval
    club_win_rate: float
    wins_above_club: float
    voids: int
    def __init__(self, sessions: _Optional[int] = ..., wins: _Optional[int] = ..., losses: _Optional[int] = ..., draws: _Optional[int] = ..., play_time: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., win_rate: _Optional[float] = ..., win_interval: _Optional[_Union[Interval, _Mapping]] = ..., club_win_rate: _Optional[float] = ..., wins_above_club: _Optional[float] = ..., voids: _Optional[int] = ...) -> None: ...

class Interval(_message.Message):
    __slots__ = ("low", "high")
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    low: float
    high: float
    def __init__(self, low: _Optional[float] = ..., high: _Optional[float] = ...) -> None: ...

class RoleTally(_message.Message):
    __slots__ = ("role", "tally", "luck", "points")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    TALLY_FIELD_NUMBER: _ClassVar[int]
    LUCK_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    role: _game_pb2.Role
    tally: Tally
    luck: float
    points: float
    def __init__(self, role: _Optional[_Union[_game_pb2.Role, str]] = ..., tally: _Optional[_Union[Tally, _Mapping]] = ..., luck: _Optional[float] = ..., points: _Optional[float] = ...) -> None: ...

class SeatTally(_message.Message):
    __slots__ = ("seat_number", "sessions", "wins", "losses", "win_rate")
    SEAT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    WINS_FIELD_NUMBER: _ClassVar[int]
    LOSSES_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    seat_number: int
    sessions: int
    wins: int
    losses: int
    win_rate: float
    def __init__(self, seat_number: _Optional[int] = ..., sessions: _Optional[int] = ..., wins: _Optional[int] = ..., losses: _Optional[int] = ..., win_rate: _Optional[float] = ...) -> None: ...

class Points(_message.Message):
    __slots__ = ("total", "entries")
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    total: float
    entries: _containers.RepeatedCompositeFieldContainer[_game_pb2.PointsEntry]
    def __init__(self, total: _Optional[float] = ..., entries: _Optional[_Iterable[_Union[_game_pb2.PointsEntry, _Mapping]]] = ...) -> None: ...

class Play(_message.Message):
    __slots__ = ("first_kills", "first_kill_losses", "first_kill_rate", "best_moves", "sheriff_checks", "three_nights", "don_checks", "sheriff_found_first", "votes", "votes_against_sheriff", "votes_received", "nominations", "nominated", "shots", "fouls_per_game", "removed_by_fouls", "removed_by_judge", "yellow_cards")
    FIRST_KILLS_FIELD_NUMBER: _ClassVar[int]
    FIRST_KILL_LOSSES_FIELD_NUMBER: _ClassVar[int]
    FIRST_KILL_RATE_FIELD_NUMBER: _ClassVar[int]
    BEST_MOVES_FIELD_NUMBER: _ClassVar[int]
    SHERIFF_CHECKS_FIELD_NUMBER: _ClassVar[int]
    THREE_NIGHTS_FIELD_NUMBER: _ClassVar[int]
    DON_CHECKS_FIELD_NUMBER: _ClassVar[int]
    SHERIFF_FOUND_FIRST_FIELD_NUMBER: _ClassVar[int]
    VOTES_FIELD_NUMBER: _ClassVar[int]
    VOTES_AGAINST_SHERIFF_FIELD_NUMBER: _ClassVar[int]
    VOTES_RECEIVED_FIELD_NUMBER: _ClassVar[int]
    NOMINATIONS_FIELD_NUMBER: _ClassVar[int]
    NOMINATED_FIELD_NUMBER: _ClassVar[int]
    SHOTS_FIELD_NUMBER: _ClassVar[int]
    FOULS_PER_GAME_FIELD_NUMBER: _ClassVar[int]
    REMOVED_BY_FOULS_FIELD_NUMBER: _ClassVar[int]
    REMOVED_BY_JUDGE_FIELD_NUMBER: _ClassVar[int]
    YELLOW_CARDS_FIELD_NUMBER: _ClassVar[int]
    first_kills: int
    first_kill_losses: int
    first_kill_rate: float
    best_moves: _containers.RepeatedScalarFieldContainer[int]
    sheriff_checks: Hits
    three_nights: int
    don_checks: Hits
    sheriff_found_first: int
    votes: Hits
    votes_against_sheriff: int
    votes_received: int
    nominations: int
    nominated: int
    shots: Hits
    fouls_per_game: float
    removed_by_fouls: int
    removed_by_judge: int
    yellow_cards: int
    def __init__(self, first_kills: _Optional[int] = ..., first_kill_losses: _Optional[int] = ..., first_kill_rate: _Optional[float] = ..., best_moves: _Optional[_Iterable[int]] = ..., sheriff_checks: _Optional[_Union[Hits, _Mapping]] = ..., three_nights: _Optional[int] = ..., don_checks: _Optional[_Union[Hits, _Mapping]] = ..., sheriff_found_first: _Optional[int] = ..., votes: _Optional[_Union[Hits, _Mapping]] = ..., votes_against_sheriff: _Optional[int] = ..., votes_received: _Optional[int] = ..., nominations: _Optional[int] = ..., nominated: _Optional[int] = ..., shots: _Optional[_Union[Hits, _Mapping]] = ..., fouls_per_game: _Optional[float] = ..., removed_by_fouls: _Optional[int] = ..., removed_by_judge: _Optional[int] = ..., yellow_cards: _Optional[int] = ...) -> None: ...

class Hits(_message.Message):
    __slots__ = ("count", "hits")
    COUNT_FIELD_NUMBER: _ClassVar[int]
    HITS_FIELD_NUMBER: _ClassVar[int]
    count: int
    hits: int
    def __init__(self, count: _Optional[int] = ..., hits: _Optional[int] = ...) -> None: ...

class Ending(_message.Message):
    __slots__ = ("fate", "round", "count")
    FATE_FIELD_NUMBER: _ClassVar[int]
    ROUND_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    fate: _game_pb2.Fate
    round: int
    count: int
    def __init__(self, fate: _Optional[_Union[_game_pb2.Fate, str]] = ..., round: _Optional[int] = ..., count: _Optional[int] = ...) -> None: ...

class Form(_message.Message):
    __slots__ = ("current_run", "longest_wins", "longest_losses", "latest")
    CURRENT_RUN_FIELD_NUMBER: _ClassVar[int]
    LONGEST_WINS_FIELD_NUMBER: _ClassVar[int]
    LONGEST_LOSSES_FIELD_NUMBER: _ClassVar[int]
    LATEST_FIELD_NUMBER: _ClassVar[int]
    current_run: int
    longest_wins: int
    longest_losses: int
    latest: _containers.RepeatedScalarFieldContainer[_game_pb2.Result]
    def __init__(self, current_run: _Optional[int] = ..., longest_wins: _Optional[int] = ..., longest_losses: _Optional[int] = ..., latest: _Optional[_Iterable[_Union[_game_pb2.Result, str]]] = ...) -> None: ...

class Rating(_message.Message):
    __slots__ = ("rating", "deviation", "lower_bound", "provisional", "rated_games", "red", "black", "peak", "low", "pending")
    RATING_FIELD_NUMBER: _ClassVar[int]
    DEVIATION_FIELD_NUMBER: _ClassVar[int]
    LOWER_BOUND_FIELD_NUMBER: _ClassVar[int]
    PROVISIONAL_FIELD_NUMBER: _ClassVar[int]
    RATED_GAMES_FIELD_NUMBER: _ClassVar[int]
    RED_FIELD_NUMBER: _ClassVar[int]
    BLACK_FIELD_NUMBER: _ClassVar[int]
    PEAK_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    rating: float
    deviation: float
    lower_bound: float
    provisional: bool
    rated_games: int
    red: SideRating
    black: SideRating
    peak: RatingPeak
    low: RatingPeak
    pending: bool
    def __init__(self, rating: _Optional[float] = ..., deviation: _Optional[float] = ..., lower_bound: _Optional[float] = ..., provisional: _Optional[bool] = ..., rated_games: _Optional[int] = ..., red: _Optional[_Union[SideRating, _Mapping]] = ..., black: _Optional[_Union[SideRating, _Mapping]] = ..., peak: _Optional[_Union[RatingPeak, _Mapping]] = ..., low: _Optional[_Union[RatingPeak, _Mapping]] = ..., pending: _Optional[bool] = ...) -> None: ...

class SideRating(_message.Message):
    __slots__ = ("rating", "deviation", "elo")
    RATING_FIELD_NUMBER: _ClassVar[int]
    DEVIATION_FIELD_NUMBER: _ClassVar[int]
    ELO_FIELD_NUMBER: _ClassVar[int]
    rating: float
    deviation: float
    elo: float
    def __init__(self, rating: _Optional[float] = ..., deviation: _Optional[float] = ..., elo: _Optional[float] = ...) -> None: ...

class RatingPeak(_message.Message):
    __slots__ = ("rating", "game_id", "start_time")
    RATING_FIELD_NUMBER: _ClassVar[int]
    GAME_ID_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    rating: float
    game_id: str
    start_time: _timestamp_pb2.Timestamp
    def __init__(self, rating: _Optional[float] = ..., game_id: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RatingChange(_message.Message):
    __slots__ = ("game_id", "start_time", "role", "result", "chance", "rating_before", "rating_after", "deviation_before", "deviation_after", "elo_before", "elo_after")
    GAME_ID_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    CHANCE_FIELD_NUMBER: _ClassVar[int]
    RATING_BEFORE_FIELD_NUMBER: _ClassVar[int]
    RATING_AFTER_FIELD_NUMBER: _ClassVar[int]
    DEVIATION_BEFORE_FIELD_NUMBER: _ClassVar[int]
    DEVIATION_AFTER_FIELD_NUMBER: _ClassVar[int]
    ELO_BEFORE_FIELD_NUMBER: _ClassVar[int]
    ELO_AFTER_FIELD_NUMBER: _ClassVar[int]
    game_id: str
    start_time: _timestamp_pb2.Timestamp
    role: _game_pb2.Role
    result: _game_pb2.Result
    chance: float
    rating_before: float
    rating_after: float
    deviation_before: float
    deviation_after: float
    elo_before: float
    elo_after: float
    def __init__(self, game_id: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., role: _Optional[_Union[_game_pb2.Role, str]] = ..., result: _Optional[_Union[_game_pb2.Result, str]] = ..., chance: _Optional[float] = ..., rating_before: _Optional[float] = ..., rating_after: _Optional[float] = ..., deviation_before: _Optional[float] = ..., deviation_after: _Optional[float] = ..., elo_before: _Optional[float] = ..., elo_after: _Optional[float] = ...) -> None: ...

class PairStats(_message.Message):
    __slots__ = ("together", "against")
    TOGETHER_FIELD_NUMBER: _ClassVar[int]
    AGAINST_FIELD_NUMBER: _ClassVar[int]
    together: Tally
    against: Tally
    def __init__(self, together: _Optional[_Union[Tally, _Mapping]] = ..., against: _Optional[_Union[Tally, _Mapping]] = ...) -> None: ...

class Standing(_message.Message):
    __slots__ = ("rank", "username", "display_name", "value", "sessions", "wins", "losses", "percentile")
    RANK_FIELD_NUMBER: _ClassVar[int]
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    WINS_FIELD_NUMBER: _ClassVar[int]
    LOSSES_FIELD_NUMBER: _ClassVar[int]
    PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    rank: int
    username: str
    display_name: str
    value: float
    sessions: int
    wins: int
    losses: int
    percentile: float
    def __init__(self, rank: _Optional[int] = ..., username: _Optional[str] = ..., display_name: _Optional[str] = ..., value: _Optional[float] = ..., sessions: _Optional[int] = ..., wins: _Optional[int] = ..., losses: _Optional[int] = ..., percentile: _Optional[float] = ...) -> None: ...
