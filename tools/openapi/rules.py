"""What protovalidate checks of a field, as JSON Schema says it; what JSON Schema cannot say, in words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

Schema = dict[str, Any]
_MATCHES: Final = re.compile(r"!rule \|\| this\.matches\('(?P<pattern>.*)'\)", re.DOTALL)
# Rules of common/v1/rules.proto that are more than one match.
_PATTERNS: Final = {
    "string.line": r"^([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*)?$",
    "string.text": r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$",
}
_BYTES_A_CHARACTER: Final = 4


@dataclass(slots=True)
class Bounds:
    """What is asked of a field: keywords of JSON Schema, and sentences."""

    keywords: Schema = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    forbidden: frozenset[int] = frozenset()
    items: Bounds | None = None


def bounds_of(field_: FieldDescriptor) -> Bounds:
    """Return the rules of a field."""
    rules: Any = field_.GetOptions().Extensions[validate_pb2.field]  # type: ignore[index]
    if rules.ignore == validate_pb2.IGNORE_ALWAYS:
        return Bounds()
    bounds = _bounds(rules)
    if rules.ignore == validate_pb2.IGNORE_IF_ZERO_VALUE and not field_.has_presence:
        _allow_empty(bounds.keywords)
    return bounds


def sentences(message: Descriptor) -> list[str]:
    """Return what is asked of a message as a whole."""
    rules: Any = message.GetOptions().Extensions[validate_pb2.message]  # type: ignore[index]
    return [rule.message for rule in rules.cel]


def is_required(oneof: Any) -> bool:
    """Whether one field of a oneof must be given."""
    return bool(oneof.GetOptions().Extensions[validate_pb2.oneof].required)


def _bounds(rules: Any) -> Bounds:
    bounds = Bounds(words=[rule.message for rule in rules.cel])
    kind = rules.WhichOneof("type")
    if kind is None:
        return bounds
    typed = getattr(rules, kind)
    _add_predefined(bounds, typed)
    match kind:
        case "string":
            _of_string(bounds, typed)
        case "repeated":
            _of_repeated(bounds, typed)
        case "enum":
            bounds.forbidden = frozenset(typed.not_in)
        case "duration":
            bounds.words += _in_words(typed, gte="at least", gt="more than", lte="at most", lt="less than")
        case "timestamp":
            bounds.words += _in_words(typed, gte="not before", gt="after", lte="not after", lt="before")
        case "bytes":
            if typed.HasField("max_len"):
                bounds.keywords["maxLength"] = math.ceil(typed.max_len / 3) * 4
        case "map" | "any" | "bool" | "field_mask":
            pass
        case _:
            _of_number(bounds, typed)
    return bounds


def _add_predefined(bounds: Bounds, typed: Any) -> None:
    for extension, value in typed.ListFields():
        if not extension.is_extension or value is not True:
            continue
        for rule in extension.GetOptions().Extensions[validate_pb2.predefined].cel:
            bounds.words.append(rule.message)
            found = _MATCHES.fullmatch(rule.expression)
            pattern = _PATTERNS.get(rule.id) or (found and found.group("pattern"))
            if pattern:
                bounds.keywords["pattern"] = pattern


def _of_string(bounds: Bounds, rules: Any) -> None:
    keywords = bounds.keywords
    if rules.min_len:
        keywords["minLength"] = rules.min_len
    if rules.min_bytes:
        keywords["minLength"] = math.ceil(rules.min_bytes / _BYTES_A_CHARACTER)
        bounds.words.append(f"must have at least {rules.min_bytes} bytes in UTF-8")
    if rules.HasField("max_len"):
        keywords["maxLength"] = rules.max_len
    if rules.HasField("max_bytes"):
        keywords["maxLength"] = rules.max_bytes
        bounds.words.append(f"must have at most {rules.max_bytes} bytes in UTF-8")
    if rules.pattern:
        keywords["pattern"] = rules.pattern
    if getattr(rules, "in"):
        keywords["enum"] = list(getattr(rules, "in"))
    if rules.email:
        keywords["format"] = "email"


def _of_repeated(bounds: Bounds, rules: Any) -> None:
    if rules.min_items:
        bounds.keywords["minItems"] = rules.min_items
    if rules.HasField("max_items"):
        bounds.keywords["maxItems"] = rules.max_items
    if rules.unique:
        bounds.keywords["uniqueItems"] = True
    if rules.HasField("items"):
        bounds.items = _bounds(rules.items)


def _of_number(bounds: Bounds, rules: Any) -> None:
    for rule, keyword in (
        ("gte", "minimum"),
        ("gt", "exclusiveMinimum"),
        ("lte", "maximum"),
        ("lt", "exclusiveMaximum"),
    ):
        if rules.HasField(rule):
            bounds.keywords[keyword] = getattr(rules, rule)
    if getattr(rules, "in"):
        bounds.keywords["enum"] = list(getattr(rules, "in"))


def _in_words(rules: Any, **words: str) -> Iterator[str]:
    for rule, word in words.items():
        if rules.HasField(rule):
            yield f"must be {word} {getattr(rules, rule).ToJsonString()}"
    if getattr(rules, "lt_now", False):
        yield "must lie in the past"


def _allow_empty(keywords: Schema) -> None:
    """Let a text be empty, as well as what its rules say."""
    keywords.pop("minLength", None)
    if "pattern" in keywords:
        keywords["pattern"] = f"^$|{keywords['pattern']}"
    if "format" in keywords:
        keywords["anyOf"] = [{"const": ""}, {"format": keywords.pop("format")}]
