"""Mail: what is to be sent, and the tokens that prove that somebody reads it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from profile_service.users import search_key

TOKEN_BYTES = 32


class MailKind(StrEnum):
    """What a mail is for; rows and tokens keep the word."""

    CONFIRM_EMAIL = "confirm_email"
    EMAIL_CHANGING = "email_changing"
    EMAIL_REMOVED = "email_removed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - as below
    DELETION_SCHEDULED = "deletion_scheduled"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of a kind, not a password


# How long the token of a mail is good. The contract and the mails name the times.
TOKEN_LIFETIMES = {MailKind.CONFIRM_EMAIL: timedelta(hours=24), MailKind.RESET_PASSWORD: timedelta(hours=1)}


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to be sent.

    One that resets a password names whose by `login`, in the form of `email_key`; who that is, its sending finds out.
    """

    mail_id: str
    kind: MailKind
    account_id: str = ""
    recipient: str = ""
    login: str = ""
    attempt_count: int = 0


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in words. The id is the same each time that it is sent again."""

    mail_id: str
    recipient: str
    subject: str
    text: str = field(repr=False)


class NotSent(Exception):
    """A letter was not taken. `lasting` says that it never will be."""

    def __init__(self, cause: str, *, lasting: bool = False) -> None:
        super().__init__(cause)
        self.lasting = lasting


class Mailer(Protocol):
    """What letters are handed to."""

    async def send(self, letter: Letter) -> None:
        """Hand a letter over. Raises NotSent."""


def email_key(address: str) -> str:
    """Return an address in the form in which addresses are compared: two that look alike are one."""
    return search_key(address)


def new_token() -> str:
    """Return a token that cannot be guessed."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what is kept of a token, from which it cannot be made."""
    return hashlib.sha256(token.encode()).hexdigest()
