import datetime

from buf.validate import validate_pb2 as _validate_pb2
from dossier.access.v1 import access_pb2 as _access_pb2
from dossier.common.v1 import rules_pb2 as _rules_pb2
from dossier.stats.v1 import game_pb2 as _game_pb2
from dossier.stats.v1 import player_stats_pb2 as _player_stats_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Board(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BOARD_UNSPECIFIED: _ClassVar[Board]
    BOARD_RATING: _ClassVar[Board]
    BOARD_WIN_RATE: _ClassVar[Board]
    BOARD_POINTS: _ClassVar[Board]
    BOARD_WINS_ABOVE_CLUB: _ClassVar[Board]
    BOARD_POINTS_PER_GAME: _ClassVar[Board]
BOARD_UNSPECIFIED: Board
BOARD_RATING: Board
BOARD_WIN_RATE: Board
BOARD_POINTS: Board
BOARD_WINS_ABOVE_CLUB: Board
BOARD_POINTS_PER_GAME: Board

class GetPlayerStatsRequest(_message.Message):
    __slots__ = ("username", "start_time", "end_time", "season", "kind")
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    SEASON_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    username: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    season: str
    kind: _game_pb2.GameKind
    def __init__(self, username: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., season: _Optional[str] = ..., kind: _Optional[_Union[_game_pb2.GameKind, str]] = ...) -> None: ...

class GetPlayerStatsResponse(_message.Message):
    __slots__ = ("stats",)
    STATS_FIELD_NUMBER: _ClassVar[int]
    stats: _player_stats_pb2.PlayerStats
    def __init__(self, stats: _Optional[_Union[_player_stats_pb2.PlayerStats, _Mapping]] = ...) -> None: ...

class GetPairStatsRequest(_message.Message):
    __slots__ = ("username", "other_username", "start_time", "end_time", "season", "kind")
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    OTHER_USERNAME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    SEASON_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    username: str
    other_username: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    season: str
    kind: _game_pb2.GameKind
    def __init__(self, username: _Optional[str] = ..., other_username: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., season: _Optional[str] = ..., kind: _Optional[_Union[_game_pb2.GameKind, str]] = ...) -> None: ...

class GetPairStatsResponse(_message.Message):
    __slots__ = ("stats",)
    STATS_FIELD_NUMBER: _ClassVar[int]
    stats: _player_stats_pb2.PairStats
    def __init__(self, stats: _Optional[_Union[_player_stats_pb2.PairStats, _Mapping]] = ...) -> None: ...

class ListRatingChangesRequest(_message.Message):
    __slots__ = ("username", "page_size", "page_token")
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    username: str
    page_size: int
    page_token: str
    def __init__(self, username: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRatingChangesResponse(_message.Message):
    __slots__ = ("changes", "next_page_token")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[_player_stats_pb2.RatingChange]
    next_page_token: str
    def __init__(self, changes: _Optional[_Iterable[_Union[_player_stats_pb2.RatingChange, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListStandingsRequest(_message.Message):
    __slots__ = ("board", "season", "kind", "minimum_sessions", "around", "page_size", "page_token")
    BOARD_FIELD_NUMBER: _ClassVar[int]
    SEASON_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_SESSIONS_FIELD_NUMBER: _ClassVar[int]
    AROUND_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    board: Board
    season: str
    kind: _game_pb2.GameKind
    minimum_sessions: int
    around: str
    page_size: int
    page_token: str
    def __init__(self, board: _Optional[_Union[Board, str]] = ..., season: _Optional[str] = ..., kind: _Optional[_Union[_game_pb2.GameKind, str]] = ..., minimum_sessions: _Optional[int] = ..., around: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListStandingsResponse(_message.Message):
    __slots__ = ("standings", "next_page_token", "total_size")
    STANDINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    standings: _containers.RepeatedCompositeFieldContainer[_player_stats_pb2.Standing]
    next_page_token: str
    total_size: int
    def __init__(self, standings: _Optional[_Iterable[_Union[_player_stats_pb2.Standing, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class ListSeasonsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSeasonsResponse(_message.Message):
    __slots__ = ("seasons",)
    SEASONS_FIELD_NUMBER: _ClassVar[int]
    seasons: _containers.RepeatedCompositeFieldContainer[Season]
    def __init__(self, seasons: _Optional[_Iterable[_Union[Season, _Mapping]]] = ...) -> None: ...

class Season(_message.Message):
    __slots__ = ("season", "game_count", "first_time", "last_time")
    SEASON_FIELD_NUMBER: _ClassVar[int]
    GAME_COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_TIME_FIELD_NUMBER: _ClassVar[int]
    season: str
    game_count: int
    first_time: _timestamp_pb2.Timestamp
    last_time: _timestamp_pb2.Timestamp
    def __init__(self, season: _Optional[str] = ..., game_count: _Optional[int] = ..., first_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListRulesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListRulesResponse(_message.Message):
    __slots__ = ("rule_sets", "points_profiles", "default_points_profile")
    RULE_SETS_FIELD_NUMBER: _ClassVar[int]
    POINTS_PROFILES_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_POINTS_PROFILE_FIELD_NUMBER: _ClassVar[int]
    rule_sets: _containers.RepeatedCompositeFieldContainer[Rules]
    points_profiles: _containers.RepeatedCompositeFieldContainer[Rules]
    default_points_profile: str
    def __init__(self, rule_sets: _Optional[_Iterable[_Union[Rules, _Mapping]]] = ..., points_profiles: _Optional[_Iterable[_Union[Rules, _Mapping]]] = ..., default_points_profile: _Optional[str] = ...) -> None: ...

class Rules(_message.Message):
    __slots__ = ("id", "title", "text")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    text: str
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...
