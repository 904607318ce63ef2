"""E-mail addresses: changed, confirmed, removed. Only a confirmed one identifies an account."""

from __future__ import annotations

from typing import Protocol

from profile_service.credentials import CredentialRules, Credentials
from profile_service.errors import CredentialsWrong, MailerMissing, MailTokenInvalid
from profile_service.mail import token_hash
from runtime.calls import Caller


class EmailStore(Protocol):
    """Where addresses are kept. What is queued here is a row of the same transaction."""

    async def begin_change(self, credentials: Credentials, email: str, *, session_id: str) -> bool:
        """Have an address wait, with a mail to it and one to the confirmed address that there is. Raises TooManyMails.

        `session_id` is what asks, for the audit log. False when the account's password is another one by now.
        """

    async def remove(self, credentials: Credentials) -> bool:
        """Remove the address, with a mail to it if it is confirmed. False as above."""

    async def confirm(self, token_hash: str) -> bool:
        """Use a token up and confirm the address that it was sent to. Raises EmailTaken.

        False when there is no such token, or the account has another wish by now.
        """

    async def queue_confirmation(self, account_id: str) -> None:
        """Queue a mail to the address that waits. Raises EmailNotPending or TooManyMails."""


class Emails:
    """The use cases. `sends_mail` says whether there is a mailer."""

    def __init__(self, store: EmailStore, rules: CredentialRules, *, sends_mail: bool) -> None:
        self._store = store
        self._rules = rules
        self._sends_mail = sends_mail

    async def change(self, caller: Caller, email: str, password: str) -> None:
        """Ask for another address, or with an empty one for none.

        Raises:
            MailerMissing: addresses cannot be confirmed.
            CredentialsWrong, TooManyAttempts: the password is not the account's, or too many were tried.
            TooManyMails: too many were asked for.
        """
        if email:
            self._require_mailer()
        credentials = await self._rules.require_password(caller.account_id, password, session_id=caller.session_id)
        if email:
            done = await self._store.begin_change(credentials, email, session_id=caller.session_id)
        else:
            done = await self._store.remove(credentials)
        if not done:
            raise CredentialsWrong()

    async def request_confirmation(self, caller: Caller) -> None:
        """Send the mail again. Raises MailerMissing, EmailNotPending or TooManyMails."""
        self._require_mailer()
        await self._store.queue_confirmation(caller.account_id)

    async def confirm(self, token: str) -> None:
        """Confirm the address that a token was sent to. Raises MailTokenInvalid or EmailTaken."""
        if not await self._store.confirm(token_hash(token)):
            raise MailTokenInvalid()

    def _require_mailer(self) -> None:
        if not self._sends_mail:
            raise MailerMissing()
