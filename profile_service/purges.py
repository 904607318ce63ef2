"""The one loop that takes deletions from step to step, see `profile_service.deletions`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import NoReturn, Protocol

import structlog

from profile_service.deletions import DeletionSecret, Mode, Sealer, Step
from runtime.fail_points import FailPoint, nowhere

BATCH = 20
REST_SECONDS = 1.0
FAULT_SECONDS = 10.0
FAIL_POINTS = (
    "purge_before_begin",
    "purge_after_begin",
    "purge_before_files",
    "purge_after_files",
    "purge_before_records",
    "purge_after_records",
    "purge_before_end",
    "purge_after_end",
)
_log = structlog.get_logger("purges")


@dataclass(frozen=True, slots=True)
class Purge:
    """A deletion that this service can go on with. `account_id` is empty after the step RECORDS."""

    receipt_id: str
    account_id: str
    mode: Mode
    step: Step


class PurgeStore(Protocol):
    """What the loop needs of the storage. Each change does nothing when the step is another one by now."""

    async def due(self, *, limit: int) -> list[Purge]:
        """Return those to go on with, the grace of which is over."""

    async def begin(self, purge: Purge) -> None:
        """SCHEDULED → REPORTS: there is no way back."""

    async def forget_avatar(self, purge: Purge) -> None:
        """AVATAR → RECORDS."""

    async def forget_records(self, purge: Purge, *, secret: DeletionSecret) -> None:
        """RECORDS → LOG: nothing in the database says any more who it was."""

    async def forget_log(self) -> None:
        """Have what was deleted leave the database's own log. Raises Unavailable."""

    async def end(self, purge: Purge, *, seal: Sealer) -> None:
        """LOG → PURGED."""


class Files(Protocol):
    """Where the avatars are."""

    async def delete_all(self, prefix: str) -> None:
        """Delete every file below the prefix. Raises Unavailable."""


class Purger:
    """Goes on with every deletion that is due. One per database."""

    def __init__(
        self, store: PurgeStore, files: Files, *, secret: DeletionSecret, fail_point: FailPoint = nowhere
    ) -> None:
        self._store = store
        self._files = files
        self._secret = secret
        self._fail_point = fail_point

    async def run(self) -> NoReturn:
        """Purge until cancelled. Survives every fault of the database and the file store."""
        while True:
            try:
                rest_seconds = await self._go_on()
            except Exception as error:
                _log.warning("purges_failed", exc_info=error)
                rest_seconds = FAULT_SECONDS
            await asyncio.sleep(rest_seconds)

    async def _go_on(self) -> float:
        """Take each deletion one step on; return for how long to rest."""
        due = await self._store.due(limit=BATCH)
        faults = 0
        for purge in due:
            try:
                await self._step(purge)
            except Exception as error:
                faults += 1
                _log.warning("purge_failed", receipt_id=purge.receipt_id, step=purge.step, exc_info=error)
        if faults:
            return FAULT_SECONDS
        return 0.0 if due else REST_SECONDS

    async def _step(self, purge: Purge) -> None:
        match purge.step:
            case Step.SCHEDULED:
                self._fail_point("purge_before_begin")
                await self._store.begin(purge)
                self._fail_point("purge_after_begin")
            case Step.AVATAR:
                self._fail_point("purge_before_files")
                await self._files.delete_all(f"{purge.account_id}/")
                self._fail_point("purge_after_files")
                await self._store.forget_avatar(purge)
            case Step.RECORDS:
                self._fail_point("purge_before_records")
                await self._store.forget_records(purge, secret=self._secret)
                self._fail_point("purge_after_records")
            case Step.LOG:
                await self._store.forget_log()
                self._fail_point("purge_before_end")
                await self._store.end(purge, seal=self._secret.seal)
                self._fail_point("purge_after_end")
                _log.info("account_purged", receipt_id=purge.receipt_id)
