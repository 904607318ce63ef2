"""Who deletes and brings back which account, and what proves it."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from profile_service.deletions import Deletions, DeletionSecret, Mode, Receipt, Sealer, Step, WaitingPurge
from profile_service.errors import CredentialsWrong, ReceiptNotFound, UserNotFound
from runtime.calls import Caller

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ANNA = Caller("anna-id", "anna", frozenset(), "s-1", NOW, "token")
HOME = "203.0.113.0/24"
SECRET = DeletionSecret(b"d" * 32)
RECEIPT = Receipt(
    "r-1", Mode.ERASE, Step.PURGED, NOW, NOW, NOW + timedelta(microseconds=5), {"sessions": 2, "reports": 1}, ""
)


class OneDeletion:
    """A store that deletes anna's account once."""

    def __init__(self) -> None:
        self.graces: list[timedelta] = []
        self.seals: list[str] = []
        self.confirmed: list[tuple[str, Mapping[str, int]]] = []

    async def schedule(
        self, account_id: str, *, session_id: str, receipt_id: str, mode: Mode, grace: timedelta
    ) -> Receipt | None:
        assert session_id == ANNA.session_id
        self.graces.append(grace)
        if account_id != "anna-id" or len(self.graces) > 1:
            return None
        return dataclasses.replace(RECEIPT, receipt_id=receipt_id, mode=mode)

    async def undelete(self, account_id: str, *, network: str, seal: Sealer) -> bool:
        assert network == HOME
        self.seals.append(seal(RECEIPT))
        return account_id == "anna-id"

    async def receipt(self, receipt_id: str) -> Receipt | None:
        return RECEIPT if receipt_id == "r-1" else None

    async def waiting(self, *, limit: int) -> list[WaitingPurge]:
        return [WaitingPurge("r-1", "anna-id", "anna")] * limit

    async def confirm(self, receipt_id: str, counts: Mapping[str, int]) -> None:
        self.confirmed.append((receipt_id, counts))


def deletions(store: OneDeletion, grace: timedelta = timedelta(days=14)) -> Deletions:
    """Return the use cases on this store."""
    return Deletions(store, secret=SECRET, grace=grace, new_receipt_id=lambda: "r-9")


async def test_caller_deletes_their_own_account_once() -> None:
    """The receipt has an id of its own; a second wish finds no account."""
    store = OneDeletion()
    receipt = await deletions(store).schedule(ANNA, mode=Mode.ANONYMISE_SEAT)
    assert (receipt.receipt_id, receipt.mode) == ("r-9", Mode.ANONYMISE_SEAT)
    with pytest.raises(UserNotFound, match="'anna'"):
        await deletions(store).schedule(ANNA, mode=Mode.ERASE)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        (timedelta(days=14), timedelta(days=14)),
        (timedelta(seconds=11), timedelta(seconds=11)),
        (timedelta(), timedelta(seconds=10)),
    ],
)
async def test_grace_outlasts_what_is_remembered_of_sessions(wanted: timedelta, given: timedelta) -> None:
    """Not even without a grace does a purge begin under calls that are still let in."""
    store = OneDeletion()
    await deletions(store, wanted).schedule(ANNA, mode=Mode.ERASE)
    assert store.graces == [given]


async def test_account_comes_back_until_it_is_too_late() -> None:
    """Then the answer is that of a wrong password, as nobody has the name any more."""
    store = OneDeletion()
    await deletions(store).undelete("anna-id", network=HOME)
    with pytest.raises(CredentialsWrong):
        await deletions(store).undelete("boris-id", network=HOME)
    assert store.seals == [SECRET.seal(RECEIPT)] * 2


async def test_receipt_is_found_by_its_id_alone() -> None:
    """Who does not know it is told that there is none."""
    assert await deletions(OneDeletion()).receipt("r-1") is RECEIPT
    with pytest.raises(ReceiptNotFound) as refusal:
        await deletions(OneDeletion()).receipt("r-2")
    assert refusal.value.metadata == {"receipt_id": "r-2"}


async def test_word_of_the_other_part_reaches_the_deletion() -> None:
    """What waits is asked for in small numbers and confirmed with what was found."""
    store = OneDeletion()
    assert len(await deletions(store).waiting(limit=3)) == 3
    await deletions(store).confirm("r-1", {"reports": 4})
    assert store.confirmed == [("r-1", {"reports": 4})]


def test_seal_is_over_every_line_of_the_receipt() -> None:
    """Whoever has the secret can check it from the contract's words; no value can be changed and the seal be kept."""
    micros = 1_777_636_800_000_000
    text = f"r-1\nPURGED\nERASE\n{micros}\n{micros + 5}\nsessions=2\nreports=1\n"
    assert SECRET.seal(RECEIPT) == hmac.new(b"d" * 32, text.encode(), hashlib.sha256).hexdigest()
    assert DeletionSecret(b"e" * 32).seal(RECEIPT) != SECRET.seal(RECEIPT)


def test_seal_of_what_has_not_ended_is_over_its_beginning_twice() -> None:
    """There is a line for each value in any case."""
    unended = dataclasses.replace(RECEIPT, end_time=None)
    assert SECRET.seal(unended) == SECRET.seal(dataclasses.replace(RECEIPT, end_time=NOW))


def test_name_of_a_deleted_account_is_kept_as_a_keyed_digest() -> None:
    """Without the secret a list of names finds none of them; another version would give names out again."""
    assert SECRET.username_hash("anna") == hmac.new(b"d" * 32, b"username\nanna", hashlib.sha256).hexdigest()
