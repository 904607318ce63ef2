"""Queues mails, each in the transaction of what it tells of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from profile_service.mail import MailKind, email_key
from runtime.database import Row, Session
from runtime.times import MICRO

# An hour's mails that tell an owner of one kind of thing: whoever knows the password could do it again and again.
WARNINGS = 5


class MailQueue:
    """What every store that has something to tell by mail writes to. `wake` is what the outbox waits for."""

    def __init__(self, *, new_id: Callable[[], str], sends_mail: bool, wake: asyncio.Event) -> None:
        self._new_id = new_id
        self._sends_mail = sends_mail
        self._wake = wake

    async def add(
        self,
        session: Session,
        kind: MailKind,
        *,
        account_id: str = "",
        recipient: str = "",
        login: str = "",
        network: str = "",
    ) -> None:
        """Have a mail sent if this transaction is committed; call `wake` then. Nothing happens where none is sent."""
        if not self._sends_mail:
            return
        await session.one(
            "insert_mail",
            mail_id=self._new_id(),
            kind=kind,
            account_id=account_id,
            recipient=recipient,
            recipient_key=email_key(recipient),
            login=login,
            network=network,
        )

    async def tell_owner(self, session: Session, kind: MailKind, account: Row) -> None:
        """Add a mail to the confirmed address of an account, if it has one that did not get enough of them."""
        account_id = account["account_id"]
        if not account["confirmed_email_key"]:
            return
        told = await session.one("count_mails_of", account_id=account_id, kind=kind, span=timedelta(hours=1) // MICRO)
        if told is None or told["mails"] < WARNINGS:
            await self.add(session, kind, account_id=account_id, recipient=account["email"])

    async def warn(self, session: Session, kind: MailKind, account_id: str) -> None:
        """Add a mail that tells the owner of an account, which may be leaving, what was done with it."""
        account = await session.one("get_mail_owner", account_id=account_id)
        if account is not None:
            await self.tell_owner(session, kind, account)

    def wake(self) -> None:
        """Have the outbox look at once for what was committed; without it, it does so some seconds later."""
        self._wake.set()
