from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Audience(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUDIENCE_UNSPECIFIED: _ClassVar[Audience]
    AUDIENCE_PUBLIC: _ClassVar[Audience]
    AUDIENCE_CLUB: _ClassVar[Audience]
    AUDIENCE_PRIVATE: _ClassVar[Audience]
AUDIENCE_UNSPECIFIED: Audience
AUDIENCE_PUBLIC: Audience
AUDIENCE_CLUB: Audience
AUDIENCE_PRIVATE: Audience

class Visibility(_message.Message):
    __slots__ = ("email", "gender", "city", "club", "about", "statistics", "games")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    GENDER_FIELD_NUMBER: _ClassVar[int]
    CITY_FIELD_NUMBER: _ClassVar[int]
    CLUB_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    STATISTICS_FIELD_NUMBER: _ClassVar[int]
    GAMES_FIELD_NUMBER: _ClassVar[int]
    email: Audience
    gender: Audience
    city: Audience
    club: Audience
    about: Audience
    statistics: Audience
    games: Audience
    def __init__(self, email: _Optional[_Union[Audience, str]] = ..., gender: _Optional[_Union[Audience, str]] = ..., city: _Optional[_Union[Audience, str]] = ..., club: _Optional[_Union[Audience, str]] = ..., about: _Optional[_Union[Audience, str]] = ..., statistics: _Optional[_Union[Audience, str]] = ..., games: _Optional[_Union[Audience, str]] = ...) -> None: ...
