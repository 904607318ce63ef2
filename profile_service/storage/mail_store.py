"""Runs the queries about mails, their tokens and what these change."""

from __future__ import annotations

import math
from datetime import timedelta

from profile_service.audit import NOBODY, Kind
from profile_service.credentials import Credentials
from profile_service.errors import EmailNotPending, EmailTaken, TooManyMails
from profile_service.mail import TOKEN_LIFETIMES, Mail, MailKind, email_key
from profile_service.outbox import Addressee
from profile_service.storage.audit_store import record
from profile_service.storage.mail_queue import MailQueue
from profile_service.storage.parts import ACCOUNTS
from runtime.database import Database, Row, Session, UniqueViolation
from runtime.errors import Exhausted
from runtime.times import MICRO, span_micros

# What limits count over, and what is told to who reaches one.
_SPAN = timedelta(hours=1)
_RETRY_SECONDS = 600.0
# An hour's mails: to confirm an address, by account and by address; to reset a password, by account. The contract names
# the latter.
CONFIRMATIONS = 5
RESETS_OF_ACCOUNT = 3
# Wishes to reset a password that wait to be looked at; more are refused.
WAITING_RESETS = 1000
_KEPT = timedelta(days=1)


class MailStore:
    """Implements `outbox.OutboxStore`, `emails.EmailStore` and `password_resets.PasswordResetStore`.

    `resets_of_network` is how many of these mails a network may ask for in an hour; 0 is any number.
    """

    def __init__(self, database: Database, queue: MailQueue, *, resets_of_network: int) -> None:
        self._database = database
        self._queue = queue
        self._resets_of_network = resets_of_network or math.inf

    # What the outbox does.

    async def due_kinds(self) -> list[MailKind]:
        """See `outbox.OutboxStore`."""
        return [MailKind(row["kind"]) for row in await self._database.point.all("list_due_kinds")]

    async def claim(self, kind: MailKind, *, lease_seconds: float) -> Mail | None:
        """See `outbox.OutboxStore`."""
        async with self._database.write(ACCOUNTS) as session:
            row = await session.one("claim_mail", kind=kind, lease=span_micros(lease_seconds))
        return None if row is None else _mail(row)

    async def address(self, mail: Mail, token_hash: str) -> Addressee | None:
        """See `outbox.OutboxStore`."""
        async with self._database.write(ACCOUNTS) as session:
            if mail.kind is MailKind.RESET_PASSWORD:
                return await _address_reset(session, mail, token_hash)
            if mail.kind is MailKind.CONFIRM_EMAIL:
                return await _address_confirmation(session, mail, token_hash)
            account = await session.one("get_mail_owner", account_id=mail.account_id)
            return None if account is None else Addressee(account["username"], mail.recipient)

    async def postpone(self, mail_id: str, *, wait_seconds: float) -> None:
        """See `outbox.OutboxStore`."""
        async with self._database.write(ACCOUNTS) as session:
            await session.one("postpone_mail", mail_id=mail_id, wait=span_micros(wait_seconds))

    async def finish(self, mail_id: str) -> None:
        """See `outbox.OutboxStore`."""
        async with self._database.write(ACCOUNTS) as session:
            await session.one("finish_mail", mail_id=mail_id)

    async def tidy(self) -> None:
        """See `outbox.OutboxStore`."""
        async with self._database.write(ACCOUNTS) as session:
            await session.all("delete_old_mails", kept=_KEPT // MICRO)
            await session.all("delete_old_mail_tokens")

    # What owners of addresses do.

    async def begin_change(self, credentials: Credentials, email: str, *, session_id: str) -> bool:
        """See `emails.EmailStore`."""
        async with self._database.write(ACCOUNTS) as session:
            before = await _set_pending(session, credentials, email)
            if before is None:
                return False
            await _end_tokens(session, credentials.account_id, kind=MailKind.CONFIRM_EMAIL)
            await self._queue_confirmation(session, credentials.account_id, email)
            await self._queue.tell_owner(session, MailKind.EMAIL_CHANGING, before)
            await record(session, Kind.EMAIL_CHANGE_REQUESTED, credentials.account_id, session_id=session_id)
        self._queue.wake()
        return True

    async def remove(self, credentials: Credentials) -> bool:
        """See `emails.EmailStore`."""
        async with self._database.write(ACCOUNTS) as session:
            before = await _set_pending(session, credentials, "")
            if before is None:
                return False
            await session.one("remove_email", account_id=credentials.account_id)
            await record(session, Kind.EMAIL_CHANGED, credentials.account_id)
            await _end_tokens(session, credentials.account_id)
            await self._queue.tell_owner(session, MailKind.EMAIL_REMOVED, before)
        self._queue.wake()
        return True

    async def confirm(self, token_hash: str) -> bool:
        """See `emails.EmailStore`."""
        try:
            async with self._database.write(ACCOUNTS) as session:
                used = await session.one("use_mail_token", token_hash=token_hash, kind=MailKind.CONFIRM_EMAIL)
                if used is None:
                    return False
                confirmed = await session.one(
                    "confirm_email",
                    account_id=used["account_id"],
                    email=used["email"],
                    email_key=email_key(used["email"]),
                )
                # Also those that reset the password, as they went to the address before.
                await _end_tokens(session, used["account_id"])
                if confirmed is not None:
                    await record(session, Kind.EMAIL_CHANGED, used["account_id"], actor_id=NOBODY)
                return confirmed is not None
        except UniqueViolation as error:
            raise EmailTaken() from error

    async def queue_confirmation(self, account_id: str) -> None:
        """See `emails.EmailStore`."""
        async with self._database.write(ACCOUNTS) as session:
            account = await session.one("get_account", account_id=account_id)
            awaiting = "" if account is None else _awaiting(account)
            if not awaiting:
                raise EmailNotPending()
            await self._queue_confirmation(session, account_id, awaiting)
        self._queue.wake()

    # What who forgot a password does.

    async def queue_reset(self, login: str, *, network: str) -> None:
        """See `password_resets.PasswordResetStore`."""
        async with self._database.write(ACCOUNTS) as session:
            counts = await session.one("count_resets", network=network, span=_SPAN // MICRO)
            if counts is not None and network and counts["of_network"] >= self._resets_of_network:
                raise TooManyMails(retry_after_seconds=_RETRY_SECONDS)
            if counts is not None and counts["waiting"] >= WAITING_RESETS:
                raise Exhausted("Too many mails wait to be sent; try again later.", retry_after_seconds=60.0)
            await self._queue.add(session, MailKind.RESET_PASSWORD, login=email_key(login), network=network)
        self._queue.wake()

    async def username_of(self, token_hash: str) -> str | None:
        """See `password_resets.PasswordResetStore`."""
        row = await self._database.point.one("find_mail_token", token_hash=token_hash, kind=MailKind.RESET_PASSWORD)
        return None if row is None else row["username"]

    async def reset(self, token_hash: str, *, password_hash: str, network: str) -> bool:
        """See `password_resets.PasswordResetStore`."""
        async with self._database.write(ACCOUNTS) as session:
            used = await session.one("use_mail_token", token_hash=token_hash, kind=MailKind.RESET_PASSWORD)
            if used is None:
                return False
            account_id = used["account_id"]
            replaced = await session.one("reset_password_hash", account_id=account_id, new=password_hash)
            await session.all("end_sessions_of", account_id=account_id)
            await drop_mail_wishes(session, account_id)
            if replaced is not None:
                await record(session, Kind.PASSWORD_RESET, account_id, actor_id=NOBODY, address=network)
                await self._queue.warn(session, MailKind.PASSWORD_CHANGED, account_id)
        self._queue.wake()
        return replaced is not None

    async def _queue_confirmation(self, session: Session, account_id: str, email: str) -> None:
        if not await may_confirm(session, account_id, email):
            raise TooManyMails(retry_after_seconds=_RETRY_SECONDS)
        await self._queue.add(session, MailKind.CONFIRM_EMAIL, account_id=account_id, recipient=email)


async def may_confirm(session: Session, account_id: str, email: str) -> bool:
    """Return whether one more mail may ask an address, or an account, for a confirmation."""
    counted = await session.one(
        "count_confirmations", account_id=account_id, recipient_key=email_key(email), span=_SPAN // MICRO
    )
    return counted is None or counted["mails"] < CONFIRMATIONS


async def drop_mail_wishes(session: Session, account_id: str) -> None:
    """End all that was begun by mail. With another password, nothing holds that who knew the old one has begun."""
    await session.one("drop_pending_email", account_id=account_id)
    await _end_tokens(session, account_id)


async def _set_pending(session: Session, credentials: Credentials, email: str) -> Row | None:
    """Have an address wait, and return what was there before. None when the password is another one by now."""
    return await session.one(
        "set_pending_email",
        account_id=credentials.account_id,
        password_hash=credentials.password_hash,
        email=email,
    )


async def _address_confirmation(session: Session, mail: Mail, token_hash: str) -> Addressee | None:
    account = await session.one("get_account", account_id=mail.account_id)
    if account is None or _awaiting(account) != mail.recipient:
        return None
    await _keep_token(session, mail, token_hash, account_id=mail.account_id, email=mail.recipient)
    return Addressee(account["username"], mail.recipient)


async def _address_reset(session: Session, mail: Mail, token_hash: str) -> Addressee | None:
    """Find out who is meant, and leave out who got enough of these mails."""
    account = await session.one("find_confirmed", username=mail.login, email_key=mail.login)
    if account is None:
        return None
    sent = await session.one(
        "count_mails_with_tokens",
        account_id=account["account_id"],
        kind=mail.kind,
        mail_id=mail.mail_id,
        span=_SPAN // MICRO,
    )
    if sent is not None and sent["mails"] >= RESETS_OF_ACCOUNT:
        return None
    await _keep_token(session, mail, token_hash, account_id=account["account_id"], email=account["email"])
    return Addressee(account["username"], account["email"])


async def _keep_token(session: Session, mail: Mail, token_hash: str, *, account_id: str, email: str) -> None:
    await session.one(
        "insert_mail_token",
        token_hash=token_hash,
        kind=mail.kind,
        mail_id=mail.mail_id,
        account_id=account_id,
        email=email,
        lifetime=TOKEN_LIFETIMES[mail.kind] // MICRO,
    )


async def _end_tokens(session: Session, account_id: str, *, kind: str = "") -> None:
    await session.all("delete_mail_tokens_of", account_id=account_id, kind=kind)


def _awaiting(account: Row) -> str:
    """Return the address that waits to be confirmed, empty when none does."""
    return str(account["pending_email"] or ("" if account["confirmed_email_key"] else account["email"]))


def _mail(row: Row) -> Mail:
    return Mail(
        mail_id=row["mail_id"],
        kind=MailKind(row["kind"]),
        account_id=row["account_id"],
        recipient=row["recipient"],
        login=row["login"],
        attempt_count=row["attempt_count"],
    )
