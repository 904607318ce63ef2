"""Checks requests against the rules that stand in their protos."""

from __future__ import annotations

from typing import Any

import protovalidate
from google.protobuf.message import Message

from runtime.errors import InvalidInput, Violation
from runtime.statuses import MAX_VIOLATIONS

_validator = protovalidate.Validator()


def validate(request: Message) -> None:
    """Return when the request keeps its proto's rules. Raises InvalidInput with a violation for each bad field."""
    try:
        _validator.validate(request)
    except protovalidate.ValidationError as error:
        found = [_violation(item.proto) for item in error.violations[:MAX_VIOLATIONS]]
        first = found[0]
        subject = f"'{first.field}'" if first.field else "The request"
        raise InvalidInput(f"{subject} {first.description}; mend it and try again.", *found) from error


def _violation(proto: Any) -> Violation:
    path = ""
    # A rule of the whole message names no field.
    for element in proto.field.elements if proto.field is not None else ():
        path += f".{element.field_name}" if path else element.field_name
        if element.subscript is not None:
            path += f"[{element.subscript.value}]"
    return Violation(path, proto.message or f"breaks the rule {proto.rule_id}")
