"""What schemathesis is told beside the document: who calls, and which of what is named exists.

Half of the names and ids that are good are put in the place of ones that there are, so that calls come through; what a
call would use up is made anew for it.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import uuid
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import jwt
import schemathesis
from hypothesis import strategies as st

from tests.e2e.installations import PASSWORD
from tests.openapi.club import BYSTANDER, CALLER, GUEST, PROGRAM, Club, picture

KNOWN = json.loads(os.environ["DOSSIER_OPENAPI_KNOWN"])
STATUSES = Path(os.environ["DOSSIER_OPENAPI_STATUSES"])
CLUB = Club(os.environ["DOSSIER_OPENAPI_ADDRESS"], KNOWN.pop("game"))
CLUB.token = KNOWN.pop("caller")
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{1,31}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# How the ids of examples begin.
_EXAMPLE = "01936d3"
# Their caller is not the same afterwards.
_USING_UP = (
    "SignOut",
    "SignOutEverywhere",
    "DeleteAccount",
    "ChangePassword",
    "RevokeSession",
    "RequestEmailConfirmation",
    # Nobody may have many reports.
    "CreateReport",
    "ExportAccount",
    "CancelReport",
    "DeleteReport",
    "CreateShareLink",
    "ListShareLinks",
    "DeleteShareLink",
)
_counts: dict[str, Counter[int]] = {}

for kind in ("image/jpeg", "image/png", "image/webp"):
    schemathesis.openapi.media_type(kind, st.just(picture()) | st.binary(min_size=1, max_size=200))


def _name(operation: Any) -> str:
    return str(operation.definition.raw["operationId"])


def _chosen(value: Any) -> bool:
    """Whether to put something that exists in the place of a value: of most, and of each example."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        return False
    return value.startswith(_EXAMPLE) or zlib.crc32(value.encode()) % 4 > 0


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Name what exists, mostly."""
    for name, value in (path_parameters or {}).items():
        if name in KNOWN and (_chosen(value) or (name == "token" and isinstance(value, str) and len(value) % 2 == 0)):
            path_parameters[name] = _known(_name(context.operation), name)  # type: ignore[index]
    return path_parameters


def _known(operation: str, parameter: str) -> str:
    if parameter == "username" and operation.startswith("AdminService_"):
        return PROGRAM if "ApiKey" in operation else BYSTANDER
    return str(KNOWN[parameter])


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """Send what is good in the place of some passwords, names and secrets."""
    if not isinstance(body, dict):
        return body
    name = _name(context.operation)
    for field in ("password", "currentPassword"):
        if isinstance(body.get(field), str) and zlib.crc32(body[field].encode()) % 4 > 0:
            body[field] = PASSWORD
    if name == "AuthService_SignIn" and _chosen(body.get("username")):
        body["username"] = BYSTANDER
    for field in ("apiKey", "nickname"):
        if isinstance(body.get(field), str) and len(body[field]) % 2:
            body[field] = KNOWN[field]
    return body


@schemathesis.auth(refresh_interval=None)
class Callers:
    """Has everything called by an admin; what changes a caller for good, by a newcomer."""

    def get(self, case: Any, context: Any) -> Any:
        """Return name and access token of the caller."""
        if _name(context.operation).partition("_")[2] in _USING_UP:
            username, tokens = CLUB.newcomer()
            return username, tokens["accessToken"]
        return CALLER, CLUB.token

    def set(self, case: Any, data: tuple[str, str], context: Any) -> None:
        """Add the token, and have a call be about something that it may use up."""
        username, token = data
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
        named, body = case.path_parameters or {}, case.body
        for name in KNOWN.keys() & named:
            if str(named[name]).startswith((_EXAMPLE, CALLER)):
                named[name] = _known(_name(context.operation), name)
        match _name(context.operation).partition("_")[2]:
            case "DeleteAccount" if named.get("username") == CALLER:
                named["username"] = username
            case "DeleteReport" | "CancelReport" if named.get("reportId") == KNOWN["reportId"]:
                named["reportId"] = CLUB.report(token)
            case "DeleteShareLink" if named.get("linkId") == KNOWN["linkId"]:
                named["linkId"] = CLUB.share_link(CLUB.report(token), token)["linkId"]
            case "CreateShareLink" | "ListShareLinks" if named.get("reportId") == KNOWN["reportId"]:
                named["reportId"] = CLUB.report(token)
            case "VoidGame" if named.get("gameId") == KNOWN["gameId"]:
                named["gameId"] = CLUB.game()
            case "RevokeApiKey" if named.get("apiKeyId") == KNOWN["apiKeyId"]:
                named["apiKeyId"] = CLUB.api_key()["apiKey"]["apiKeyId"]
            case "RevokeSession" if named.get("sessionId") == KNOWN["sessionId"]:
                named["sessionId"] = jwt.decode(token, options={"verify_signature": False})["sid"]
            case "RequestEmailConfirmation":
                CLUB.post("/v1/account:changeEmail", token=token, email=f"{username}@example.org", password=PASSWORD)
            case "SignUp" | "CreateServiceAccount" if isinstance(body, dict) and body.get("username") == CALLER:
                body["username"] = f"guest-{uuid.uuid4().hex[:12]}"
            case "MergeGuest" if isinstance(body, dict) and body.get("nickname") == GUEST:
                CLUB.game(guest=GUEST)
            case "RefreshTokens" if isinstance(body, dict) and isinstance(body.get("refreshToken"), str):
                body["refreshToken"] = CLUB.newcomer()[1]["refreshToken"]
            case "UndeleteAccount" if isinstance(body, dict) and body.get("password") == PASSWORD:
                body["username"] = CLUB.leaver()[0]


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Count the answer."""
    _counts.setdefault(_name(case.operation), Counter())[response.status_code] += 1


@atexit.register
def _write() -> None:
    if _counts:
        STATUSES.write_text(json.dumps(_counts, sort_keys=True))
