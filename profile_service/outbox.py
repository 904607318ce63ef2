"""The outbox: mails are rows, written with what they tell of, and sent until they are taken.

A mail may arrive twice, when the process dies between sending it and noting that; it is never lost. Each kind of mail
has places of its own to be sent in: neither many of one kind nor a server that dawdles over them keeps up others.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn, Protocol

import structlog

from profile_service import letters
from profile_service.mail import TOKEN_LIFETIMES, Letter, Mail, Mailer, MailKind, NotSent, new_token, token_hash
from runtime.errors import Unavailable

# Mails of one kind that are sent at the same time.
AT_ONCE = 2
# Whoever queues a mail wakes the outbox; how often it looks by itself, for those to be tried again and those of other
# processes.
LOOK_SECONDS = 5.0
# What any mailer may take for one mail, and for how long a mail that somebody began to send is left to them.
SEND_SECONDS = 45.0
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

    async def due_kinds(self) -> list[MailKind]:
        """Return of which kinds there are mails to send."""

    async def claim(self, kind: MailKind, *, lease_seconds: float) -> Mail | None:
        """Take the mail of a kind that is due for longest; it is due again after the lease."""

    async def address(self, mail: Mail, token_hash: str) -> Addressee | None:
        """Keep the token that the mail will hold, if its kind has one. None when nobody is to get the mail any more."""

    async def postpone(self, mail_id: str, *, wait_seconds: float) -> None:
        """Have the mail due after a wait."""

    async def finish(self, mail_id: str) -> None:
        """Have the mail due no more."""

    async def tidy(self) -> None:
        """Delete what is too old to be of use."""


class Outbox:
    """Sends mails. `link` is the page that they link to, see `letters.write`; `wake` is set by whoever queues one."""

    def __init__(self, store: OutboxStore, mailer: Mailer, *, link: str, wake: asyncio.Event) -> None:
        self._store = store
        self._mailer = mailer
        self._link = link
        self._wake = wake
        self._under_way: Counter[MailKind] = Counter()
        self._tidy_time = 0.0

    async def run(self) -> NoReturn:
        """Send what is due, several at a time, until cancelled."""
        async with asyncio.TaskGroup() as sending:
            while True:
                self._wake.clear()
                try:
                    await self._begin_due(sending)
                    await self._tidy_now_and_then()
                except Exception as error:
                    _log_fault(error)
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._wake.wait()

    async def _begin_due(self, sending: asyncio.TaskGroup) -> None:
        for kind in await self._store.due_kinds():
            while self._under_way[kind] < AT_ONCE:
                mail = await self._store.claim(kind, lease_seconds=LEASE_SECONDS)
                if mail is None:
                    break
                self._under_way[kind] += 1
                sending.create_task(self._send(mail))

    async def _tidy_now_and_then(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._tidy_time:
            await self._store.tidy()
            self._tidy_time = now + TIDY_SECONDS

    async def _send(self, mail: Mail) -> None:
        """Try once. After a fault of ours the mail is due again at the end of its lease."""
        try:
            await self._try(mail)
        except Exception as error:
            _log_fault(error)
        finally:
            self._under_way[mail.kind] -= 1
            self._wake.set()

    async def _try(self, mail: Mail) -> None:
        log = _log.bind(mail_id=mail.mail_id, kind=mail.kind, attempt=mail.attempt_count)
        letter = await self._letter(mail) if mail.attempt_count <= MAX_ATTEMPTS else None
        if letter is None:
            log.info("mail_dropped")
            await self._store.finish(mail.mail_id)
            return
        try:
            await self._hand_over(letter)
        except NotSent as error:
            wait_seconds = RETRY_SECONDS[min(mail.attempt_count, len(RETRY_SECONDS)) - 1]
            log.warning("mail_not_sent", cause=str(error), lasting=error.lasting)
            if not error.lasting:
                await self._store.postpone(mail.mail_id, wait_seconds=wait_seconds)
                return
        else:
            log.info("mail_sent")
        await self._store.finish(mail.mail_id)

    async def _hand_over(self, letter: Letter) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._mailer.send(letter)
        except TimeoutError as error:
            raise NotSent("the mailer took too long") from error

    async def _letter(self, mail: Mail) -> Letter | None:
        """Return the mail in words, with a token of its own. None when nobody is to get it any more."""
        token = new_token() if mail.kind in TOKEN_LIFETIMES else ""
        addressee = await self._store.address(mail, token_hash(token))
        if addressee is None:
            return None
        return letters.write(mail, recipient=addressee.email, username=addressee.username, token=token, link=self._link)


def _log_fault(error: Exception) -> None:
    """Tell of what must not end the outbox: whatever it is, other mails are not lost for it."""
    if isinstance(error, Unavailable):
        _log.warning("outbox_stopped", cause=repr(error.__cause__))
    else:
        _log.error("outbox_fault", exc_info=error)
