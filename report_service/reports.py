"""Reports: their states, the rules of asking for, taking back and deleting one, and the job that a worker does.

The row is the job. Each transition is one conditional statement of the store; where it changes nothing, somebody else
has decided.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from report_service.document.snapshot import Format, Scope
from report_service.errors import (
    ReportFinished,
    ReportNotFound,
    ReportQuota,
    RequestIdReused,
    RequestIdTaken,
)
from report_service.wishes import Kind, Wish
from runtime.calls import NO_CALL, Origin
from runtime.errors import InvalidInput, Violation
from runtime.fail_points import FailPoint, nowhere


class State(StrEnum):
    """Where a report stands."""

    QUEUED = "QUEUED"
    RENDERING = "RENDERING"
    READY = "READY"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def final(self) -> bool:
        """Whether no other state follows."""
        return self in (State.READY, State.FAILED, State.CANCELLED)


class FailureReason(StrEnum):
    """Why a report could not be made."""

    PLAYER_NOT_FOUND = "PLAYER_NOT_FOUND"
    GAME_NOT_FOUND = "GAME_NOT_FOUND"
    RENDER_FAILED = "RENDER_FAILED"
    RENDER_LIMIT = "RENDER_LIMIT"
    RENDER_CRASHED = "RENDER_CRASHED"
    ATTEMPTS_EXHAUSTED = "ATTEMPTS_EXHAUSTED"


@dataclass(frozen=True, slots=True)
class Report:
    """One report as its row stood at one moment.

    Attributes:
        owner_id: the account that asked for it; nobody else may know of it.
        fence: grows at every claim; who holds an old one may no longer change the row.
        attempt_count: how often a worker began, but for those that were stopped or could not store the file.
        expire_time: None until the state is final.
        blob_key: where the file is; empty unless READY, as are `size_bytes` and `sha256` (64 hexadecimal digits).
        format: None of an export.
        origin: the call that asked for it; known of claimed reports only.
    """

    report_id: str
    owner_id: str
    username: str
    include_email: bool
    state: State
    fence: int
    attempt_count: int
    create_time: datetime
    update_time: datetime
    expire_time: datetime | None
    blob_key: str
    size_bytes: int
    sha256: str
    failure_reason: FailureReason | None
    kind: Kind
    format: Format | None
    locale: str
    scope: Scope
    game_id: str
    origin: Origin = NO_CALL

    @property
    def extension(self) -> str:
        """How the names of its files end."""
        return self.format or "zip"


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers by which reports live."""

    max_active: int = 5
    max_kept: int = 50
    max_attempts: int = 5
    lease_seconds: int = 120
    retention_days: int = 30

    @property
    def retention_seconds(self) -> int:
        """How long a report is kept after its final state."""
        return self.retention_days * 24 * 3600


@dataclass(frozen=True, slots=True)
class TakenHint:
    """A QUEUED row whose alarm rang and was moved. The fence and count let only who took it move the alarm back."""

    report_id: str
    fence: int
    hint_count: int
    origin: Origin = NO_CALL


@dataclass(frozen=True, slots=True)
class Due:
    """What the alarms ring for at one moment. `wait_seconds` lasts until the next alarm; None when there is none."""

    has_hints: bool
    stranded_count: int
    expired_count: int
    wait_seconds: float | None


class WishRows(Protocol):
    """The rows that one transaction decides a wish by."""

    async def find_repeat(self, wish: Wish) -> tuple[Report, str] | None:
        """Return the owner's living report of this `request_id`, with the digest of its wish."""

    async def count(self, owner_id: str) -> tuple[int, int]:
        """Return how many reports the owner has under way, and in all."""

    async def insert(self, report_id: str, wish: Wish) -> Report:
        """Insert it QUEUED, its alarm ringing now."""


class OwnersStore(Protocol):
    """What owners need of the storage. A foreign report is an absent one."""

    def deciding(self) -> AbstractAsyncContextManager[WishRows]:
        """Open the transaction in which a wish is decided. Raises RequestIdTaken."""

    async def get(self, owner_id: str, report_id: str) -> Report | None:
        """Return the owner's report."""

    async def page(self, owner_id: str, *, before: tuple[int, str] | None, limit: int) -> list[Report]:
        """Return the owner's reports, newest first, older than the position (micros of creation, id)."""

    async def cancel(self, owner_id: str, report_id: str) -> Report | None:
        """Turn a report under way CANCELLED. None: it is absent or final."""

    async def delete(self, owner_id: str, report_id: str) -> bool:
        """Hide the report for good and have its files deleted. False: it is absent."""


class Reports:
    """The use cases of owners. `changed` is told of every report that they create or change."""

    def __init__(
        self,
        store: OwnersStore,
        *,
        rules: Rules,
        new_id: Callable[[], str],
        changed: Callable[[str], None],
        fail_point: FailPoint = nowhere,
    ) -> None:
        self._store = store
        self._rules = rules
        self._new_id = new_id
        self._changed = changed
        self._fail_point = fail_point

    async def create(self, wish: Wish, *, own_username: str) -> Report:
        """Ask for a report, or return that of the same `request_id`.

        Raises:
            InvalidInput: it would print somebody else's e-mail address.
            RequestIdReused: the `request_id` stands for another wish.
            ReportQuota: the owner has as many reports as one may.
        """
        if wish.include_email and wish.username != own_username:
            raise InvalidInput(
                "An e-mail address can be printed in a report of yourself only; leave include_email out.",
                Violation("include_email", "must be false in a report of somebody else"),
            )
        try:
            report = await self._decide(wish)
        except RequestIdTaken:
            report = await self._decide(wish)
        self._fail_point("create_after_commit")
        self._changed(report.report_id)
        return report

    async def _decide(self, wish: Wish) -> Report:
        async with self._store.deciding() as rows:
            repeat = await rows.find_repeat(wish) if wish.request_id else None
            if repeat is not None:
                report, digest = repeat
                if digest != wish.digest:
                    raise RequestIdReused
                return report
            active, kept = await rows.count(wish.owner_id)
            self._check_quota(active=active, kept=kept)
            report = await rows.insert(self._new_id(), wish)
            self._fail_point("create_before_commit")
            return report

    def _check_quota(self, *, active: int, kept: int) -> None:
        if active >= self._rules.max_active:
            raise ReportQuota(
                f"You have {active} reports under way, which is the limit; wait for one of them.",
                subject="active_reports",
            )
        if kept >= self._rules.max_kept:
            raise ReportQuota(
                f"You have {kept} reports, which is the limit; delete an old one.", subject="kept_reports"
            )

    async def get(self, owner_id: str, report_id: str) -> Report:
        """Return one of the owner's reports. Raises ReportNotFound."""
        report = await self._store.get(owner_id, report_id)
        if report is None:
            raise ReportNotFound(report_id)
        return report

    async def page(self, owner_id: str, *, before: tuple[int, str] | None, limit: int) -> list[Report]:
        """Return the owner's reports, newest first, older than the position."""
        return await self._store.page(owner_id, before=before, limit=limit)

    async def cancel(self, owner_id: str, report_id: str) -> Report:
        """Take a wish back; again is no error. Raises ReportNotFound or ReportFinished."""
        report = await self._store.cancel(owner_id, report_id)
        if report is not None:
            self._changed(report_id)
            return report
        report = await self.get(owner_id, report_id)
        if report.state is not State.CANCELLED:
            raise ReportFinished(report.state)
        return report

    async def delete(self, owner_id: str, report_id: str) -> None:
        """Delete a report and its file, in any state. Raises ReportNotFound."""
        if not await self._store.delete(owner_id, report_id):
            raise ReportNotFound(report_id)
        self._changed(report_id)
