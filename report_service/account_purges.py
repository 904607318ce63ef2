"""Deletes what accounts leave behind that are to be purged, and tells profile_service when nothing is left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, Protocol

import structlog

from runtime.fail_points import FailPoint, nowhere

BATCH = 50
# How long until it is looked whether the dispatcher has deleted the files.
FILES_SECONDS = 1.0
_log = structlog.get_logger("account purges")


@dataclass(frozen=True, slots=True)
class AccountPurge:
    """An account of whom nothing is to be left. The receipt's id names the purge without naming anybody."""

    receipt_id: str
    account_id: str
    username: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many were deleted: the account's own, those that others asked for about it, and its exports."""

    reports: int = 0
    foreign_reports: int = 0
    exports: int = 0


class PurgeStore(Protocol):
    """What the purge needs of the storage."""

    async def hide(self, receipt_id: str, *, account_id: str, username: str) -> Counts:
        """Delete all reports of the account and about it, their files to follow; return how many so far.

        What is kept of reports that were made about it says nobody's name from then on.
        """

    async def is_gone(self, *, account_id: str, username: str) -> bool:
        """Return whether no row is left, and so no file."""

    async def forget_log(self) -> None:
        """Have what was deleted leave the database's own log. Raises Unavailable."""


class Accounts(Protocol):
    """profile_service, which decides who is purged."""

    async def purges(self, *, limit: int) -> list[AccountPurge]:
        """Return those that wait. Raises Unavailable or DeadlineExceeded."""

    async def confirm(self, receipt_id: str, counts: Counts) -> None:
        """Say that nothing is left. Raises Unavailable or DeadlineExceeded."""


class AccountPurges:
    """Asks profile_service now and then. `hidden` is told when rows wait for the deletion of their files."""

    def __init__(
        self,
        store: PurgeStore,
        accounts: Accounts,
        *,
        hidden: Callable[[], None],
        poll_seconds: float,
        fail_point: FailPoint = nowhere,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._hidden = hidden
        self._poll_seconds = poll_seconds
        self._fail_point = fail_point

    async def run(self) -> NoReturn:
        """Purge until cancelled. Survives every fault."""
        while True:
            try:
                purges = await self._accounts.purges(limit=BATCH)
                gone = [await self._purge(purge) for purge in purges]
            except Exception as error:
                _log.warning("account_purges_failed", cause=repr(error))
                gone = []
            await asyncio.sleep(self._poll_seconds if all(gone) else min(FILES_SECONDS, self._poll_seconds))

    async def _purge(self, purge: AccountPurge) -> bool:
        """Delete what there is; return whether all of it is gone and that was said."""
        self._fail_point("account_purge_before_rows")
        counts = await self._store.hide(purge.receipt_id, account_id=purge.account_id, username=purge.username)
        self._fail_point("account_purge_after_rows")
        self._hidden()
        if not await self._store.is_gone(account_id=purge.account_id, username=purge.username):
            return False
        await self._store.forget_log()
        self._fail_point("account_purge_before_word")
        await self._accounts.confirm(purge.receipt_id, counts)
        self._fail_point("account_purge_after_word")
        _log.info("account_purged", receipt_id=purge.receipt_id)
        return True
