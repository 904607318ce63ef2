"""JSON Schemas of the messages, in the form that the HTTP face reads and in the one that it writes.

The two differ: what is asked for has bounds and lacks what only the server knows; what is answered has every field that
is always printed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import combinations
from typing import Any, Final

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from tools.openapi.comments import Comments
from tools.openapi.examples import example_of
from tools.openapi.rules import Bounds, Schema, bounds_of, is_required, sentences

_INT32: Final = {"type": "integer", "format": "int32"}
# In a request a pattern keeps to digits; 64 bits do not fit into a number of JavaScript's.
_INT64: Final = {"type": "string", "format": "int64"}
_SCALARS: Final[dict[int, Schema]] = {
    FieldDescriptor.CPPTYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.CPPTYPE_STRING: {"type": "string"},
    FieldDescriptor.CPPTYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptor.CPPTYPE_FLOAT: {"type": "number", "format": "float"},
    FieldDescriptor.CPPTYPE_INT32: _INT32,
    FieldDescriptor.CPPTYPE_UINT32: {"type": "integer", "format": "int64", "minimum": 0, "maximum": 2**32 - 1},
    FieldDescriptor.CPPTYPE_INT64: _INT64,
    FieldDescriptor.CPPTYPE_UINT64: {"type": "string", "format": "uint64"},
}
_BYTES: Final = {"type": "string", "contentEncoding": "base64"}
_TIME: Final = {"type": "string", "format": "date-time"}
_DURATION: Final = {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,9})?s$"}
_MASK: Final = {"type": "string", "pattern": r"^([a-zA-Z0-9]+(\.[a-zA-Z0-9]+)*(,[a-zA-Z0-9]+(\.[a-zA-Z0-9]+)*)*)?$"}
_WRAPPED: Final = {
    "Bool": FieldDescriptor.CPPTYPE_BOOL,
    "String": FieldDescriptor.CPPTYPE_STRING,
    "Double": FieldDescriptor.CPPTYPE_DOUBLE,
    "Float": FieldDescriptor.CPPTYPE_FLOAT,
    "Int32": FieldDescriptor.CPPTYPE_INT32,
    "Int64": FieldDescriptor.CPPTYPE_INT64,
    "UInt32": FieldDescriptor.CPPTYPE_UINT32,
    "UInt64": FieldDescriptor.CPPTYPE_UINT64,
}
# What JSON writes as one value.
_VALUES: Final[dict[str, Schema]] = {
    "google.protobuf.Timestamp": _TIME,
    "google.protobuf.Duration": _DURATION,
    "google.protobuf.FieldMask": _MASK,
    "google.protobuf.BytesValue": _BYTES,
    **{f"google.protobuf.{name}Value": _SCALARS[kind] for name, kind in _WRAPPED.items()},
}


class Schemas:
    """Collects the schemas of messages and enums as components."""

    def __init__(self, comments: Comments) -> None:
        self.components: dict[str, Schema] = {}
        self._comments = comments
        self._names: dict[str, str] = {}
        self._holders: dict[str, str] = {}

    def claim(self, kinds: Iterable[Descriptor | EnumDescriptor]) -> None:
        """Give each type its own name, without its package where that is enough. Call it once, with all."""
        found = {kind.full_name: kind for kind in kinds}
        times: dict[str, int] = {}
        for kind in found.values():
            times[_nested(kind)] = times.get(_nested(kind), 0) + 1
        for full, kind in found.items():
            area = kind.file.package.split(".")[-2].capitalize() if times[_nested(kind)] > 1 else ""
            self._names[full] = area + _nested(kind)

    def output(self, message: Descriptor) -> Schema:
        """Return a reference to what is answered."""
        name = self._names[message.full_name]
        if name not in self.components:
            self.components[name] = {}
            self.components[name] |= self._output(message)
        return _reference(name)

    def input(self, message: Descriptor, *, name: str = "", without: Collection[str] = ()) -> Schema:
        """Return a reference to what is asked for.

        Args:
            name: of the component; empty for the message's own.
            without: fields that stand elsewhere in the request.
        """
        name = name or self._input_name(message)
        if name not in self.components:
            self.components[name] = {}
            self.components[name] |= self._input(message, without)
        return _reference(name)

    def parameter(self, field: FieldDescriptor) -> Schema:
        """Return the schema of a field in a path or query, without its description."""
        schema = self._field(field, for_input=True)
        schema.pop("description", None)
        return schema

    def words(self, field: FieldDescriptor) -> str:
        """Return the description of a field in a request."""
        return _described(self._comments.text(field.full_name), bounds_of(field).words)

    def _input_name(self, message: Descriptor) -> str:
        name = self._names[message.full_name]
        return name if name.endswith("Request") else f"{name}Input"

    def _output(self, message: Descriptor) -> Schema:
        fields = [field for field in message.fields if not _is(field, field_behavior_pb2.INPUT_ONLY)]
        schema: Schema = {
            "type": "object",
            "description": self._comments.text(message.full_name),
            "properties": {field.json_name: self._field(field, for_input=False) for field in fields},
        }
        required = [field.json_name for field in fields if not field.has_presence]
        if required:
            schema["required"] = required
        schema["examples"] = [example_of(message, self._comments, for_input=False)]
        return schema

    def _input(self, message: Descriptor, without: Collection[str]) -> Schema:
        fields = [field for field in message.fields if is_given(field) and field.name not in without]
        schema: Schema = {
            "type": "object",
            "description": _described(self._comments.text(message.full_name), sentences(message)),
            "properties": {field.json_name: self._field(field, for_input=True) for field in fields},
            "additionalProperties": False,
        }
        required = [field.json_name for field in fields if _is(field, field_behavior_pb2.REQUIRED)]
        if required:
            schema["required"] = required
        choices = list(_choices(message, without))
        if choices:
            schema["allOf"] = choices
        schema["examples"] = [example_of(message, self._comments, for_input=True, without=without)]
        return schema

    def _field(self, field: FieldDescriptor, *, for_input: bool) -> Schema:
        bounds = bounds_of(field) if for_input else Bounds()
        words = _described(self._comments.text(field.full_name), bounds.words)
        kind: Any = field.message_type
        if _is_map(field):
            value = kind.fields_by_name["value"]
            one = {"type": "object", "additionalProperties": self._one(value, bounds, for_input=for_input)}
        elif field.is_repeated:
            items = self._one(field, bounds.items or Bounds(), for_input=for_input)
            one = {"type": "array", "items": items, **bounds.keywords}
        else:
            one = _bounded(self._one(field, bounds, for_input=for_input), bounds)
        return one | ({"description": words} if words else {})

    def _one(self, field: FieldDescriptor, bounds: Bounds, *, for_input: bool) -> Schema:
        """Return the schema of one value of a field."""
        if field.enum_type is not None:
            return self._enum(field.enum_type, bounds.forbidden)
        if field.message_type is not None:
            value = _VALUES.get(field.message_type.full_name)
            if value is not None:
                return dict(value)
            return self.input(field.message_type) if for_input else self.output(field.message_type)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return dict(_BYTES)
        schema = dict(_SCALARS[field.cpp_type])
        if for_input and schema == _INT64:
            schema["pattern"] = "^-?[0-9]{1,18}$"
        if for_input and schema == _INT32:
            schema |= {"minimum": -(2**31), "maximum": 2**31 - 1}
        return schema if not field.is_repeated else _bounded(schema, bounds)

    def _enum(self, kind: EnumDescriptor, forbidden: Collection[int]) -> Schema:
        if forbidden:
            names = [value.name for value in kind.values if value.number not in forbidden]
            return {"type": "string", "enum": names}
        name = self._names[kind.full_name]
        if name not in self.components:
            said = {value.name: self._comments.text(f"{kind.full_name}.{value.name}") for value in kind.values}
            lines = [f"- `{name_}`: {text}" for name_, text in said.items()]
            self.components[name] = {
                "type": "string",
                "description": "\n".join([self._comments.text(kind.full_name), "", *lines]).strip(),
                "enum": [value.name for value in kind.values],
            }
        return _reference(name)


def is_given(field: FieldDescriptor) -> bool:
    """Whether a client may say what the field is."""
    immutable = _is(field, field_behavior_pb2.IMMUTABLE) and not _is(field, field_behavior_pb2.REQUIRED)
    return not immutable and not _is(field, field_behavior_pb2.OUTPUT_ONLY)


def is_required_field(field: FieldDescriptor) -> bool:
    """Whether a client must say what the field is."""
    return _is(field, field_behavior_pb2.REQUIRED)


def types_in(message: Descriptor) -> Iterator[Descriptor | EnumDescriptor]:
    """Return a message and every type of the contract that it is made of; some more than once."""
    seen: set[str] = set()
    waiting = [message]
    while waiting:
        one = waiting.pop()
        if one.full_name in seen or one.full_name in _VALUES:
            continue
        seen.add(one.full_name)
        yield one
        for field in one.fields:
            if field.enum_type is not None:
                yield field.enum_type
            elif field.message_type is not None:
                waiting.append(field.message_type)


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _nested(kind: Descriptor | EnumDescriptor) -> str:
    return kind.full_name.removeprefix(kind.file.package + ".").replace(".", "")


def _is(field: FieldDescriptor, behaviour: int) -> bool:
    return behaviour in field.GetOptions().Extensions[field_behavior_pb2.field_behavior]


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def _bounded(schema: Schema, bounds: Bounds) -> Schema:
    """Add bounds to a type; those of a number that is written as text are told in words."""
    if schema.get("format") not in ("int64", "uint64") or schema["type"] != "string":
        return schema | bounds.keywords
    if bounds.keywords.get("minimum", -1) >= 0:
        schema["pattern"] = "^[0-9]{1,18}$"
    for keyword, words in (("minimum", "at least"), ("maximum", "at most")):
        if keyword in bounds.keywords:
            bounds.words.append(f"must be {words} {bounds.keywords[keyword]}")
    return schema


def _described(comment: str, rules: Iterable[str]) -> str:
    sentences_ = [f"{rule[:1].upper()}{rule[1:].rstrip('.')}." for rule in rules]
    return "\n\n".join(part for part in (comment, " ".join(sentences_)) if part)


def _choices(message: Descriptor, without: Collection[str]) -> Iterator[Schema]:
    for oneof in message.oneofs:
        names = [field.json_name for field in oneof.fields if field.name not in without]
        if len(names) < len(oneof.fields) or len(names) == 1:
            continue
        if is_required(oneof):
            yield {"oneOf": [{"required": [name]} for name in names]}
        else:
            yield from ({"not": {"required": list(pair)}} for pair in combinations(names, 2))
