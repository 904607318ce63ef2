"""Makes a method's request of what an HTTP request says: its path, its query and its JSON body."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from google.api import field_behavior_pb2
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from gateway.http.bindings import Binding
from gateway.http.faults import faults_of, field_named, is_value, misfits_of
from gateway.http.shapes import BY_HEADER
from runtime.errors import InvalidInput, Violation

MAX_QUERY_FIELDS = 1_000
_NOT_FOR_CLIENTS = frozenset(
    {field_behavior_pb2.OUTPUT_ONLY, field_behavior_pb2.IMMUTABLE, field_behavior_pb2.IDENTIFIER}
)
_MASK = "update_mask"


def request_of(binding: Binding, fields: Mapping[str, str], query: bytes, body: bytes) -> Message:
    """Return the request. Raises InvalidInput, which names every field that is wrong.

    Args:
        fields: what stands in the path, by the path of the field.
        body: empty for none.
    """
    descriptor: Any = binding.method.request.DESCRIPTOR
    tree = {} if binding.upload else _body_tree(binding, body)
    _add_query(tree, binding, query)
    for path, text in fields.items():
        _put(tree, descriptor, path, text)
    if binding.verb == "PATCH" and binding.body in descriptor.fields_by_name:
        _add_mask(tree, descriptor, binding.body)
    return _parsed(tree, binding.method.request)


def _body_tree(binding: Binding, body: bytes) -> dict[str, Any]:
    if not binding.body:
        if body:
            raise InvalidInput(f"{binding.verb} takes no body here; put fields into the query.")
        return {}
    tree = read_json(body) if body.strip() else {}
    if binding.body == "*":
        if not isinstance(tree, dict):
            raise InvalidInput("The body must be a JSON object.")
        return tree
    return {binding.body: tree} if body.strip() else {}


def read_json(body: bytes) -> Any:
    """Return what JSON says. Raises InvalidInput when it is none, is nested too deeply, or names a field twice."""
    try:
        return json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_no_constant)
    except RecursionError as error:
        raise InvalidInput("The body is nested deeper than any request.") from error
    except json.JSONDecodeError as error:
        raise InvalidInput(f"The body is not JSON: see line {error.lineno}, column {error.colno}.") from error
    except ValueError as error:
        raise InvalidInput("The body is not JSON in UTF-8.") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        name.encode()  # Half of a surrogate pair is no text.
        if name in found:
            raise InvalidInput("The body names a field twice.", Violation(name[:64], "must be given once"))
        found[name] = value
    return found


def _no_constant(_name: str) -> NoReturn:
    raise ValueError("JSON has no such number")


def _add_query(tree: dict[str, Any], binding: Binding, query: bytes) -> None:
    descriptor: Any = binding.method.request.DESCRIPTOR
    bound = set(binding.template.fields)
    for name, text in _query(query):
        root = field_named(descriptor, name.partition(".")[0])
        if root is None:
            raise InvalidInput("The query names a field that there is not.", Violation(name[:64], "is no field"))
        if binding.download is not None and root.name in BY_HEADER:
            raise InvalidInput(
                "A part of a file is asked for by Range, a changed one by If-None-Match.",
                Violation(name[:64], "must be given as a header"),
            )
        path = _snake_path(descriptor, name)
        if binding.body == "*" or root.name == binding.body or path in bound:
            raise InvalidInput(
                "The query names a field that stands elsewhere.", Violation(name[:64], "must be in the path or body")
            )
        _put(tree, descriptor, path, text)


def _query(query: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_QUERY_FIELDS
        )
    except ValueError as error:
        raise InvalidInput("The query cannot be read; write it as name=value&other=value in UTF-8.") from error


def _snake_path(descriptor: Descriptor, name: str) -> str:
    """Return a path of JSON's names by those of the proto, as far as there are such fields."""
    parts = []
    current: Descriptor | None = descriptor
    for part in name.split("."):
        field = field_named(current, part) if current is not None else None
        parts.append(field.name if field else part)
        current = field.message_type if field else None
    return ".".join(parts)


def _put(tree: dict[str, Any], descriptor: Descriptor, path: str, text: str) -> None:
    """Add a value that was written as text to the tree of JSON."""
    *parents, last = path.split(".")
    for name in parents:
        field = field_named(descriptor, name)
        if field is None or field.message_type is None or field.is_repeated or is_value(field.message_type):
            _refuse(path, "is no field")
        tree = _child(tree, field, path)
        descriptor = field.message_type
    field = field_named(descriptor, last)
    if field is None:
        _refuse(path, "is no field")
    if field.message_type is not None and not is_value(field.message_type):
        _refuse(path, "must be given field by field")
    key = _key(tree, field)
    if field.is_repeated:
        tree.setdefault(key, []).append(_typed(field, text))
    elif tree.get(key, text) != text and tree[key] not in ("", None):
        _refuse(path, "must be given once, or the same each time")
    else:
        tree[key] = _typed(field, text)


def _child(tree: dict[str, Any], field: FieldDescriptor, path: str) -> dict[str, Any]:
    key = _key(tree, field)
    child = tree[key] if tree.get(key) is not None else tree.setdefault(key, {}) or {}
    if not isinstance(child, dict):
        _refuse(path.partition(".")[0], "must be an object")
    tree[key] = child
    return child


def _key(tree: Mapping[str, Any], field: FieldDescriptor) -> str:
    return field.json_name if field.json_name in tree else field.name


def _refuse(path: str, why: str) -> NoReturn:
    raise InvalidInput("The request names fields that are not right.", Violation(path[:64], why))


def _typed(field: FieldDescriptor, text: str) -> Any:
    """Return JSON's value of a text; numbers, names of enum values and times stay texts in JSON, too."""
    is_flag = field.type == FieldDescriptor.TYPE_BOOL or (
        field.message_type is not None and field.message_type.full_name == "google.protobuf.BoolValue"
    )
    return {"true": True, "false": False}.get(text, text) if is_flag else text


def _add_mask(tree: dict[str, Any], descriptor: Descriptor, body: str) -> None:
    """Name in the mask what the body has, where the client names nothing: so that an empty text empties a field."""
    given = tree.get(body)
    mask = field_named(descriptor, _MASK)
    if mask is None or _key(tree, mask) in tree or not isinstance(given, dict):
        return
    kept: Any = descriptor.fields_by_name[body].message_type
    tree[_MASK] = ",".join(_camel(path) for path in _paths(given, kept))


def _paths(given: Mapping[str, Any], descriptor: Descriptor) -> Iterator[str]:
    for name in given:
        field = field_named(descriptor, name)
        if field is not None and not _NOT_FOR_CLIENTS & set(_behaviour(field)):
            yield field.name


def _behaviour(field: FieldDescriptor) -> Iterable[int]:
    behaviour: Iterable[int] = field.GetOptions().Extensions[field_behavior_pb2.field_behavior]
    return behaviour


def _camel(path: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda found: found.group(1).upper(), path)


def _parsed(tree: dict[str, Any], kind: type[Message]) -> Message:
    misfits = misfits_of(tree, kind)
    if misfits:
        raise _unfit(misfits)
    try:
        return json_format.ParseDict(tree, kind())
    except (json_format.ParseError, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise _unfit(faults_of(tree, kind)) from error


def _unfit(faults: Iterable[Violation]) -> InvalidInput:
    return InvalidInput("The request has fields that there are not, or values that do not fit.", *faults)
