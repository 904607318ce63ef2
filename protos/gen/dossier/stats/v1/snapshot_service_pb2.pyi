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
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetSnapshotRequest(_message.Message):
    __slots__ = ("username", "include_email", "viewer_account_id")
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_EMAIL_FIELD_NUMBER: _ClassVar[int]
    VIEWER_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    username: str
    include_email: bool
    viewer_account_id: str
    def __init__(self, username: _Optional[str] = ..., include_email: _Optional[bool] = ..., viewer_account_id: _Optional[str] = ...) -> None: ...

class GetSnapshotResponse(_message.Message):
    __slots__ = ("user", "email", "avatar", "stats", "games", "read_time", "stats_hidden", "games_hidden")
    USER_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    AVATAR_FIELD_NUMBER: _ClassVar[int]
    STATS_FIELD_NUMBER: _ClassVar[int]
    GAMES_FIELD_NUMBER: _ClassVar[int]
    READ_TIME_FIELD_NUMBER: _ClassVar[int]
    STATS_HIDDEN_FIELD_NUMBER: _ClassVar[int]
    GAMES_HIDDEN_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    email: str
    avatar: bytes
    stats: _player_stats_pb2.PlayerStats
    games: _containers.RepeatedCompositeFieldContainer[PlayedGame]
    read_time: _timestamp_pb2.Timestamp
    stats_hidden: bool
    games_hidden: bool
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ..., email: _Optional[str] = ..., avatar: _Optional[bytes] = ..., stats: _Optional[_Union[_player_stats_pb2.PlayerStats, _Mapping]] = ..., games: _Optional[_Iterable[_Union[PlayedGame, _Mapping]]] = ..., read_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stats_hidden: _Optional[bool] = ..., games_hidden: _Optional[bool] = ...) -> None: ...

class PlayedGame(_message.Message):
    __slots__ = ("game_id", "start_time", "duration", "seat_number", "role", "result")
    GAME_ID_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    SEAT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    game_id: str
    start_time: _timestamp_pb2.Timestamp
    duration: _duration_pb2.Duration
    seat_number: int
    role: _game_pb2.Role
    result: _game_pb2.Result
    def __init__(self, game_id: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., seat_number: _Optional[int] = ..., role: _Optional[_Union[_game_pb2.Role, str]] = ..., result: _Optional[_Union[_game_pb2.Result, str]] = ...) -> None: ...
