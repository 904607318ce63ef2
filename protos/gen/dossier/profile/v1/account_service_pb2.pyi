import datetime

from buf.validate import validate_pb2 as _validate_pb2
from dossier.access.v1 import access_pb2 as _access_pb2
from dossier.common.v1 import rules_pb2 as _rules_pb2
from dossier.profile.v1 import visibility_pb2 as _visibility_pb2
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

class DeletionMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DELETION_MODE_UNSPECIFIED: _ClassVar[DeletionMode]
    DELETION_MODE_ERASE: _ClassVar[DeletionMode]
    DELETION_MODE_ANONYMISE_SEAT: _ClassVar[DeletionMode]

class DeletionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DELETION_STATE_UNSPECIFIED: _ClassVar[DeletionState]
    DELETION_STATE_SCHEDULED: _ClassVar[DeletionState]
    DELETION_STATE_PURGING: _ClassVar[DeletionState]
    DELETION_STATE_PURGED: _ClassVar[DeletionState]
    DELETION_STATE_UNDELETED: _ClassVar[DeletionState]
DELETION_MODE_UNSPECIFIED: DeletionMode
DELETION_MODE_ERASE: DeletionMode
DELETION_MODE_ANONYMISE_SEAT: DeletionMode
DELETION_STATE_UNSPECIFIED: DeletionState
DELETION_STATE_SCHEDULED: DeletionState
DELETION_STATE_PURGING: DeletionState
DELETION_STATE_PURGED: DeletionState
DELETION_STATE_UNDELETED: DeletionState

class Account(_message.Message):
    __slots__ = ("username", "email", "roles", "create_time", "visibility", "email_confirmed", "pending_email")
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    VISIBILITY_FIELD_NUMBER: _ClassVar[int]
    EMAIL_CONFIRMED_FIELD_NUMBER: _ClassVar[int]
    PENDING_EMAIL_FIELD_NUMBER: _ClassVar[int]
    username: str
    email: str
    roles: _containers.RepeatedScalarFieldContainer[_access_pb2.Role]
    create_time: _timestamp_pb2.Timestamp
    visibility: _visibility_pb2.Visibility
    email_confirmed: bool
    pending_email: str
    def __init__(self, username: _Optional[str] = ..., email: _Optional[str] = ..., roles: _Optional[_Iterable[_Union[_access_pb2.Role, str]]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., visibility: _Optional[_Union[_visibility_pb2.Visibility, _Mapping]] = ..., email_confirmed: _Optional[bool] = ..., pending_email: _Optional[str] = ...) -> None: ...

class DeletionReceipt(_message.Message):
    __slots__ = ("receipt_id", "state", "mode", "schedule_time", "purge_time", "end_time", "counts", "seal")
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_TIME_FIELD_NUMBER: _ClassVar[int]
    PURGE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    SEAL_FIELD_NUMBER: _ClassVar[int]
    receipt_id: str
    state: DeletionState
    mode: DeletionMode
    schedule_time: _timestamp_pb2.Timestamp
    purge_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    counts: PurgedCounts
    seal: str
    def __init__(self, receipt_id: _Optional[str] = ..., state: _Optional[_Union[DeletionState, str]] = ..., mode: _Optional[_Union[DeletionMode, str]] = ..., schedule_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., purge_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., counts: _Optional[_Union[PurgedCounts, _Mapping]] = ..., seal: _Optional[str] = ...) -> None: ...

class PurgedCounts(_message.Message):
    __slots__ = ("session_count", "avatar_file_count", "seat_count", "audit_event_count", "report_count", "foreign_report_count", "export_count")
    SESSION_COUNT_FIELD_NUMBER: _ClassVar[int]
    AVATAR_FILE_COUNT_FIELD_NUMBER: _ClassVar[int]
    SEAT_COUNT_FIELD_NUMBER: _ClassVar[int]
    AUDIT_EVENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    REPORT_COUNT_FIELD_NUMBER: _ClassVar[int]
    FOREIGN_REPORT_COUNT_FIELD_NUMBER: _ClassVar[int]
    EXPORT_COUNT_FIELD_NUMBER: _ClassVar[int]
    session_count: int
    avatar_file_count: int
    seat_count: int
    audit_event_count: int
    report_count: int
    foreign_report_count: int
    export_count: int
    def __init__(self, session_count: _Optional[int] = ..., avatar_file_count: _Optional[int] = ..., seat_count: _Optional[int] = ..., audit_event_count: _Optional[int] = ..., report_count: _Optional[int] = ..., foreign_report_count: _Optional[int] = ..., export_count: _Optional[int] = ...) -> None: ...

class GetAccountRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetAccountResponse(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: Account
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ...) -> None: ...

class SetVisibilityRequest(_message.Message):
    __slots__ = ("visibility",)
    VISIBILITY_FIELD_NUMBER: _ClassVar[int]
    visibility: _visibility_pb2.Visibility
    def __init__(self, visibility: _Optional[_Union[_visibility_pb2.Visibility, _Mapping]] = ...) -> None: ...

class SetVisibilityResponse(_message.Message):
    __slots__ = ("visibility",)
    VISIBILITY_FIELD_NUMBER: _ClassVar[int]
    visibility: _visibility_pb2.Visibility
    def __init__(self, visibility: _Optional[_Union[_visibility_pb2.Visibility, _Mapping]] = ...) -> None: ...

class ChangeEmailRequest(_message.Message):
    __slots__ = ("email", "password")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    email: str
    password: str
    def __init__(self, email: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class ChangeEmailResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RequestEmailConfirmationRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RequestEmailConfirmationResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ConfirmEmailRequest(_message.Message):
    __slots__ = ("token",)
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    token: str
    def __init__(self, token: _Optional[str] = ...) -> None: ...

class ConfirmEmailResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DeleteAccountRequest(_message.Message):
    __slots__ = ("username", "password", "mode")
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    username: str
    password: str
    mode: DeletionMode
    def __init__(self, username: _Optional[str] = ..., password: _Optional[str] = ..., mode: _Optional[_Union[DeletionMode, str]] = ...) -> None: ...

class DeleteAccountResponse(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: DeletionReceipt
    def __init__(self, receipt: _Optional[_Union[DeletionReceipt, _Mapping]] = ...) -> None: ...

class GetDeletionReceiptRequest(_message.Message):
    __slots__ = ("receipt_id",)
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    receipt_id: str
    def __init__(self, receipt_id: _Optional[str] = ...) -> None: ...

class GetDeletionReceiptResponse(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: DeletionReceipt
    def __init__(self, receipt: _Optional[_Union[DeletionReceipt, _Mapping]] = ...) -> None: ...
