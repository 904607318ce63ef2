import datetime

from dossier.stats.v1 import game_pb2 as _game_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KIND_UNSPECIFIED: _ClassVar[Kind]
    KIND_PLAYER_REPORT: _ClassVar[Kind]
    KIND_ACCOUNT_EXPORT: _ClassVar[Kind]
    KIND_SEASON_REPORT: _ClassVar[Kind]
    KIND_GAME_CERTIFICATE: _ClassVar[Kind]

class Format(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FORMAT_UNSPECIFIED: _ClassVar[Format]
    FORMAT_PDF: _ClassVar[Format]
    FORMAT_JSON: _ClassVar[Format]
    FORMAT_CSV: _ClassVar[Format]

class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STATE_UNSPECIFIED: _ClassVar[State]
    STATE_QUEUED: _ClassVar[State]
    STATE_RENDERING: _ClassVar[State]
    STATE_READY: _ClassVar[State]
    STATE_FAILED: _ClassVar[State]
    STATE_CANCELLED: _ClassVar[State]

class FailureReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FAILURE_REASON_UNSPECIFIED: _ClassVar[FailureReason]
    FAILURE_REASON_PLAYER_NOT_FOUND: _ClassVar[FailureReason]
    FAILURE_REASON_RENDER_FAILED: _ClassVar[FailureReason]
    FAILURE_REASON_RENDER_LIMIT: _ClassVar[FailureReason]
    FAILURE_REASON_ATTEMPTS_EXHAUSTED: _ClassVar[FailureReason]
    FAILURE_REASON_RENDER_CRASHED: _ClassVar[FailureReason]
    FAILURE_REASON_GAME_NOT_FOUND: _ClassVar[FailureReason]
KIND_UNSPECIFIED: Kind
KIND_PLAYER_REPORT: Kind
KIND_ACCOUNT_EXPORT: Kind
KIND_SEASON_REPORT: Kind
KIND_GAME_CERTIFICATE: Kind
FORMAT_UNSPECIFIED: Format
FORMAT_PDF: Format
FORMAT_JSON: Format
FORMAT_CSV: Format
STATE_UNSPECIFIED: State
STATE_QUEUED: State
STATE_RENDERING: State
STATE_READY: State
STATE_FAILED: State
STATE_CANCELLED: State
FAILURE_REASON_UNSPECIFIED: FailureReason
FAILURE_REASON_PLAYER_NOT_FOUND: FailureReason
FAILURE_REASON_RENDER_FAILED: FailureReason
FAILURE_REASON_RENDER_LIMIT: FailureReason
FAILURE_REASON_ATTEMPTS_EXHAUSTED: FailureReason
FAILURE_REASON_RENDER_CRASHED: FailureReason
FAILURE_REASON_GAME_NOT_FOUND: FailureReason

class Report(_message.Message):
    __slots__ = ("report_id", "username", "state", "failure_reason", "include_email", "create_time", "update_time", "expire_time", "size_bytes", "sha256", "attempt_count", "kind", "format", "locale", "season", "game_kind", "start_time", "end_time", "game_id", "download_uri")
    REPORT_ID_FIELD_NUMBER: _ClassVar[int]
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FAILURE_REASON_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_EMAIL_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_COUNT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    SEASON_FIELD_NUMBER: _ClassVar[int]
    GAME_KIND_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    GAME_ID_FIELD_NUMBER: _ClassVar[int]
    DOWNLOAD_URI_FIELD_NUMBER: _ClassVar[int]
    report_id: str
    username: str
    state: State
    failure_reason: FailureReason
    include_email: bool
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    size_bytes: int
    sha256: str
    attempt_count: int
    kind: Kind
    format: Format
    locale: str
    season: str
    game_kind: _game_pb2.GameKind
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    game_id: str
    download_uri: str
    def __init__(self, report_id: _Optional[str] = ..., username: _Optional[str] = ..., state: _Optional[_Union[State, str]] = ..., failure_reason: _Optional[_Union[FailureReason, str]] = ..., include_email: _Optional[bool] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., size_bytes: _Optional[int] = ..., sha256: _Optional[str] = ..., attempt_count: _Optional[int] = ..., kind: _Optional[_Union[Kind, str]] = ..., format: _Optional[_Union[Format, str]] = ..., locale: _Optional[str] = ..., season: _Optional[str] = ..., game_kind: _Optional[_Union[_game_pb2.GameKind, str]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., game_id: _Optional[str] = ..., download_uri: _Optional[str] = ...) -> None: ...

class IssuedReport(_message.Message):
    __slots__ = ("report_id", "kind", "format", "issue_time", "sha256", "size_bytes", "username", "season", "game_id", "game_kind", "start_time", "end_time")
    REPORT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    ISSUE_TIME_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    SEASON_FIELD_NUMBER: _ClassVar[int]
    GAME_ID_FIELD_NUMBER: _ClassVar[int]
    GAME_KIND_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    report_id: str
    kind: Kind
    format: Format
    issue_time: _timestamp_pb2.Timestamp
    sha256: str
    size_bytes: int
    username: str
    season: str
    game_id: str
    game_kind: _game_pb2.GameKind
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, report_id: _Optional[str] = ..., kind: _Optional[_Union[Kind, str]] = ..., format: _Optional[_Union[Format, str]] = ..., issue_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sha256: _Optional[str] = ..., size_bytes: _Optional[int] = ..., username: _Optional[str] = ..., season: _Optional[str] = ..., game_id: _Optional[str] = ..., game_kind: _Optional[_Union[_game_pb2.GameKind, str]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
