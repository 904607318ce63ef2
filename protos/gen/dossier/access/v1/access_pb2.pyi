from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Audience(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUDIENCE_UNSPECIFIED: _ClassVar[Audience]
    AUDIENCE_ANYONE: _ClassVar[Audience]
    AUDIENCE_SIGNED_IN: _ClassVar[Audience]
    AUDIENCE_ROLE: _ClassVar[Audience]
    AUDIENCE_INTERNAL: _ClassVar[Audience]

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_REFEREE: _ClassVar[Role]
    ROLE_SERVICE: _ClassVar[Role]
    ROLE_MANAGER: _ClassVar[Role]
    ROLE_ADMIN: _ClassVar[Role]
AUDIENCE_UNSPECIFIED: Audience
AUDIENCE_ANYONE: Audience
AUDIENCE_SIGNED_IN: Audience
AUDIENCE_ROLE: Audience
AUDIENCE_INTERNAL: Audience
ROLE_UNSPECIFIED: Role
ROLE_REFEREE: Role
ROLE_SERVICE: Role
ROLE_MANAGER: Role
ROLE_ADMIN: Role
RULE_FIELD_NUMBER: _ClassVar[int]
rule: _descriptor.FieldDescriptor
INCLUDES_FIELD_NUMBER: _ClassVar[int]
includes: _descriptor.FieldDescriptor

class AccessRule(_message.Message):
    __slots__ = ("audience", "roles", "hashes_password")
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    HASHES_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    audience: Audience
    roles: _containers.RepeatedScalarFieldContainer[Role]
    hashes_password: bool
    def __init__(self, audience: _Optional[_Union[Audience, str]] = ..., roles: _Optional[_Iterable[_Union[Role, str]]] = ..., hashes_password: _Optional[bool] = ...) -> None: ...
