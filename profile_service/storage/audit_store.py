"""Adds to the audit log, and reads it."""

from __future__ import annotations

from datetime import timedelta

import uuid_utils

from profile_service.audit import Event, Kind
from profile_service.errors import TooManyAttempts, UserNotFound
from profile_service.guessing import Attempt
from profile_service.storage.periods import ALWAYS, Period
from runtime.database import Database, Row, Session
from runtime.times import micros, moment

# Rows stay for ever, so what makes them has a bound: who signs in and out in a loop adds no more in an hour, which is
# about 7 MB a day. Nobody needs as many; it is 300 sign-ins.
MAX_EVENTS = 600
_SPAN = timedelta(hours=1)
_MICRO = timedelta(microseconds=1)


async def require_few_events(session: Session, account_id: str) -> None:
    """Raise TooManyAttempts when MAX_EVENTS happened to the account within an hour.

    Asked before what an owner may do without end, and all else needs a session, a mail or a quota.
    """
    row = await session.one("find_limiting_event", account_id=account_id, span=_SPAN // _MICRO, others=MAX_EVENTS - 1)
    if row is not None:
        raise TooManyAttempts(row["wait"] * _MICRO)


async def record(
    session: Session, kind: Kind, subject_id: str, *, actor_id: str | None = None, address: str = "", **details: str
) -> None:
    """Add an event to the log, in the transaction of what it tells of.

    Args:
        subject_id: the account that it happened to.
        actor_id: the account that did it, or `audit.NOBODY`. Default: the subject itself.
        address: the prefix of the client's address, empty when it is not known.
        details: what else is worth knowing, people's own words last; never a secret and never an e-mail address.
    """
    await session.one(
        "insert_audit_event",
        event_id=str(uuid_utils.uuid7()),
        kind=kind.value,
        actor_id=subject_id if actor_id is None else actor_id,
        subject_id=subject_id,
        address=address,
        details=" ".join(f"{key}={value}" for key, value in details.items()),
    )


async def record_limit(session: Session, attempt: Attempt, rule: str) -> None:
    """Add, once an hour, that passwords are tried so often that the next ones wait, if there is such an account."""
    details = f"limit={rule}" + (f" session_id={attempt.session_id}" if attempt.session_id else "")
    await session.one(
        "insert_limit_event",
        event_id=str(uuid_utils.uuid7()),
        kind=Kind.SIGN_IN_LIMITED.value,
        account=attempt.account,
        address=attempt.network,
        details=details,
        span=_SPAN // _MICRO,
    )


class AuditStore:
    """Reads the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_events(
        self, *, username: str, kind: str, period: Period, before: tuple[int, str] | None, count: int
    ) -> list[Event]:
        """Return up to `count` events, newest first, that happened before a position. Raises UserNotFound.

        `username` means the events that happened to the account or that it caused; empty is any, as with `kind`.
        """
        before_time, before_id = before or (ALWAYS, "")
        page = {"kind": kind, **period.parameters, "before_time": before_time, "before_id": before_id, "count": count}
        async with self._database.read() as session:
            if not username:
                return [_event(row) for row in await session.all("list_audit_events", **page)]
            account = await session.one("find_account_ever", username=username)
            if account is None:
                raise UserNotFound(username)
            rows = await session.all("list_audit_events_of_account", account_id=account["account_id"], **page)
        return [_event(row) for row in rows]


def position_of(event: Event) -> list[str | int]:
    """Return where a list goes on after `event`."""
    return [micros(event.event_time), event.event_id]


def _event(row: Row) -> Event:
    return Event(
        event_id=row["event_id"],
        event_time=moment(row["event_time"]),
        kind=row["kind"],
        actor_id=row["actor_id"],
        actor_username=row["actor_username"] or "",
        subject_id=row["subject_id"],
        subject_username=row["subject_username"] or "",
        address=row["address"],
        details=row["details"],
    )
