"""Refresh tokens and the rule by which they rotate.

A token is `v1.<session>.<n>.<mac>`. The MAC key is derived from a server secret and the session's salt, so that a
stolen database alone cannot make tokens. (RFC 9700 section 4.14.2: rotation, and revocation on replay.)
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SLIDING_DAYS = 30
ABSOLUTE_DAYS = 90
REPEAT_WINDOW_SECONDS = 20
_VERSION = "v1"
_MAC_BYTES = 32


@dataclass(frozen=True, slots=True)
class Presented:
    """A refresh token taken apart; `mac` is not checked yet."""

    session_id: str
    counter: int
    mac: bytes


class Verdict(Enum):
    """What to do with a genuine token of a live session."""

    ROTATE = "it is the newest: exchange it"
    REPEAT = "it was exchanged a moment ago: give the same successor again"
    REUSED = "it was exchanged long ago: end the session"


def parse(token: str) -> Presented | None:
    """Take a token apart. None when it does not have the exact shape of ours."""
    parts = token.split(".")
    if len(parts) != 4 or parts[0] != _VERSION or not parts[2].isdecimal() or len(parts[2]) > 15:
        return None
    try:
        session_id = str(UUID(hex=parts[1]))
        mac = base64.urlsafe_b64decode(parts[3] + "=")
    except ValueError:
        return None
    presented = Presented(session_id, int(parts[2]), mac)
    return presented if len(mac) == _MAC_BYTES and _text(presented) == token else None


def issue(secret: bytes, *, session_id: str, salt: bytes, counter: int, account_id: str) -> str:
    """Return the token number `counter` of a session; the same arguments always give the same token."""
    mac = _mac(secret, session_id=session_id, salt=salt, counter=counter, account_id=account_id)
    return _text(Presented(session_id, counter, mac))


def is_genuine(presented: Presented, secret: bytes, *, salt: bytes, account_id: str) -> bool:
    """Return whether we made the token for this account's session."""
    expected = _mac(
        secret, session_id=presented.session_id, salt=salt, counter=presented.counter, account_id=account_id
    )
    return hmac.compare_digest(expected, presented.mac)


def judge(presented: int, *, current: int, seconds_since_rotation: float) -> Verdict:
    """Decide on token number `presented` of a session whose newest is `current`."""
    if presented == current:
        return Verdict.ROTATE
    if presented == current - 1 and seconds_since_rotation <= REPEAT_WINDOW_SECONDS:
        return Verdict.REPEAT
    return Verdict.REUSED


def _mac(secret: bytes, *, session_id: str, salt: bytes, counter: int, account_id: str) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"dossier refresh token").derive(secret)
    return hmac.digest(key, f"{session_id}.{counter}.{account_id}".encode(), "sha256")


def _text(token: Presented) -> str:
    mac = base64.urlsafe_b64encode(token.mac).rstrip(b"=").decode()
    return f"{_VERSION}.{UUID(token.session_id).hex}.{token.counter}.{mac}"
