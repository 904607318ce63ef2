"""Finds out what is wrong with JSON that is no such message, field by field; values are never repeated.

The library that makes messages takes more than ProtoJSON has: true for the number 1, [] for an empty message, " 2 " and
"1_0" for numbers. So the kinds of values are looked at here first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from runtime.errors import Violation
from runtime.statuses import MAX_VIOLATIONS

_LONGEST_PATH: Final = 128
_WHOLE: Final = re.compile(r"-?[0-9]{1,20}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?|NaN|-?Infinity")
_WORDS: Final = {
    FieldDescriptor.CPPTYPE_BOOL: "must be true or false",
    FieldDescriptor.CPPTYPE_STRING: "must be a text",
    FieldDescriptor.CPPTYPE_DOUBLE: "must be a number",
    FieldDescriptor.CPPTYPE_FLOAT: "must be a number",
    FieldDescriptor.CPPTYPE_INT32: "must be a whole number of 32 bits",
    FieldDescriptor.CPPTYPE_INT64: "must be a whole number of 64 bits",
    FieldDescriptor.CPPTYPE_UINT32: "must be a whole number of 32 bits, not negative",
    FieldDescriptor.CPPTYPE_UINT64: "must be a whole number of 64 bits, not negative",
}
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_DURATION: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?s")
_FORMS: Final = {"google.protobuf.Timestamp": _TIME, "google.protobuf.Duration": _DURATION}
# What is written as one value in JSON.
_VALUES: Final = {
    "google.protobuf.Timestamp": "must be a time, such as 2026-11-23T18:00:00Z",
    "google.protobuf.Duration": "must be a duration in seconds, such as 1.5s",
    "google.protobuf.FieldMask": "must be names of fields with commas between them",
    "google.protobuf.BoolValue": "must be true or false",
    "google.protobuf.StringValue": "must be a text",
    "google.protobuf.BytesValue": "must be bytes in base64",
    "google.protobuf.DoubleValue": "must be a number",
    "google.protobuf.FloatValue": "must be a number",
    "google.protobuf.Int32Value": "must be a whole number of 32 bits",
    "google.protobuf.Int64Value": "must be a whole number of 64 bits",
    "google.protobuf.UInt32Value": "must be a whole number of 32 bits, not negative",
    "google.protobuf.UInt64Value": "must be a whole number of 64 bits, not negative",
}


def is_value(message: Descriptor) -> bool:
    """Whether JSON writes the message as one value, such as a time."""
    return message.full_name in _VALUES


def field_named(message: Descriptor, name: str) -> FieldDescriptor | None:
    """Return the field of a name, as the proto or as JSON writes it."""
    found = message.fields_by_name.get(name) or message.fields_by_camelcase_name.get(name)
    if found is not None and name not in (found.name, found.json_name):
        return None
    return found


def misfits_of(tree: Any, kind: type[Message]) -> list[Violation]:
    """Return what in a tree of JSON names no field, or is of another kind of value than its field."""
    return _found(tree, kind, _is_of_kind)


def faults_of(tree: Any, kind: type[Message]) -> list[Violation]:
    """Return what keeps a tree of JSON from being a message, as far as `misfits_of` has not told."""
    return _found(tree, kind, _can_be_read)


_Fits = Callable[[Any, FieldDescriptor], bool]


def _found(tree: Any, kind: type[Message], fits: _Fits) -> list[Violation]:
    descriptor: Any = kind.DESCRIPTOR
    return list(islice(_in_message(tree, descriptor, "", fits), MAX_VIOLATIONS))


def _in_message(tree: Any, message: Descriptor, path: str, fits: _Fits) -> Iterator[Violation]:
    if not isinstance(tree, dict):
        yield _at(path, "must be an object")
        return
    seen: set[str] = set()
    for name, value in tree.items():
        field = field_named(message, name)
        inner = f"{path}.{name}" if path else name
        if field is None:
            yield _at(inner, "is no field")
            continue
        if field.name in seen:
            yield _at(inner, "must be given once")
        seen.add(field.name)
        if value is not None:
            yield from _in_field(value, field, f"{path}.{field.name}" if path else field.name, fits)


def _in_field(value: Any, field: FieldDescriptor, path: str, fits: _Fits) -> Iterator[Violation]:
    if not field.is_repeated or _is_map(field):
        yield from _in_one(value, field, path, fits)
    elif not isinstance(value, list):
        yield _at(path, "must be a list")
    else:
        for index, one in enumerate(value):
            yield from _in_one(one, field, f"{path}[{index}]", fits)


def _in_one(value: Any, field: FieldDescriptor, path: str, fits: _Fits) -> Iterator[Violation]:
    message = field.message_type
    if message is not None and not is_value(message) and not _is_map(field):
        yield from _in_message(value, message, path, fits)
    elif not fits(value, field):
        yield _at(path, _words(field))


def _can_be_read(value: Any, field: FieldDescriptor) -> bool:
    holder: Any = field.containing_type
    whole = [value] if field.is_repeated and not _is_map(field) else value
    try:
        json_format.ParseDict({field.name: whole}, GetMessageClass(holder)())
    except (json_format.ParseError, ValueError, TypeError, AttributeError, OverflowError):
        return False
    return True


def _is_of_kind(value: Any, field: FieldDescriptor) -> bool:
    if field.message_type is not None:
        if _is_map(field):
            return isinstance(value, dict)
        inner = field.message_type.fields_by_name.get("value")
        if inner is not None:
            return _is_of_kind(value, inner)
        form = _FORMS.get(field.message_type.full_name)
        return isinstance(value, str) and (form is None or form.fullmatch(value) is not None)
    if field.enum_type is not None:
        return _is_whole(value) or (isinstance(value, str) and value in field.enum_type.values_by_name)
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return isinstance(value, bool)
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return isinstance(value, str)
    if field.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return _is_number(value)
    return _is_whole(value) or (isinstance(value, float) and value.is_integer())


def _is_whole(value: Any) -> bool:
    if isinstance(value, str):
        return _WHOLE.fullmatch(value) is not None
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _words(field: FieldDescriptor) -> str:
    if _is_map(field):
        return "must be an object of such values"
    if field.message_type is not None:
        return _VALUES[field.message_type.full_name]
    if field.enum_type is not None:
        return "must be one of the names of the enum's values"
    if field.type == FieldDescriptor.TYPE_BYTES:
        return "must be bytes in base64"
    return _WORDS[field.cpp_type]


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _at(path: str, description: str) -> Violation:
    return Violation(path[:_LONGEST_PATH], description)
