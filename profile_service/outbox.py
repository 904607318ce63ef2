"""The outbox: mails are rows, written with what they tell of, and sent by one task until they are taken.

A mail may arrive twice, when the process dies between sending it and noting that; it is never lost.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

import structlog

from profile_service import letters
from profile_service.mail import TOKEN_LIFETIMES, Letter, Mail, Mailer, NotSent, new_token, token_hash
from runtime.errors import Unavailable

# How often it is looked whether there is a mail to send, which takes microseconds.
LOOK_SECONDS = 0.2
# How long a mail that somebody began to send is left to them. Longer than any mailer takes.
LEASE_SECONDS = 60.0
# How long a mail waits after its first, second, ... failure. After one more try it is given up.
RETRY_SECONDS = (10.0, 60.0, 300.0, 1800.0, 7200.0)
MAX_ATTEMPTS = len(RETRY_SECONDS) + 1
TIDY_SECONDS = 3600.0
_log = structlog.get_logger("outbox")


@dataclass(frozen=True, slots=True)
class Addressee:
    """To whom a mail goes."""

    username: str
    email: str


class OutboxStore(Protocol):
    """Where mails wait."""

    async def is_due(self) -> bool:
        """Return whether there is a mail to send."""

    async def claim(self, *, lease_seconds: float) -> Mail | None:
        """Take the mail that is due for longest; it is due again after the lease."""

    async def address(self, mail: Mail, token_hash: str) -> Addressee | None:
        """Keep the token that the mail will hold, if its kind has one. None when nobody is to get the mail any more."""

    async def postpone(self, mail_id: str, *, wait_seconds: float) -> None:
        """Have the mail due after a wait."""

    async def finish(self, mail_id: str) -> None:
        """Have the mail due no more."""

    async def tidy(self) -> None:
        """Delete what is too old to be of use."""


class Outbox:
    """Sends mails. `link` is the address of the page that they link to, see `letters.write`."""

    def __init__(self, store: OutboxStore, mailer: Mailer, *, link: str) -> None:
        self._store = store
        self._mailer = mailer
        self._link = link

    async def run(self) -> None:
        """Send what is due, one after the other, until cancelled."""
        clock = asyncio.get_running_loop().time
        tidy_time = clock()
        while True:
            try:
                while await self._store.is_due():
                    await self._send_next()
                if clock() >= tidy_time:
                    await self._store.tidy()
                    tidy_time = clock() + TIDY_SECONDS
            except Unavailable as error:
                _log.warning("outbox_stopped", cause=repr(error.__cause__))
            except Exception as error:
                # Whatever it is, the mails that wait behind this one are not lost for it.
                _log.error("outbox_fault", exc_info=error)
            await asyncio.sleep(LOOK_SECONDS)

    async def _send_next(self) -> None:
        mail = await self._store.claim(lease_seconds=LEASE_SECONDS)
        if mail is None:
            return
        log = _log.bind(mail_id=mail.mail_id, kind=mail.kind, attempt=mail.attempt_count)
        letter = await self._letter(mail) if mail.attempt_count <= MAX_ATTEMPTS else None
        if letter is None:
            log.info("mail_dropped")
            await self._store.finish(mail.mail_id)
            return
        try:
            await self._mailer.send(letter)
        except NotSent as error:
            wait_seconds = RETRY_SECONDS[min(mail.attempt_count, len(RETRY_SECONDS)) - 1]
            log.warning("mail_not_sent", cause=str(error), lasting=error.lasting)
            if not error.lasting:
                await self._store.postpone(mail.mail_id, wait_seconds=wait_seconds)
                return
        else:
            log.info("mail_sent")
        await self._store.finish(mail.mail_id)

    async def _letter(self, mail: Mail) -> Letter | None:
        """Return the mail in words, with a token of its own. None when nobody is to get it any more."""
        token = new_token() if mail.kind in TOKEN_LIFETIMES else ""
        addressee = await self._store.address(mail, token_hash(token))
        if addressee is None:
            return None
        return letters.write(mail, recipient=addressee.email, username=addressee.username, token=token, link=self._link)
