"""An example of every message: what comments name, and otherwise the same few people, games and times throughout."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from tools.openapi.comments import ROOT, Comments
from tools.openapi.rules import bounds_of

GAME_ID: Final = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"
REPORT_ID: Final = "01936d3e-9d10-7c42-8a5e-1b2c3d4e5f60"
USERNAME: Final = "vera"
_DIGEST: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_SUCH_AS: Final = re.compile(r"such as \"([^\"]+)\"")
_GAME: Final = Path("docs/examples/game.json")
# By the name of a field, wherever it stands.
_TEXTS: Final[dict[str, str]] = {
    "username": USERNAME,
    "other_username": "amara",
    "game_id": GAME_ID,
    "report_id": REPORT_ID,
    "session_id": "01936d3f-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
    "api_key_id": "01936d3f-2b3c-7d4e-8f5a-6b7c8d9e0f1a",
    "receipt_id": "01936d3f-3c4d-7e5f-8a6b-7c8d9e0f1a2b",
    "request_id": "01936d3f-4d5e-7f6a-8b7c-8d9e0f1a2b3c",
    "account_id": "01936d3f-5e6f-7a7b-8c8d-9e0f1a2b3c4d",
    "link_id": "01936d3f-6f7a-7b8c-8d9e-0f1a2b3c4d5e",
    "display_name": "Віра Коваль",
    "city": "Kyiv",
    "club": "Night City",
    "about": "I play red, whatever the cards say.",
    "email": "vera@example.org",
    "locale": "uk",
    "season": "2026-autumn",
    "password": "a long and unusual password",
    "current_password": "a long and unusual password",
    "new_password": "an even longer and less usual one",
    "login": USERNAME,
    "nickname": "Nina",
    "reason": "left in the middle of two games",
    "sha256": _DIGEST,
    "etag": "3f0a8c1e",
    "next_page_token": "",
    "download_uri": f"/v1/reports/{REPORT_ID}:download",
    "start_time": "2026-09-01T00:00:00Z",
    "end_time": "2026-12-01T00:00:00Z",
    "create_time": "2026-11-23T18:00:00Z",
    "update_time": "2026-11-23T18:00:04.250Z",
    "duration": "3120s",
    "user_agent": "curl/8.14",
    "update_mask": "displayName,city",
    "token": "kY3vT0pQ9mXz4Lr8",
}
# What rules of a message as a whole ask for, or what makes a request of use; by the name of the message.
_INPUTS: Final[dict[str, dict[str, Any]]] = {
    "CreateReportRequest": {"kind": "KIND_PLAYER_REPORT", "username": USERNAME, "locale": "uk"},
    "SetRolesRequest": {"give": ["ROLE_REFEREE"]},
    "SetVisibilityRequest": {"visibility": {}},
    "UpdateUserRequest": {},
    "User": {"displayName": "Віра Коваль", "gender": "GENDER_FEMALE", "city": "Kyiv"},
}


def example_of(
    message: Descriptor, comments: Comments, *, for_input: bool, without: Collection[str] = ()
) -> dict[str, Any]:
    """Return an example of a message as JSON: of a request what must be given, of an answer what is always there."""
    if message.full_name == "dossier.stats.v1.Game" and for_input:
        game = {"gameId": GAME_ID, **json.loads((ROOT / _GAME).read_text(encoding="utf-8"))}
        return {name: value for name, value in game.items() if name != "gameId" or "game_id" not in without}
    given = _INPUTS.get(message.name, {}) if for_input else {}
    fields = [field for field in message.fields if field.name not in without]
    found = {}
    for field in fields:
        if field.json_name in given:
            found[field.json_name] = given[field.json_name]
        elif _behaviour(field, field_behavior_pb2.REQUIRED) if for_input else _is_shown(field):
            found[field.json_name] = _of_field(field, comments, for_input=for_input)
    return found


def value_of(field: FieldDescriptor, comments: Comments) -> Any:
    """Return an example of one value of a field in a request."""
    return _one(field, comments, for_input=True)


def _is_shown(field: FieldDescriptor) -> bool:
    if _behaviour(field, field_behavior_pb2.INPUT_ONLY):
        return False
    return field.containing_oneof is None or field is field.containing_oneof.fields[0]


def _of_field(field: FieldDescriptor, comments: Comments, *, for_input: bool) -> Any:
    kind = field.message_type
    if kind is not None and kind.GetOptions().map_entry:
        value = kind.fields_by_name["value"]
        return {"name": _one(value, comments, for_input=for_input)}
    one = _one(field, comments, for_input=for_input)
    return [one] if field.is_repeated else one


def _one(field: FieldDescriptor, comments: Comments, *, for_input: bool) -> Any:
    name = "username" if field.name == "usernames" else field.name
    kind = field.message_type
    if kind is not None and not kind.full_name.startswith("google.protobuf."):
        return example_of(kind, comments, for_input=for_input)
    if field.enum_type is not None:
        return next(value.name for value in field.enum_type.values if value.number)
    if kind is not None:
        return _well_known(kind.name, name)
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_BOOL:
            return False
        case FieldDescriptor.CPPTYPE_STRING:
            return _text(field, name, comments)
        case FieldDescriptor.CPPTYPE_INT64 | FieldDescriptor.CPPTYPE_UINT64:
            return "48213"
        case FieldDescriptor.CPPTYPE_DOUBLE | FieldDescriptor.CPPTYPE_FLOAT:
            return 0.5
    allowed = [value for value in bounds_of(field).keywords.get("enum", ()) if value]
    return allowed[0] if allowed else max(1, bounds_of(field).keywords.get("minimum", 1))


def _text(field: FieldDescriptor, name: str, comments: Comments) -> str:
    if field.type == FieldDescriptor.TYPE_BYTES:
        return "RG9zc2llcg=="
    found = _SUCH_AS.search(comments.text(field.full_name))
    return _TEXTS.get(name) or (found.group(1) if found else "") or ("" if name in _TEXTS else name.replace("_", " "))


def _well_known(kind: str, name: str) -> Any:
    defaults = {"Timestamp": "2026-11-23T18:00:00Z", "Duration": "3120s", "FieldMask": "displayName"}
    value = _TEXTS.get(name, "")
    fits = {"Timestamp": name.endswith("_time"), "Duration": name == "duration", "FieldMask": name.endswith("_mask")}
    if value and fits.get(kind):
        return value
    return defaults.get(kind, {"BoolValue": False, "StringValue": "text"}.get(kind, 1))


def _behaviour(field: FieldDescriptor, behaviour: int) -> bool:
    return behaviour in field.GetOptions().Extensions[field_behavior_pb2.field_behavior]
