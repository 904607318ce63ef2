"""Runs the queries about sign-in sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from profile_service.audit import NOBODY, Kind
from profile_service.refresh_tokens import ABSOLUTE_DAYS, Verdict
from profile_service.sessions import ListedSession, NewSession, SessionRow
from profile_service.storage.audit_store import record, require_few_events
from profile_service.storage.parts import ACCOUNTS
from profile_service.storage.standing_store import roles_of
from runtime.database import Database, Row, Session
from runtime.times import MICRO, micros, moment

# The newest ended sessions are kept, for an export to list, as long as a refresh token of theirs could be replayed.
_KEPT = timedelta(days=ABSOLUTE_DAYS)


class SessionStore:
    """Implements `sessions.SessionStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_session(self, new: NewSession, *, lifetime: timedelta, keep: int) -> SessionRow | None:
        """See `sessions.SessionStore`."""
        async with self._database.write(ACCOUNTS) as session:
            await require_few_events(session, new.account_id)
            row = await _insert(session, new, lifetime)
            if row is None:
                return None
            before = row["expire_time"] - (lifetime + _KEPT) // MICRO
            await session.all("delete_sessions_before", account_id=new.account_id, before=before)
            await session.all("end_surplus_sessions", account_id=new.account_id, keep=keep)
            await session.all("delete_surplus_sessions", account_id=new.account_id, keep=keep)
            key = {"api_key_id": new.api_key_id} if new.api_key_id else {}
            await record(session, Kind.SIGN_IN, new.account_id, address=new.network, session_id=new.session_id, **key)
            opened = await session.one("get_session", session_id=new.session_id)
        return None if opened is None else _session(opened)

    async def find_session(self, session_id: str) -> SessionRow | None:
        """See `sessions.SessionStore`."""
        row = await self._database.point.one("get_session", session_id=session_id)
        return None if row is None else _session(row)

    async def rotate_session(
        self, session_id: str, decide: Callable[[SessionRow], tuple[Verdict, datetime]], *, network: str
    ) -> tuple[Verdict, SessionRow] | None:
        """See `sessions.SessionStore`. The verdict is committed although the caller may raise afterwards."""
        async with self._database.write(ACCOUNTS) as session:
            found = await session.one("get_session", session_id=session_id)
            if found is None:
                return None
            row = _session(found)
            verdict, expire_time = decide(row)
            if verdict is Verdict.REUSED:
                await session.one("end_session", session_id=session_id)
                await record(
                    session,
                    Kind.REFRESH_REUSED,
                    row.account_id,
                    actor_id=NOBODY,
                    address=network,
                    session_id=session_id,
                )
            elif verdict is Verdict.ROTATE:
                await session.one(
                    "rotate_session",
                    session_id=session_id,
                    counter=row.counter,
                    now=micros(row.now),
                    expire_time=micros(expire_time),
                )
                found = await session.one("get_session", session_id=session_id)
            return verdict, row if found is None else _session(found)

    async def end_session(self, session_id: str) -> None:
        """See `sessions.SessionStore`."""
        async with self._database.write(ACCOUNTS) as session:
            ended = await session.one("end_session", session_id=session_id)
            if ended is not None:
                await record(session, Kind.SIGN_OUT, ended["account_id"], session_id=session_id)

    async def list_sessions(self, account_id: str, *, limit: int) -> list[ListedSession]:
        """See `sessions.SessionStore`."""
        async with self._database.read() as session:
            rows = await session.all("list_sessions", account_id=account_id, row_limit=limit)
        return [listed_session(row) for row in rows]

    async def end_session_of(self, account_id: str, session_id: str) -> bool:
        """See `sessions.SessionStore`."""
        async with self._database.write(ACCOUNTS) as session:
            ended = await session.one("end_session_of", account_id=account_id, session_id=session_id)
            if ended is not None:
                await record(session, Kind.SESSION_REVOKED, account_id, session_id=session_id)
        return ended is not None

    async def end_sessions_of(self, account_id: str) -> None:
        """See `sessions.SessionStore`."""
        async with self._database.write(ACCOUNTS) as session:
            if await session.all("end_sessions_of", account_id=account_id):
                await record(session, Kind.SIGN_OUT_EVERYWHERE, account_id)


async def _insert(session: Session, new: NewSession, lifetime: timedelta) -> Row | None:
    values = {
        "session_id": new.session_id,
        "account_id": new.account_id,
        "salt": new.salt,
        "device_name": new.device_name,
        "lifetime": lifetime // MICRO,
    }
    if not new.api_key_id:
        return await session.one("insert_session", password_hash=new.password_hash, **values)
    await session.one("note_use_of_api_key", api_key_id=new.api_key_id)
    return await session.one("insert_session_with_api_key", api_key_id=new.api_key_id, **values)


def _session(row: Row) -> SessionRow:
    return SessionRow(
        session_id=row["session_id"],
        account_id=row["account_id"],
        username=row["username"],
        roles=roles_of(row["roles"]),
        salt=row["salt"],
        counter=row["counter"],
        create_time=moment(row["create_time"]),
        rotate_time=moment(row["rotate_time"]),
        expire_time=moment(row["expire_time"]),
        ended=row["end_time"] is not None,
        now=moment(row["now"]),
    )


def listed_session(row: Row) -> ListedSession:
    """Decode a row with what owners see of a session."""
    return ListedSession(
        session_id=row["session_id"],
        device_name=row["device_name"],
        create_time=moment(row["create_time"]),
        last_seen_time=moment(row["rotate_time"]),
        expire_time=moment(row["expire_time"]),
        end_time=None if row["end_time"] is None else moment(row["end_time"]),
    )
