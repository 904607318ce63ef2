"""Runs the queries about deletions. Every step of one is one of these methods and one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from profile_service.audit import NOBODY, Kind
from profile_service.deletions import DeletionSecret, Mode, Receipt, Sealer, Step, WaitingPurge
from profile_service.mail import MailKind
from profile_service.purges import Purge
from profile_service.storage import reckoning
from profile_service.storage.audit_store import record
from profile_service.storage.leaderboard_rows import update_audience
from profile_service.storage.mail_queue import MailQueue
from profile_service.storage.mail_store import drop_mail_wishes
from profile_service.storage.parts import ACCOUNTS
from profile_service.storage.standing_store import require_not_last_admin
from profile_service.storage.user_store import delete_variants
from runtime.database import Database, Row, Session
from runtime.times import MICRO, moment

_COUNTS = (
    "session_count",
    "avatar_file_count",
    "seat_count",
    "audit_event_count",
    "report_count",
    "foreign_report_count",
    "export_count",
)


class DeletionStore:
    """Implements `deletions.DeletionStore` and `purges.PurgeStore`."""

    def __init__(self, database: Database, mails: MailQueue) -> None:
        self._database = database
        self._mails = mails

    async def schedule(
        self, account_id: str, *, session_id: str, receipt_id: str, mode: Mode, grace: timedelta
    ) -> Receipt | None:
        """See `deletions.DeletionStore`."""
        async with self._database.write() as session:
            await require_not_last_admin(session, account_id)
            if await session.one("hide_user", account_id=account_id) is None:
                return None
            await update_audience(session, account_id)
            await session.all("end_sessions_of", account_id=account_id)
            await record(session, Kind.DELETION_SCHEDULED, account_id, mode=mode, session_id=session_id)
            row = await session.one(
                "insert_deletion",
                receipt_id=receipt_id,
                account_id=account_id,
                mode=str(mode),
                grace=grace // MICRO,
            )
            await self._mails.warn(session, MailKind.DELETION_SCHEDULED, account_id)
        self._mails.wake()
        return _receipt(row)

    async def undelete(self, account_id: str, *, network: str, seal: Sealer) -> bool:
        """See `deletions.DeletionStore`."""
        async with self._database.write() as session:
            row = await session.one("end_deletion_of", account_id=account_id)
            if row is None:
                return await session.one("get_account", account_id=account_id) is not None
            await session.one("show_user", account_id=account_id)
            await update_audience(session, account_id)
            await record(session, Kind.UNDELETED, account_id, address=network)
            await _seal(session, row, seal)
        return True

    async def receipt(self, receipt_id: str) -> Receipt | None:
        """See `deletions.DeletionStore`."""
        row = await self._database.point.one("get_deletion", receipt_id=receipt_id)
        return None if row is None else _receipt(row)

    async def waiting(self, *, limit: int) -> list[WaitingPurge]:
        """See `deletions.DeletionStore`."""
        async with self._database.read() as session:
            rows = await session.all("list_waiting_purges", row_limit=limit)
        return [WaitingPurge(row["receipt_id"], row["account_id"], row["username"]) for row in rows]

    async def confirm(self, receipt_id: str, counts: Mapping[str, int]) -> None:
        """See `deletions.DeletionStore`."""
        async with self._database.write(ACCOUNTS) as session:
            await session.one("confirm_purge", receipt_id=receipt_id, **counts)

    async def due(self, *, limit: int) -> list[Purge]:
        """See `purges.PurgeStore`."""
        rows = await self._database.point.all("list_due_purges", row_limit=limit)
        return [Purge(row["receipt_id"], row["account_id"], Mode(row["mode"]), Step(row["step"])) for row in rows]

    async def begin(self, purge: Purge) -> None:
        """See `purges.PurgeStore`."""
        async with self._database.write(ACCOUNTS) as session:
            if await session.one("begin_purge", receipt_id=purge.receipt_id) is not None:
                await session.one("mark_user_purging", account_id=purge.account_id)

    async def forget_avatar(self, purge: Purge) -> None:
        """See `purges.PurgeStore`."""
        async with self._database.write(ACCOUNTS) as session:
            files = await delete_variants(session, purge.account_id)
            await session.one("end_avatar_step", receipt_id=purge.receipt_id, avatar_file_count=len(files))

    async def forget_records(self, purge: Purge, *, secret: DeletionSecret) -> None:
        """See `purges.PurgeStore`."""
        account_id = purge.account_id
        async with self._database.write() as session:
            sessions = await session.all("delete_sessions_of", account_id=account_id)
            events = await session.all("blank_audit_events", account_id=account_id)
            await record(session, Kind.PURGED, account_id, actor_id=NOBODY)
            await session.one("delete_ban", account_id=account_id)
            await drop_mail_wishes(session, account_id)
            await session.all("delete_mails_of", account_id=account_id)
            seat_count = await _forget_games(session, account_id, purge.mode)
            user = await session.one("remove_user", account_id=account_id)
            if user is not None:
                await session.one("retire_username", username_hash=secret.username_hash(user["look"]))
            await session.one(
                "end_records_step",
                receipt_id=purge.receipt_id,
                session_count=len(sessions),
                seat_count=seat_count,
                audit_event_count=len(events),
            )

    async def forget_log(self) -> None:
        """See `purges.PurgeStore`."""
        await self._database.forget_log()

    async def end(self, purge: Purge, *, seal: Sealer) -> None:
        """See `purges.PurgeStore`."""
        async with self._database.write(ACCOUNTS) as session:
            row = await session.one("end_deletion", receipt_id=purge.receipt_id)
            if row is not None:
                await _seal(session, row, seal)


async def _forget_games(session: Session, account_id: str, mode: Mode) -> int:
    if mode is Mode.ERASE:
        seats = await session.all("remove_seats", account_id=account_id)
    else:
        seats = await session.all("give_seats_to_nobody", account_id=account_id)
    await reckoning.forget(session, account_id, [row["game_id"] for row in seats])
    await session.all("forget_recorder", account_id=account_id)
    return len(seats)


async def _seal(session: Session, row: Row, seal: Sealer) -> None:
    await session.one("seal_deletion", receipt_id=row["receipt_id"], seal=seal(_receipt(row)))


def _receipt(row: Row) -> Receipt:
    return Receipt(
        receipt_id=row["receipt_id"],
        mode=Mode(row["mode"]),
        step=Step(row["step"]),
        schedule_time=moment(row["schedule_time"]),
        purge_time=moment(row["purge_time"]),
        end_time=None if row["end_time"] is None else moment(row["end_time"]),
        counts={name: row[name] for name in _COUNTS},
        seal=row["seal"],
    )
