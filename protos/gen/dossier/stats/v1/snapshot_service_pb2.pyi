import datetime

from buf.validate import validate_pb2 as _validate_pb2
from dossier.access.v1 import access_pb2 as _access_pb2
from dossier.common.v1 import rules_pb2 as _rules_pb2
from dossier.profile.v1 import user_pb2 as _user_pb2
from dossier.stats.v1 import game_pb2 as _game_pb2
from dossier.stats.v1 import player_stats_pb2 as _player_stats_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetSnapshotRequest(_message.Message):
    __slots__ = ("username", "include_email", "viewer_account_id", "season", "kind", "start_time", "end_time")
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_EMAIL_FIELD_NUMBER: _ClassVar[int]
    VIEWER_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SEASON_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    username: str
    include_email: bool
    viewer_account_id: str
    season: str
    kind: _game_pb2.GameKind
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, username: _Optional[str] = ..., include_email: _Optional[bool] = ..., viewer_account_id: _Optional[str] = ..., season: _Optional[str] = ..., kind: _Optional[_Union[_game_pb2.GameKind, str]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetSnapshotResponse(_message.Message):
    __slots__ = ("user", "email", "avatar", "stats", "games", "read_time", "stats_hidden", "games_hidden", "standing", "ranked_players", "weeks", "partners", "opponents")
    USER_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    AVATAR_FIELD_NUMBER: _ClassVar[int]
    STATS_FIELD_NUMBER: _ClassVar[int]
    GAMES_FIELD_NUMBER: _ClassVar[int]
    READ_TIME_FIELD_NUMBER: _ClassVar[int]
    STATS_HIDDEN_FIELD_NUMBER: _ClassVar[int]
    GAMES_HIDDEN_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    RANKED_PLAYERS_FIELD_NUMBER: _ClassVar[int]
    WEEKS_FIELD_NUMBER: _ClassVar[int]
    PARTNERS_FIELD_NUMBER: _ClassVar[int]
    OPPONENTS_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    email: str
    avatar: bytes
    stats: _player_stats_pb2.PlayerStats
    games: _containers.RepeatedCompositeFieldContainer[PlayedGame]
    read_time: _timestamp_pb2.Timestamp
    stats_hidden: bool
    games_hidden: bool
    standing: _player_stats_pb2.Standing
    ranked_players: int
    weeks: _containers.RepeatedCompositeFieldContainer[WeekTally]
    partners: _containers.RepeatedCompositeFieldContainer[Companion]
    opponents: _containers.RepeatedCompositeFieldContainer[Companion]
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ..., email: _Optional[str] = ..., avatar: _Optional[bytes] = ..., stats: _Optional[_Union[_player_stats_pb2.PlayerStats, _Mapping]] = ..., games: _Optional[_Iterable[_Union[PlayedGame, _Mapping]]] = ..., read_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stats_hidden: _Optional[bool] = ..., games_hidden: _Optional[bool] = ..., standing: _Optional[_Union[_player_stats_pb2.Standing, _Mapping]] = ..., ranked_players: _Optional[int] = ..., weeks: _Optional[_Iterable[_Union[WeekTally, _Mapping]]] = ..., partners: _Optional[_Iterable[_Union[Companion, _Mapping]]] = ..., opponents: _Optional[_Iterable[_Union[Companion, _Mapping]]] = ...) -> None: ...

class PlayedGame(_message.Message):
    __slots__ = ("game_id", "start_time", "duration", "seat_number", "role", "result", "season", "kind", "table", "fate", "fate_round", "points", "rating_before", "rating_after", "deviation_after")
    GAME_ID_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    SEAT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    SEASON_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    FATE_FIELD_NUMBER: _ClassVar[int]
    FATE_ROUND_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    RATING_BEFORE_FIELD_NUMBER: _ClassVar[int]
    RATING_AFTER_FIELD_NUMBER: _ClassVar[int]
    DEVIATION_AFTER_FIELD_NUMBER: _ClassVar[int]
    game_id: str
    start_time: _timestamp_pb2.Timestamp
    duration: _duration_pb2.Duration
    seat_number: int
    role: _game_pb2.Role
    result: _game_pb2.Result
    season: str
    kind: _game_pb2.GameKind
    table: str
    fate: _game_pb2.Fate
    fate_round: int
    points: float
    rating_before: float
    rating_after: float
    deviation_after: float
    def __init__(self, game_id: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., seat_number: _Optional[int] = ..., role: _Optional[_Union[_game_pb2.Role, str]] = ..., result: _Optional[_Union[_game_pb2.Result, str]] = ..., season: _Optional[str] = ..., kind: _Optional[_Union[_game_pb2.GameKind, str]] = ..., table: _Optional[str] = ..., fate: _Optional[_Union[_game_pb2.Fate, str]] = ..., fate_round: _Optional[int] = ..., points: _Optional[float] = ..., rating_before: _Optional[float] = ..., rating_after: _Optional[float] = ..., deviation_after: _Optional[float] = ...) -> None: ...

class WeekTally(_message.Message):
    __slots__ = ("start_time", "wins", "losses", "draws", "play_time")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    WINS_FIELD_NUMBER: _ClassVar[int]
    LOSSES_FIELD_NUMBER: _ClassVar[int]
    DRAWS_FIELD_NUMBER: _ClassVar[int]
    PLAY_TIME_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    wins: int
    losses: int
    draws: int
    play_time: _duration_pb2.Duration
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., wins: _Optional[int] = ..., losses: _Optional[int] = ..., draws: _Optional[int] = ..., play_time: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Companion(_message.Message):
    __slots__ = ("username", "display_name", "tally")
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    TALLY_FIELD_NUMBER: _ClassVar[int]
    username: str
    display_name: str
    tally: _player_stats_pb2.Tally
    def __init__(self, username: _Optional[str] = ..., display_name: _Optional[str] = ..., tally: _Optional[_Union[_player_stats_pb2.Tally, _Mapping]] = ...) -> None: ...

class GetSeasonSnapshotRequest(_message.Message):
    __slots__ = ("season", "kind", "viewer_account_id")
    SEASON_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VIEWER_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    season: str
    kind: _game_pb2.GameKind
    viewer_account_id: str
    def __init__(self, season: _Optional[str] = ..., kind: _Optional[_Union[_game_pb2.GameKind, str]] = ..., viewer_account_id: _Optional[str] = ...) -> None: ...

class GetSeasonSnapshotResponse(_message.Message):
    __slots__ = ("read_time", "first_time", "last_time", "red_wins", "black_wins", "draws", "voids", "play_time", "players", "weeks", "roles", "standings", "ranked_players", "records", "calibration", "locale")
    READ_TIME_FIELD_NUMBER: _ClassVar[int]
    FIRST_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_TIME_FIELD_NUMBER: _ClassVar[int]
    RED_WINS_FIELD_NUMBER: _ClassVar[int]
    BLACK_WINS_FIELD_NUMBER: _ClassVar[int]
    DRAWS_FIELD_NUMBER: _ClassVar[int]
    VOIDS_FIELD_NUMBER: _ClassVar[int]
    PLAY_TIME_FIELD_NUMBER: _ClassVar[int]
    PLAYERS_FIELD_NUMBER: _ClassVar[int]
    WEEKS_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    STANDINGS_FIELD_NUMBER: _ClassVar[int]
    RANKED_PLAYERS_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    read_time: _timestamp_pb2.Timestamp
    first_time: _timestamp_pb2.Timestamp
    last_time: _timestamp_pb2.Timestamp
    red_wins: int
    black_wins: int
    draws: int
    voids: int
    play_time: _duration_pb2.Duration
    players: int
    weeks: _containers.RepeatedCompositeFieldContainer[WeekTally]
    roles: _containers.RepeatedCompositeFieldContainer[_player_stats_pb2.RoleTally]
    standings: _containers.RepeatedCompositeFieldContainer[StandingLine]
    ranked_players: int
    records: _containers.RepeatedCompositeFieldContainer[SeasonRecord]
    calibration: Calibration
    locale: str
    def __init__(self, read_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., first_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., red_wins: _Optional[int] = ..., black_wins: _Optional[int] = ..., draws: _Optional[int] = ..., voids: _Optional[int] = ..., play_time: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., players: _Optional[int] = ..., weeks: _Optional[_Iterable[_Union[WeekTally, _Mapping]]] = ..., roles: _Optional[_Iterable[_Union[_player_stats_pb2.RoleTally, _Mapping]]] = ..., standings: _Optional[_Iterable[_Union[StandingLine, _Mapping]]] = ..., ranked_players: _Optional[int] = ..., records: _Optional[_Iterable[_Union[SeasonRecord, _Mapping]]] = ..., calibration: _Optional[_Union[Calibration, _Mapping]] = ..., locale: _Optional[str] = ...) -> None: ...

class StandingLine(_message.Message):
    __slots__ = ("standing", "win_rate", "wins_above_club", "rating_bound")
    STANDING_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    WINS_ABOVE_CLUB_FIELD_NUMBER: _ClassVar[int]
    RATING_BOUND_FIELD_NUMBER: _ClassVar[int]
    standing: _player_stats_pb2.Standing
    win_rate: float
    wins_above_club: float
    rating_bound: float
    def __init__(self, standing: _Optional[_Union[_player_stats_pb2.Standing, _Mapping]] = ..., win_rate: _Optional[float] = ..., wins_above_club: _Optional[float] = ..., rating_bound: _Optional[float] = ...) -> None: ...

class SeasonRecord(_message.Message):
    __slots__ = ("kind", "username", "display_name", "value")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[SeasonRecord.Kind]
        KIND_MOST_GAMES: _ClassVar[SeasonRecord.Kind]
        KIND_MOST_POINTS: _ClassVar[SeasonRecord.Kind]
        KIND_BEST_WIN_RATE: _ClassVar[SeasonRecord.Kind]
        KIND_MOST_WINS_ABOVE_CLUB: _ClassVar[SeasonRecord.Kind]
        KIND_LONGEST_WINS: _ClassVar[SeasonRecord.Kind]
    KIND_UNSPECIFIED: SeasonRecord.Kind
    KIND_MOST_GAMES: SeasonRecord.Kind
    KIND_MOST_POINTS: SeasonRecord.Kind
    KIND_BEST_WIN_RATE: SeasonRecord.Kind
    KIND_MOST_WINS_ABOVE_CLUB: SeasonRecord.Kind
    KIND_LONGEST_WINS: SeasonRecord.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    kind: SeasonRecord.Kind
    username: str
    display_name: str
    value: float
    def __init__(self, kind: _Optional[_Union[SeasonRecord.Kind, str]] = ..., username: _Optional[str] = ..., display_name: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...

class Calibration(_message.Message):
    __slots__ = ("games", "log_loss", "base_log_loss", "brier", "bins")
    GAMES_FIELD_NUMBER: _ClassVar[int]
    LOG_LOSS_FIELD_NUMBER: _ClassVar[int]
    BASE_LOG_LOSS_FIELD_NUMBER: _ClassVar[int]
    BRIER_FIELD_NUMBER: _ClassVar[int]
    BINS_FIELD_NUMBER: _ClassVar[int]
    games: int
    log_loss: float
    base_log_loss: float
    brier: float
    bins: _containers.RepeatedCompositeFieldContainer[CalibrationBin]
    def __init__(self, games: _Optional[int] = ..., log_loss: _Optional[float] = ..., base_log_loss: _Optional[float] = ..., brier: _Optional[float] = ..., bins: _Optional[_Iterable[_Union[CalibrationBin, _Mapping]]] = ...) -> None: ...

class CalibrationBin(_message.Message):
    __slots__ = ("low", "games", "mean_chance", "red_wins")
    LOW_FIELD_NUMBER: _ClassVar[int]
    GAMES_FIELD_NUMBER: _ClassVar[int]
    MEAN_CHANCE_FIELD_NUMBER: _ClassVar[int]
    RED_WINS_FIELD_NUMBER: _ClassVar[int]
    low: float
    games: int
    mean_chance: float
    red_wins: int
    def __init__(self, low: _Optional[float] = ..., games: _Optional[int] = ..., mean_chance: _Optional[float] = ..., red_wins: _Optional[int] = ...) -> None: ...

class GetGameSnapshotRequest(_message.Message):
    __slots__ = ("game_id", "viewer_account_id")
    GAME_ID_FIELD_NUMBER: _ClassVar[int]
    VIEWER_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    game_id: str
    viewer_account_id: str
    def __init__(self, game_id: _Optional[str] = ..., viewer_account_id: _Optional[str] = ...) -> None: ...

class GetGameSnapshotResponse(_message.Message):
    __slots__ = ("read_time", "game", "names", "locale")
    READ_TIME_FIELD_NUMBER: _ClassVar[int]
    GAME_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    read_time: _timestamp_pb2.Timestamp
    game: _game_pb2.Game
    names: _containers.RepeatedCompositeFieldContainer[SeatName]
    locale: str
    def __init__(self, read_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., game: _Optional[_Union[_game_pb2.Game, _Mapping]] = ..., names: _Optional[_Iterable[_Union[SeatName, _Mapping]]] = ..., locale: _Optional[str] = ...) -> None: ...

class SeatName(_message.Message):
    __slots__ = ("seat_number", "display_name")
    SEAT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    seat_number: int
    display_name: str
    def __init__(self, seat_number: _Optional[int] = ..., display_name: _Optional[str] = ...) -> None: ...
