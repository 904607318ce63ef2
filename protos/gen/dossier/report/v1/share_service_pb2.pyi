import datetime

from buf.validate import validate_pb2 as _validate_pb2
from dossier.access.v1 import access_pb2 as _access_pb2
from dossier.common.v1 import rules_pb2 as _rules_pb2
from dossier.report.v1 import report_service_pb2 as _report_service_pb2
from dossier.report.v1 import share_link_pb2 as _share_link_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateShareLinkRequest(_message.Message):
    __slots__ = ("report_id", "ttl")
    REPORT_ID_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    report_id: str
    ttl: _duration_pb2.Duration
    def __init__(self, report_id: _Optional[str] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class CreateShareLinkResponse(_message.Message):
    __slots__ = ("link",)
    LINK_FIELD_NUMBER: _ClassVar[int]
    link: _share_link_pb2.ShareLink
    def __init__(self, link: _Optional[_Union[_share_link_pb2.ShareLink, _Mapping]] = ...) -> None: ...

class ListShareLinksRequest(_message.Message):
    __slots__ = ("report_id",)
    REPORT_ID_FIELD_NUMBER: _ClassVar[int]
    report_id: str
    def __init__(self, report_id: _Optional[str] = ...) -> None: ...

class ListShareLinksResponse(_message.Message):
    __slots__ = ("links",)
    LINKS_FIELD_NUMBER: _ClassVar[int]
    links: _containers.RepeatedCompositeFieldContainer[_share_link_pb2.ShareLink]
    def __init__(self, links: _Optional[_Iterable[_Union[_share_link_pb2.ShareLink, _Mapping]]] = ...) -> None: ...

class DeleteShareLinkRequest(_message.Message):
    __slots__ = ("link_id",)
    LINK_ID_FIELD_NUMBER: _ClassVar[int]
    link_id: str
    def __init__(self, link_id: _Optional[str] = ...) -> None: ...

class DeleteShareLinkResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DownloadSharedReportRequest(_message.Message):
    __slots__ = ("token", "read_offset", "read_limit")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    READ_OFFSET_FIELD_NUMBER: _ClassVar[int]
    READ_LIMIT_FIELD_NUMBER: _ClassVar[int]
    token: str
    read_offset: int
    read_limit: int
    def __init__(self, token: _Optional[str] = ..., read_offset: _Optional[int] = ..., read_limit: _Optional[int] = ...) -> None: ...

class DownloadSharedReportResponse(_message.Message):
    __slots__ = ("metadata", "chunk")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    metadata: _report_service_pb2.DownloadReportMetadata
    chunk: bytes
    def __init__(self, metadata: _Optional[_Union[_report_service_pb2.DownloadReportMetadata, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...
