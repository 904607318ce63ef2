"""Forgotten passwords: replaced by whoever reads the mail of the account's confirmed address."""

from __future__ import annotations

from typing import Protocol

from profile_service.errors import MailerMissing, MailTokenInvalid
from profile_service.mail import token_hash
from profile_service.passwords import Passwords, require_uncommon


class PasswordResetStore(Protocol):
    """Where wishes and tokens are kept."""

    async def queue_reset(self, login: str, *, network: str) -> None:
        """Queue a mail for whoever is meant, if anybody. Raises TooManyMails or Exhausted, for all alike."""

    async def username_of(self, token_hash: str) -> str | None:
        """Return whose password a token resets; None when it is not good."""

    async def reset(self, token_hash: str, *, password_hash: str, network: str) -> bool:
        """Use a token up, replace the password and end all sessions. False when the token is not good any more.

        `network` is where the token came from, for the audit log.
        """


class PasswordResets:
    """The use cases. `sends_mail` says whether there is a mailer."""

    def __init__(self, store: PasswordResetStore, passwords: Passwords, *, sends_mail: bool) -> None:
        self._store = store
        self._passwords = passwords
        self._sends_mail = sends_mail

    async def request(self, login: str, *, network: str) -> None:
        """Have a mail sent, by username or confirmed address. Nothing tells whether there is such an account.

        Who is meant is found out when the mail is sent, so that this takes the same time for everybody.

        Raises:
            MailerMissing: there is no mailer.
            TooManyMails: too many were asked for from this network.
            Exhausted: too many wait.
        """
        if not self._sends_mail:
            raise MailerMissing()
        await self._store.queue_reset(login, network=network)

    async def reset(self, token: str, new_password: str, *, network: str) -> None:
        """Replace the password of the token's account. Raises MailTokenInvalid or PasswordTooCommon."""
        hashed_token = token_hash(token)
        username = await self._store.username_of(hashed_token)
        if username is None:  # before a password is hashed, which is slow on purpose
            raise MailTokenInvalid()
        require_uncommon(new_password, username=username, field="new_password")
        password_hash = await self._passwords.hash(new_password)
        if not await self._store.reset(hashed_token, password_hash=password_hash, network=network):
            raise MailTokenInvalid()
