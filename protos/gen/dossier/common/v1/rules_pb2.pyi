from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor
USERNAME_FIELD_NUMBER: _ClassVar[int]
username: _descriptor.FieldDescriptor
IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
identifier: _descriptor.FieldDescriptor
LINE_FIELD_NUMBER: _ClassVar[int]
line: _descriptor.FieldDescriptor
LABEL_FIELD_NUMBER: _ClassVar[int]
label: _descriptor.FieldDescriptor
TEXT_FIELD_NUMBER: _ClassVar[int]
text: _descriptor.FieldDescriptor
MOMENT_FIELD_NUMBER: _ClassVar[int]
moment: _descriptor.FieldDescriptor
