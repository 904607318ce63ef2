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

class GameKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GAME_KIND_UNSPECIFIED: _ClassVar[GameKind]
    GAME_KIND_CLUB: _ClassVar[GameKind]
    GAME_KIND_TOURNAMENT: _ClassVar[GameKind]
    GAME_KIND_ELITE: _ClassVar[GameKind]

class Stage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STAGE_UNSPECIFIED: _ClassVar[Stage]
    STAGE_MAIN: _ClassVar[Stage]
    STAGE_SECOND_ROUND: _ClassVar[Stage]
    STAGE_FINAL: _ClassVar[Stage]

class Fate(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FATE_UNSPECIFIED: _ClassVar[Fate]
    FATE_SURVIVED: _ClassVar[Fate]
    FATE_VOTED_OUT: _ClassVar[Fate]
    FATE_KILLED: _ClassVar[Fate]
    FATE_REMOVED_BY_FOULS: _ClassVar[Fate]
    FATE_REMOVED_BY_JUDGE: _ClassVar[Fate]

class PointsReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POINTS_REASON_UNSPECIFIED: _ClassVar[PointsReason]
    POINTS_REASON_RESULT: _ClassVar[PointsReason]
    POINTS_REASON_BEST_MOVE: _ClassVar[PointsReason]
    POINTS_REASON_BEST_PLAY: _ClassVar[PointsReason]
    POINTS_REASON_BONUS: _ClassVar[PointsReason]
    POINTS_REASON_PENALTY: _ClassVar[PointsReason]
    POINTS_REASON_DISCIPLINE: _ClassVar[PointsReason]
    POINTS_REASON_COMPENSATION: _ClassVar[PointsReason]

class GameState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GAME_STATE_UNSPECIFIED: _ClassVar[GameState]
    GAME_STATE_COUNTED: _ClassVar[GameState]
    GAME_STATE_VOIDED: _ClassVar[GameState]

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
    WINNER_VOID: _ClassVar[Winner]

class Result(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESULT_UNSPECIFIED: _ClassVar[Result]
    RESULT_WIN: _ClassVar[Result]
    RESULT_LOSS: _ClassVar[Result]
    RESULT_DRAW: _ClassVar[Result]
    RESULT_VOID: _ClassVar[Result]
GAME_KIND_UNSPECIFIED: GameKind
GAME_KIND_CLUB: GameKind
GAME_KIND_TOURNAMENT: GameKind
GAME_KIND_ELITE: GameKind
STAGE_UNSPECIFIED: Stage
STAGE_MAIN: Stage
STAGE_SECOND_ROUND: Stage
STAGE_FINAL: Stage
FATE_UNSPECIFIED: Fate
FATE_SURVIVED: Fate
FATE_VOTED_OUT: Fate
FATE_KILLED: Fate
FATE_REMOVED_BY_FOULS: Fate
FATE_REMOVED_BY_JUDGE: Fate
POINTS_REASON_UNSPECIFIED: PointsReason
POINTS_REASON_RESULT: PointsReason
POINTS_REASON_BEST_MOVE: PointsReason
POINTS_REASON_BEST_PLAY: PointsReason
POINTS_REASON_BONUS: PointsReason
POINTS_REASON_PENALTY: PointsReason
POINTS_REASON_DISCIPLINE: PointsReason
POINTS_REASON_COMPENSATION: PointsReason
GAME_STATE_UNSPECIFIED: GameState
GAME_STATE_COUNTED: GameState
GAME_STATE_VOIDED: GameState
ROLE_UNSPECIFIED: Role
ROLE_CIVILIAN: Role
ROLE_SHERIFF: Role
ROLE_MAFIA: Role
ROLE_DON: Role
WINNER_UNSPECIFIED: Winner
WINNER_RED: Winner
WINNER_BLACK: Winner
WINNER_DRAW: Winner
WINNER_VOID: Winner
RESULT_UNSPECIFIED: Result
RESULT_WIN: Result
RESULT_LOSS: Result
RESULT_DRAW: Result
RESULT_VOID: Result

class Game(_message.Message):
    __slots__ = ("game_id", "start_time", "duration", "winner", "seats", "create_time", "table", "season", "kind", "stage", "rule_set", "points_profile", "awarded", "best_move", "nominations", "votes", "checks", "shots", "state", "etag", "update_time", "red_chance")
    GAME_ID_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    WINNER_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    SEASON_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    RULE_SET_FIELD_NUMBER: _ClassVar[int]
    POINTS_PROFILE_FIELD_NUMBER: _ClassVar[int]
    AWARDED_FIELD_NUMBER: _ClassVar[int]
    BEST_MOVE_FIELD_NUMBER: _ClassVar[int]
    NOMINATIONS_FIELD_NUMBER: _ClassVar[int]
    VOTES_FIELD_NUMBER: _ClassVar[int]
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    SHOTS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    RED_CHANCE_FIELD_NUMBER: _ClassVar[int]
    game_id: str
    start_time: _timestamp_pb2.Timestamp
    duration: _duration_pb2.Duration
    winner: Winner
    seats: _containers.RepeatedCompositeFieldContainer[Seat]
    create_time: _timestamp_pb2.Timestamp
    table: str
    season: str
    kind: GameKind
    stage: Stage
    rule_set: str
    points_profile: str
    awarded: bool
    best_move: BestMove
    nominations: _containers.RepeatedCompositeFieldContainer[Nomination]
    votes: _containers.RepeatedCompositeFieldContainer[Vote]
    checks: _containers.RepeatedCompositeFieldContainer[Check]
    shots: _containers.RepeatedCompositeFieldContainer[Shot]
    state: GameState
    etag: str
    update_time: _timestamp_pb2.Timestamp
    red_chance: float
    def __init__(self, game_id: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., winner: _Optional[_Union[Winner, str]] = ..., seats: _Optional[_Iterable[_Union[Seat, _Mapping]]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., table: _Optional[str] = ..., season: _Optional[str] = ..., kind: _Optional[_Union[GameKind, str]] = ..., stage: _Optional[_Union[Stage, str]] = ..., rule_set: _Optional[str] = ..., points_profile: _Optional[str] = ..., awarded: _Optional[bool] = ..., best_move: _Optional[_Union[BestMove, _Mapping]] = ..., nominations: _Optional[_Iterable[_Union[Nomination, _Mapping]]] = ..., votes: _Optional[_Iterable[_Union[Vote, _Mapping]]] = ..., checks: _Optional[_Iterable[_Union[Check, _Mapping]]] = ..., shots: _Optional[_Iterable[_Union[Shot, _Mapping]]] = ..., state: _Optional[_Union[GameState, str]] = ..., etag: _Optional[str] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., red_chance: _Optional[float] = ...) -> None: ...

class Seat(_message.Message):
    __slots__ = ("seat_number", "username", "role", "result", "nickname", "fate", "fate_round", "fouls", "yellow_cards", "best_play", "bonus", "penalty", "points")
    SEAT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    NICKNAME_FIELD_NUMBER: _ClassVar[int]
    FATE_FIELD_NUMBER: _ClassVar[int]
    FATE_ROUND_FIELD_NUMBER: _ClassVar[int]
    FOULS_FIELD_NUMBER: _ClassVar[int]
    YELLOW_CARDS_FIELD_NUMBER: _ClassVar[int]
    BEST_PLAY_FIELD_NUMBER: _ClassVar[int]
    BONUS_FIELD_NUMBER: _ClassVar[int]
    PENALTY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    seat_number: int
    username: str
    role: Role
    result: Result
    nickname: str
    fate: Fate
    fate_round: int
    fouls: int
    yellow_cards: int
    best_play: bool
    bonus: float
    penalty: float
    points: _containers.RepeatedCompositeFieldContainer[PointsEntry]
    def __init__(self, seat_number: _Optional[int] = ..., username: _Optional[str] = ..., role: _Optional[_Union[Role, str]] = ..., result: _Optional[_Union[Result, str]] = ..., nickname: _Optional[str] = ..., fate: _Optional[_Union[Fate, str]] = ..., fate_round: _Optional[int] = ..., fouls: _Optional[int] = ..., yellow_cards: _Optional[int] = ..., best_play: _Optional[bool] = ..., bonus: _Optional[float] = ..., penalty: _Optional[float] = ..., points: _Optional[_Iterable[_Union[PointsEntry, _Mapping]]] = ...) -> None: ...

class PointsEntry(_message.Message):
    __slots__ = ("reason", "points")
    REASON_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    reason: PointsReason
    points: float
    def __init__(self, reason: _Optional[_Union[PointsReason, str]] = ..., points: _Optional[float] = ...) -> None: ...

class BestMove(_message.Message):
    __slots__ = ("seat_number", "suspects")
    SEAT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    SUSPECTS_FIELD_NUMBER: _ClassVar[int]
    seat_number: int
    suspects: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, seat_number: _Optional[int] = ..., suspects: _Optional[_Iterable[int]] = ...) -> None: ...

class Nomination(_message.Message):
    __slots__ = ("day", "by_seat", "seat_number")
    DAY_FIELD_NUMBER: _ClassVar[int]
    BY_SEAT_FIELD_NUMBER: _ClassVar[int]
    SEAT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    day: int
    by_seat: int
    seat_number: int
    def __init__(self, day: _Optional[int] = ..., by_seat: _Optional[int] = ..., seat_number: _Optional[int] = ...) -> None: ...

class Vote(_message.Message):
    __slots__ = ("day", "by_seat", "seat_number")
    DAY_FIELD_NUMBER: _ClassVar[int]
    BY_SEAT_FIELD_NUMBER: _ClassVar[int]
    SEAT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    day: int
    by_seat: int
    seat_number: int
    def __init__(self, day: _Optional[int] = ..., by_seat: _Optional[int] = ..., seat_number: _Optional[int] = ...) -> None: ...

class Check(_message.Message):
    __slots__ = ("night", "by_seat", "seat_number")
    NIGHT_FIELD_NUMBER: _ClassVar[int]
    BY_SEAT_FIELD_NUMBER: _ClassVar[int]
    SEAT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    night: int
    by_seat: int
    seat_number: int
    def __init__(self, night: _Optional[int] = ..., by_seat: _Optional[int] = ..., seat_number: _Optional[int] = ...) -> None: ...

class Shot(_message.Message):
    __slots__ = ("night", "by_seat", "seat_number")
    NIGHT_FIELD_NUMBER: _ClassVar[int]
    BY_SEAT_FIELD_NUMBER: _ClassVar[int]
    SEAT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    night: int
    by_seat: int
    seat_number: int
    def __init__(self, night: _Optional[int] = ..., by_seat: _Optional[int] = ..., seat_number: _Optional[int] = ...) -> None: ...
