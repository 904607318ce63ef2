import datetime

from buf.validate import validate_pb2 as _validate_pb2
from dossier.access.v1 import access_pb2 as _access_pb2
from dossier.common.v1 import rules_pb2 as _rules_pb2
from dossier.profile.v1 import account_service_pb2 as _account_service_pb2
from dossier.profile.v1 import user_pb2 as _user_pb2
from dossier.stats.v1 import player_stats_pb2 as _player_stats_pb2
from dossier.stats.v1 import snapshot_service_pb2 as _snapshot_service_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReadAccountRequest(_message.Message):
    __slots__ = ("account_id", "export_id")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: str
    export_id: str
    def __init__(self, account_id: _Optional[str] = ..., export_id: _Optional[str] = ...) -> None: ...

class ReadAccountResponse(_message.Message):
    __slots__ = ("account", "sessions", "games", "audit_events")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    GAMES_FIELD_NUMBER: _ClassVar[int]
    AUDIT_EVENTS_FIELD_NUMBER: _ClassVar[int]
    account: ExportedAccount
    sessions: _containers.RepeatedCompositeFieldContainer[ExportedSession]
    games: _containers.RepeatedCompositeFieldContainer[_snapshot_service_pb2.PlayedGame]
    audit_events: _containers.RepeatedCompositeFieldContainer[ExportedAuditEvent]
    def __init__(self, account: _Optional[_Union[ExportedAccount, _Mapping]] = ..., sessions: _Optional[_Iterable[_Union[ExportedSession, _Mapping]]] = ..., games: _Optional[_Iterable[_Union[_snapshot_service_pb2.PlayedGame, _Mapping]]] = ..., audit_events: _Optional[_Iterable[_Union[ExportedAuditEvent, _Mapping]]] = ...) -> None: ...

class ExportedAuditEvent(_message.Message):
    __slots__ = ("event_time", "kind", "address", "details", "done_by_owner", "done_to_owner")
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    DONE_BY_OWNER_FIELD_NUMBER: _ClassVar[int]
    DONE_TO_OWNER_FIELD_NUMBER: _ClassVar[int]
    event_time: _timestamp_pb2.Timestamp
    kind: str
    address: str
    details: str
    done_by_owner: bool
    done_to_owner: bool
    def __init__(self, event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., kind: _Optional[str] = ..., address: _Optional[str] = ..., details: _Optional[str] = ..., done_by_owner: _Optional[bool] = ..., done_to_owner: _Optional[bool] = ...) -> None: ...

class ExportedAccount(_message.Message):
    __slots__ = ("user", "account", "statistics", "avatar")
    USER_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    STATISTICS_FIELD_NUMBER: _ClassVar[int]
    AVATAR_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    account: _account_service_pb2.Account
    statistics: _player_stats_pb2.PlayerStats
    avatar: bytes
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ..., account: _Optional[_Union[_account_service_pb2.Account, _Mapping]] = ..., statistics: _Optional[_Union[_player_stats_pb2.PlayerStats, _Mapping]] = ..., avatar: _Optional[bytes] = ...) -> None: ...

class ExportedSession(_message.Message):
    __slots__ = ("session_id", "device_name", "create_time", "last_seen_time", "expire_time", "end_time")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_NAME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    device_name: str
    create_time: _timestamp_pb2.Timestamp
    last_seen_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, session_id: _Optional[str] = ..., device_name: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListPurgesRequest(_message.Message):
    __slots__ = ("page_size",)
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    def __init__(self, page_size: _Optional[int] = ...) -> None: ...

class ListPurgesResponse(_message.Message):
    __slots__ = ("purges",)
    PURGES_FIELD_NUMBER: _ClassVar[int]
    purges: _containers.RepeatedCompositeFieldContainer[Purge]
    def __init__(self, purges: _Optional[_Iterable[_Union[Purge, _Mapping]]] = ...) -> None: ...

class Purge(_message.Message):
    __slots__ = ("receipt_id", "account_id", "username")
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    receipt_id: str
    account_id: str
    username: str
    def __init__(self, receipt_id: _Optional[str] = ..., account_id: _Optional[str] = ..., username: _Optional[str] = ...) -> None: ...

class ConfirmPurgeRequest(_message.Message):
    __slots__ = ("receipt_id", "counts")
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    receipt_id: str
    counts: _account_service_pb2.PurgedCounts
    def __init__(self, receipt_id: _Optional[str] = ..., counts: _Optional[_Union[_account_service_pb2.PurgedCounts, _Mapping]] = ...) -> None: ...

class ConfirmPurgeResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
