from buf.validate import validate_pb2 as _validate_pb2
from dossier.stats.v1 import game_service_pb2 as _game_service_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GameIntake(_message.Message):
    __slots__ = ("record", "correct", "void")
    RECORD_FIELD_NUMBER: _ClassVar[int]
    CORRECT_FIELD_NUMBER: _ClassVar[int]
    VOID_FIELD_NUMBER: _ClassVar[int]
    record: _game_service_pb2.RecordGameRequest
    correct: _game_service_pb2.CorrectGameRequest
    void: _game_service_pb2.VoidGameRequest
    def __init__(self, record: _Optional[_Union[_game_service_pb2.RecordGameRequest, _Mapping]] = ..., correct: _Optional[_Union[_game_service_pb2.CorrectGameRequest, _Mapping]] = ..., void: _Optional[_Union[_game_service_pb2.VoidGameRequest, _Mapping]] = ...) -> None: ...
