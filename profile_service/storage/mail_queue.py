"""Queues mails, each in the transaction of what it tells of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from profile_service.mail import MailKind, email_key
from runtime.database import Row, Session


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
        """Add a mail to the confirmed address of an account, if it has one."""
        if account["confirmed_email_key"]:
            await self.add(session, kind, account_id=account["account_id"], recipient=account["email"])

    def wake(self) -> None:
        """Have the outbox look at once for what was committed; without it, it does so some seconds later."""
        self._wake.set()
