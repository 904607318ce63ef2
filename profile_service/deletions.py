"""The end of an account: hidden for some days, then purged step by step. Each leaves a receipt that names nobody.

The row of a deletion is the job, and `step` says what is done next:

    SCHEDULED  the grace; the account is hidden and can be brought back
    REPORTS    report_service deletes what it keeps of the player, and says so
    AVATAR     the files of the avatar are deleted
    RECORDS    everything in the database is deleted, in one transaction
    LOG        what was deleted leaves the database's write-ahead log too
    PURGED, UNDELETED

Each step may be done twice without harm and ends with one conditional statement, so a purge goes on after any crash.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from profile_service.errors import CredentialsWrong, ReceiptNotFound, UserNotFound
from runtime.calls import Caller

# No purge begins earlier: until then a session check may be remembered, for 5 s, and calls that passed it be under way.
SETTLING = timedelta(seconds=10)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


class Mode(StrEnum):
    """What becomes of the player's seats in games."""

    ERASE = "ERASE"
    ANONYMISE_SEAT = "ANONYMISE_SEAT"


class Step(StrEnum):
    """What is done next."""

    SCHEDULED = "SCHEDULED"
    REPORTS = "REPORTS"
    AVATAR = "AVATAR"
    RECORDS = "RECORDS"
    LOG = "LOG"
    PURGED = "PURGED"
    UNDELETED = "UNDELETED"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A deletion as anyone may see it. `counts` has the fields of the contract's PurgedCounts, in their order."""

    receipt_id: str
    mode: Mode
    step: Step
    schedule_time: datetime
    purge_time: datetime
    end_time: datetime | None
    counts: Mapping[str, int]
    seal: str


@dataclass(frozen=True, slots=True)
class WaitingPurge:
    """An account of whom report_service is to delete everything."""

    receipt_id: str
    account_id: str
    username: str


Sealer = Callable[[Receipt], str]


class DeletionStore(Protocol):
    """Where deletions are kept."""

    async def schedule(
        self, account_id: str, *, session_id: str, receipt_id: str, mode: Mode, grace: timedelta
    ) -> Receipt | None:
        """Hide an account and end its sessions, one of which asks. None: there is none, or it is hidden already."""

    async def undelete(self, account_id: str, *, network: str, seal: Sealer) -> bool:
        """Show a hidden account again, or leave one as it is that is not hidden. False: it is too late.

        `network` is where that was asked for, for the audit log.
        """

    async def receipt(self, receipt_id: str) -> Receipt | None:
        """Return the receipt."""

    async def waiting(self, *, limit: int) -> list[WaitingPurge]:
        """Return those in the step REPORTS that wait longest."""

    async def confirm(self, receipt_id: str, counts: Mapping[str, int]) -> None:
        """REPORTS → AVATAR."""


class DeletionSecret:
    """What keeps names and receipts: neither can be made or guessed without the operator's secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def username_hash(self, look: str) -> str:
        """Return the form in which a name's look (profile_service.usernames) is kept, never to be given out again."""
        return self._hmac(f"username\n{look}")

    def seal(self, receipt: Receipt) -> str:
        """Return what proves a final receipt; the contract says over what."""
        end_time = receipt.end_time or receipt.schedule_time
        lines = [
            receipt.receipt_id,
            receipt.step,
            receipt.mode,
            str((receipt.schedule_time - _EPOCH) // _MICRO),
            str((end_time - _EPOCH) // _MICRO),
            *(f"{name}={count}" for name, count in receipt.counts.items()),
        ]
        return self._hmac("".join(f"{line}\n" for line in lines))

    def _hmac(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()


class Deletions:
    """The use cases. `new_receipt_id` gives UUIDs that nobody can guess."""

    def __init__(
        self,
        store: DeletionStore,
        *,
        secret: DeletionSecret,
        grace: timedelta,
        new_receipt_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._secret = secret
        self._grace = max(grace, SETTLING)
        self._new_receipt_id = new_receipt_id

    async def schedule(self, caller: Caller, *, mode: Mode) -> Receipt:
        """Hide the caller's account until the grace is over. Raises UserNotFound when it is hidden or gone."""
        receipt = await self._store.schedule(
            caller.account_id,
            session_id=caller.session_id,
            receipt_id=self._new_receipt_id(),
            mode=mode,
            grace=self._grace,
        )
        if receipt is None:
            raise UserNotFound(caller.username)
        return receipt

    async def undelete(self, account_id: str, *, network: str) -> None:
        """Bring an account back. Raises CredentialsWrong when the grace has just ended: then nobody has the name."""
        if not await self._store.undelete(account_id, network=network, seal=self._secret.seal):
            raise CredentialsWrong()

    async def receipt(self, receipt_id: str) -> Receipt:
        """Return a receipt. Raises ReceiptNotFound."""
        receipt = await self._store.receipt(receipt_id)
        if receipt is None:
            raise ReceiptNotFound(receipt_id)
        return receipt

    async def waiting(self, *, limit: int) -> list[WaitingPurge]:
        """Return the purges that wait for report_service."""
        return await self._store.waiting(limit=limit)

    async def confirm(self, receipt_id: str, counts: Mapping[str, int]) -> None:
        """Take report_service's word that nothing is left there; only the first one counts."""
        await self._store.confirm(receipt_id, counts)
