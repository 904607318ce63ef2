import datetime

from buf.validate import validate_pb2 as _validate_pb2
from dossier.common.v1 import rules_pb2 as _rules_pb2
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

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_CIVILIAN: _ClassVar[Role]
    ROLE_SHERIFF: _ClassVar[Role]
    ROLE_MAFIA: _ClassVar[Role]
    ROLE_DON: _ClassVar[Role]

class Winner(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WINNER_UNSPECIFIED: _ClassVar[Winner]
    WINNER_RED: _ClassVar[Winner]
    WINNER_BLACK: _ClassVar[Winner]
    WINNER_DRAW: _ClassVar[Winner]

class Result(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESULT_UNSPECIFIED: _ClassVar[Result]
    RESULT_WIN: _ClassVar[Result]
    RESULT_LOSS: _ClassVar[Result]
    RESULT_DRAW: _ClassVar[Result]
ROLE_UNSPECIFIED: Role
ROLE_CIVILIAN: Role
ROLE_SHERIFF: Role
ROLE_MAFIA: Role
ROLE_DON: Role
WINNER_UNSPECIFIED: Winner
WINNER_RED: Winner
WINNER_BLACK: Winner
WINNER_DRAW: Winner
RESULT_UNSPECIFIED: Result
RESULT_WIN: Result
RESULT_LOSS: Result
RESULT_DRAW: Result

class Game(_message.Message):
    __slots__ = ("game_id", "start_time", "duration", "winner", "seats", "create_time")
    GAME_ID_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    WINNER_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    game_id: str
    start_time: _timestamp_pb2.Timestamp
    duration: _duration_pb2.Duration
    winner: Winner
    seats: _containers.RepeatedCompositeFieldContainer[Seat]
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, game_id: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., winner: _Optional[_Union[Winner, str]] = ..., seats: _Optional[_Iterable[_Union[Seat, _Mapping]]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Seat(_message.Message):
    __slots__ = ("seat_number", "username", "role", "result")
    SEAT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    seat_number: int
    username: str
    role: Role
    result: Result
    def __init__(self, seat_number: _Optional[int] = ..., username: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ..., result: _Optional[_Union[Result, str]] = ...) -> None: ...
