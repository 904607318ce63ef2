import datetime

from dossier.stats.v1 import game_pb2 as _game_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PlayerStats(_message.Message):
    __slots__ = ("overall", "roles")
    OVERALL_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    overall: Tally
    roles: _containers.RepeatedCompositeFieldContainer[RoleTally]
    def __init__(self, overall: _Optional[_Union[Tally, _Mapping]] = ..., roles: _Optional[_Iterable[_Union[RoleTally, _Mapping]]] = ...) -> None: ...

class Tally(_message.Message):
    __slots__ = ("sessions", "wins", "losses", "draws", "play_time", "win_rate")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    WINS_FIELD_NUMBER: _ClassVar[int]
    LOSSES_FIELD_NUMBER: _ClassVar[int]
    DRAWS_FIELD_NUMBER: _ClassVar[int]
    PLAY_TIME_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    sessions: int
    wins: int
    losses: int
    draws: int
    play_time: _duration_pb2.Duration
    win_rate: float
    def __init__(self, sessions: _Optional[int] = ..., wins: _Optional[int] = ..., losses: _Optional[int] = ..., draws: _Optional[int] = ..., play_time: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., win_rate: _Optional[float] = ...) -> None: ...

class RoleTally(_message.Message):
    __slots__ = ("role", "tally")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    TALLY_FIELD_NUMBER: _ClassVar[int]
    role: _game_pb2.Role
    tally: Tally
    def __init__(self, role: _Optional[_Union[_game_pb2.Role, str]] = ..., tally: _Optional[_Union[Tally, _Mapping]] = ...) -> None: ...
