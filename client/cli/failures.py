"""What a failed command says, and the exit code it leaves with."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from client.errors import DossierError

FAILED: Final = 1
USAGE: Final = 2
NOT_SIGNED_IN: Final = 3
NOT_FOUND: Final = 4
UNAVAILABLE: Final = 5

_CODES: Final = {
    "UNAUTHENTICATED": NOT_SIGNED_IN,
    "NOT_FOUND": NOT_FOUND,
    "UNAVAILABLE": UNAVAILABLE,
    "DEADLINE_EXCEEDED": UNAVAILABLE,
}

_SIGN_IN_AGAIN: Final = "Sign in again: dossier sign-in USERNAME"
# Only what names a command: the server's own sentences say the rest.
_ADVICE: Final = {
    "TOKEN_MISSING": "Sign in: dossier sign-in USERNAME",
    "TOKEN_INVALID": _SIGN_IN_AGAIN,
    "TOKEN_EXPIRED": _SIGN_IN_AGAIN,
    "SESSION_ENDED": _SIGN_IN_AGAIN,
    "REFRESH_TOKEN_INVALID": _SIGN_IN_AGAIN,
    "REFRESH_TOKEN_REUSED": _SIGN_IN_AGAIN,
    "ROLE_MISSING": "An admin gives roles, or the server's operator: dossier admin grant-role USERNAME ROLE",
    "LAST_ADMIN": "Make another admin first: dossier admin set-roles USERNAME --give admin",
    "API_KEY_NOT_FOUND": "See which there are: dossier admin list-api-keys USERNAME",
    "API_KEY_QUOTA": "See which are not used: dossier admin list-api-keys USERNAME",
    "SERVICE_ACCOUNT_NOT_FOUND": "See which there are: dossier admin users --role service",
    "PLAYER_UNKNOWN": "Every player in a game needs an account: dossier sign-up USERNAME",
    "GAME_ID_TAKEN": "Give the game another game_id, or leave it out to get a new one.",
    "REPORT_NOT_READY": "See how it stands: dossier report show ID",
    "REPORT_QUOTA": "Wait for a report under way, or delete one: dossier report list; dossier report delete ID",
    "CERTIFICATE_EXPIRED": "The server's operator has to renew it. Do not send your password meanwhile.",
    "CERTIFICATE_UNTRUSTED": "If the club has an authority of its own, name it: --root-ca FILE or DOSSIER_ROOT_CA.",
    "CERTIFICATE_NAME": "Use the name that the certificate was made for: --endpoint NAME:PORT or DOSSIER_ENDPOINT.",
    "NOT_ENCRYPTED": "Check the port. Without --tls your password would pass in clear text.",
    "FILE_DAMAGED": "Ask for a new one: dossier report create",
    "DIGEST_MISMATCH": "Try again; if it stays, ask for a new report: dossier report create",
}
_UNREACHABLE: Final = (
    "Is it running? `dossier up` starts one here; --endpoint or DOSSIER_ENDPOINT names another address; "
    "a server with a certificate needs --tls."
)


class CommandFailure(Exception):
    """A command that cannot go on, for a reason found on this side.

    Attributes:
        reason: a word in capitals for programs, or empty.
        advice: what to do about it, or empty.
    """

    def __init__(self, message: str, *, reason: str = "", advice: str = "", exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.advice = advice
        self.exit_code = exit_code


def report_failure(error: Exception) -> int:
    """Say on stderr what went wrong and what to do, and return the exit code. Never shows a traceback unasked."""
    if os.environ.get("DOSSIER_DEBUG"):
        traceback.print_exception(error)
    from client.errors import DossierError

    if isinstance(error, DossierError):
        return _report_refusal(error)
    if isinstance(error, CommandFailure):
        _say(error.message, error.reason, error.advice)
        return error.exit_code
    if isinstance(error, OSError):
        _say(_system_sentence(error), "", "")
        return FAILED
    advice = "This is a fault of the command. DOSSIER_DEBUG=1 shows where; please report it."
    _say(f"unexpected {type(error).__name__}", "INTERNAL", advice)
    return FAILED


def _report_refusal(error: DossierError) -> int:
    _say(error.message, error.reason or error.code.name, "")
    for violation in error.violations:
        _line(f"  {violation.field}: {violation.description}")
    if advice := _advice(error):
        _line(advice)
    return _CODES.get(error.code.name, FAILED)


def _advice(error: DossierError) -> str:
    if error.retry_delay:
        return f"Try again in {error.retry_delay:.0f} s." if error.retry_delay >= 1 else "Try again in a moment."
    if not error.reason and error.code.name in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
        return _UNREACHABLE
    if error.reason == "INTERNAL" and "request_id" in error.metadata:
        return f"A fault of the server; its log has more under request_id {error.metadata['request_id']}."
    return _ADVICE.get(error.reason, "")


def _system_sentence(error: OSError) -> str:
    what = error.strerror or str(error)
    return f"{error.filename}: {what}" if error.filename else what


def _say(message: str, reason: str, advice: str) -> None:
    _line(f"error: {message} ({reason})" if reason else f"error: {message}")
    if advice:
        _line(advice)


def _line(text: str) -> None:
    from client.cli.output import printable

    print(printable(text), file=sys.stderr)
