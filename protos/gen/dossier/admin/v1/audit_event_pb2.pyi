import datetime

from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AuditEventKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUDIT_EVENT_KIND_UNSPECIFIED: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_SIGN_UP: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_SIGN_IN: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_SIGN_OUT: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_SIGN_OUT_EVERYWHERE: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_SESSION_REVOKED: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_REFRESH_REUSED: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_PASSWORD_CHANGED: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_ROLE_GIVEN: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_ROLE_TAKEN: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_SERVICE_ACCOUNT_MADE: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_DELETION_SCHEDULED: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_BANNED: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_UNBANNED: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_API_KEY_MADE: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_API_KEY_REVOKED: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_PASSWORD_RESET: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_EMAIL_CHANGED: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_UNDELETED: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_PURGED: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_EXPORT_MADE: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_EMAIL_CHANGE_REQUESTED: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_SIGN_IN_LIMITED: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_GAME_CORRECTED: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_GAME_VOIDED: _ClassVar[AuditEventKind]
    AUDIT_EVENT_KIND_GUEST_MERGED: _ClassVar[AuditEventKind]
AUDIT_EVENT_KIND_UNSPECIFIED: AuditEventKind
AUDIT_EVENT_KIND_SIGN_UP: AuditEventKind
AUDIT_EVENT_KIND_SIGN_IN: AuditEventKind
AUDIT_EVENT_KIND_SIGN_OUT: AuditEventKind
AUDIT_EVENT_KIND_SIGN_OUT_EVERYWHERE: AuditEventKind
AUDIT_EVENT_KIND_SESSION_REVOKED: AuditEventKind
AUDIT_EVENT_KIND_REFRESH_REUSED: AuditEventKind
AUDIT_EVENT_KIND_PASSWORD_CHANGED: AuditEventKind
AUDIT_EVENT_KIND_ROLE_GIVEN: AuditEventKind
AUDIT_EVENT_KIND_ROLE_TAKEN: AuditEventKind
AUDIT_EVENT_KIND_SERVICE_ACCOUNT_MADE: AuditEventKind
AUDIT_EVENT_KIND_DELETION_SCHEDULED: AuditEventKind
AUDIT_EVENT_KIND_BANNED: AuditEventKind
AUDIT_EVENT_KIND_UNBANNED: AuditEventKind
AUDIT_EVENT_KIND_API_KEY_MADE: AuditEventKind
AUDIT_EVENT_KIND_API_KEY_REVOKED: AuditEventKind
AUDIT_EVENT_KIND_PASSWORD_RESET: AuditEventKind
AUDIT_EVENT_KIND_EMAIL_CHANGED: AuditEventKind
AUDIT_EVENT_KIND_UNDELETED: AuditEventKind
AUDIT_EVENT_KIND_PURGED: AuditEventKind
AUDIT_EVENT_KIND_EXPORT_MADE: AuditEventKind
AUDIT_EVENT_KIND_EMAIL_CHANGE_REQUESTED: AuditEventKind
AUDIT_EVENT_KIND_SIGN_IN_LIMITED: AuditEventKind
AUDIT_EVENT_KIND_GAME_CORRECTED: AuditEventKind
AUDIT_EVENT_KIND_GAME_VOIDED: AuditEventKind
AUDIT_EVENT_KIND_GUEST_MERGED: AuditEventKind

class AuditEvent(_message.Message):
    __slots__ = ("event_id", "event_time", "kind", "actor_account_id", "actor_username", "subject_account_id", "subject_username", "address", "details")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ACTOR_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ACTOR_USERNAME_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_USERNAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    event_time: _timestamp_pb2.Timestamp
    kind: AuditEventKind
    actor_account_id: str
    actor_username: str
    subject_account_id: str
    subject_username: str
    address: str
    details: str
    def __init__(self, event_id: _Optional[str] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., kind: _Optional[_Union[AuditEventKind, str]] = ..., actor_account_id: _Optional[str] = ..., actor_username: _Optional[str] = ..., subject_account_id: _Optional[str] = ..., subject_username: _Optional[str] = ..., address: _Optional[str] = ..., details: _Optional[str] = ...) -> None: ...
