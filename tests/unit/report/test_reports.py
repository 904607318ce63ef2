"""The rules of asking for, taking back and deleting a report."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

import pytest

from report_service.document.snapshot import Format, Scope
from report_service.errors import ReportFinished, ReportNotFound, ReportQuota, RequestIdReused, RequestIdTaken
from report_service.reports import Report, Reports, Rules, State
from report_service.wishes import Kind, Wish
from runtime.errors import InvalidInput, Violation

NOW = datetime(2026, 5, 1, tzinfo=UTC)
WISH = Wish("anna-id", "boris", include_email=False, request_id="")
REPORT = Report(
    "r-1",
    "anna-id",
    "boris",
    False,
    State.QUEUED,
    0,
    0,
    NOW,
    NOW,
    None,
    "",
    0,
    "",
    None,
    Kind.PLAYER_REPORT,
    Format.PDF,
    "",
    Scope(),
    "",
)


class Rows:
    """A store with one report of anna's, r-1, which stands for the request id "again"."""

    def __init__(self, *, active: int = 0, kept: int = 0, state: State = State.QUEUED) -> None:
        self.report = dataclasses.replace(REPORT, state=state)
        self.repeated = dataclasses.replace(WISH, request_id="again")
        self.counts = active, kept
        self.taken_times = 0
        self.inserted: list[tuple[str, Wish]] = []
        self.changed: list[str] = []
        self.passed: list[str] = []
        self.reports = Reports(
            self,
            rules=Rules(max_active=2, max_kept=3),
            new_id=lambda: "r-2",
            changed=self.changed.append,
            fail_point=self.passed.append,
        )

    def deciding(self) -> AbstractAsyncContextManager[Rows]:
        return self._transaction()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Rows]:
        yield self
        self.taken_times -= 1
        if self.taken_times >= 0:
            raise RequestIdTaken

    async def find_repeat(self, wish: Wish) -> tuple[Report, str] | None:
        assert wish.request_id
        return (self.report, self.repeated.digest) if wish.request_id == "again" else None

    async def count(self, owner_id: str) -> tuple[int, int]:
        assert owner_id == "anna-id"
        return self.counts

    async def insert(self, report_id: str, wish: Wish) -> Report:
        self.inserted.append((report_id, wish))
        return dataclasses.replace(REPORT, report_id=report_id, username=wish.username)

    async def get(self, owner_id: str, report_id: str) -> Report | None:
        return self.report if (owner_id, report_id) == ("anna-id", "r-1") else None

    async def page(self, owner_id: str, *, before: tuple[int, str] | None, limit: int) -> list[Report]:
        assert (owner_id, before, limit) == ("anna-id", (7, "r-3"), 5)
        return [self.report]

    async def cancel(self, owner_id: str, report_id: str) -> Report | None:
        report = await self.get(owner_id, report_id)
        return None if report is None or report.state.final else dataclasses.replace(report, state=State.CANCELLED)

    async def delete(self, owner_id: str, report_id: str) -> bool:
        return await self.get(owner_id, report_id) is not None


async def test_wish_becomes_a_report_that_others_are_told_of() -> None:
    """It is inserted once, under an id of ours, and told of after the commit."""
    rows = Rows()
    report = await rows.reports.create(WISH, own_username="anna")
    assert report.report_id == "r-2"
    assert rows.inserted == [("r-2", WISH)]
    assert rows.changed == ["r-2"]
    assert rows.passed == ["create_before_commit", "create_after_commit"]


async def test_address_is_printed_for_its_owner_alone() -> None:
    """A wish for somebody else's is refused before anything is kept."""
    rows = Rows()
    message = "^An e-mail address can be printed in a report of yourself only; leave include_email out.$"
    with pytest.raises(InvalidInput, match=message) as refusal:
        await rows.reports.create(dataclasses.replace(WISH, include_email=True), own_username="anna")
    assert refusal.value.violations == (Violation("include_email", "must be false in a report of somebody else"),)
    assert (rows.inserted, rows.changed) == ([], [])
    await rows.reports.create(dataclasses.replace(WISH, username="anna", include_email=True), own_username="anna")
    assert len(rows.inserted) == 1


async def test_repeated_wish_is_answered_by_the_first_report() -> None:
    """Also where no more are allowed, since none is added."""
    rows = Rows(active=2, kept=3)
    report = await rows.reports.create(rows.repeated, own_username="anna")
    assert (report.report_id, rows.inserted, rows.changed) == ("r-1", [], ["r-1"])


@pytest.mark.parametrize(
    "change", [{"username": "clara"}, {"username": "anna", "include_email": True}, {"kind": Kind.ACCOUNT_EXPORT}]
)
async def test_request_id_of_another_wish_is_refused(change: dict[str, object]) -> None:
    """One id stands for one wish."""
    rows = Rows()
    with pytest.raises(RequestIdReused):
        await rows.reports.create(dataclasses.replace(rows.repeated, **change), own_username="anna")  # type: ignore[arg-type]
    assert (rows.inserted, rows.changed) == ([], [])


def test_digest_of_a_wish_is_what_it_was_in_earlier_versions() -> None:
    """A repeat is known by the row that an older version wrote."""
    assert WISH.digest == hashlib.sha256(b"boris\x000").hexdigest()
    assert dataclasses.replace(WISH, include_email=True).digest == hashlib.sha256(b"boris\x001").hexdigest()
    assert dataclasses.replace(WISH, kind=Kind.ACCOUNT_EXPORT).digest == "ACCOUNT_EXPORT"


async def test_request_id_that_was_just_taken_is_looked_at_again() -> None:
    """Of two at once the second is a repeat; a third time is a fault."""
    rows = Rows()
    rows.taken_times = 1
    assert (await rows.reports.create(WISH, own_username="anna")).report_id == "r-2"
    rows.taken_times = 2
    with pytest.raises(RequestIdTaken):
        await rows.reports.create(WISH, own_username="anna")


@pytest.mark.parametrize(
    ("active", "kept", "message", "subject"),
    [
        (2, 2, "You have 2 reports under way, which is the limit; wait for one of them.", "active_reports"),
        (3, 3, "You have 3 reports under way, which is the limit; wait for one of them.", "active_reports"),
        (1, 3, "You have 3 reports, which is the limit; delete an old one.", "kept_reports"),
        (0, 4, "You have 4 reports, which is the limit; delete an old one.", "kept_reports"),
    ],
)
async def test_wish_beyond_the_owners_quota_is_refused(active: int, kept: int, message: str, subject: str) -> None:
    """The answer says what to do about it."""
    rows = Rows(active=active, kept=kept)
    with pytest.raises(ReportQuota) as refusal:
        await rows.reports.create(WISH, own_username="anna")
    assert str(refusal.value) == message
    assert refusal.value.subject == subject
    assert rows.inserted == []


async def test_last_report_within_the_quota_is_made() -> None:
    """The limit itself may be reached."""
    rows = Rows(active=1, kept=2)
    await rows.reports.create(WISH, own_username="anna")
    assert len(rows.inserted) == 1


@pytest.mark.parametrize(("owner_id", "report_id"), [("boris-id", "r-1"), ("anna-id", "r-9"), ("", "r-1")])
async def test_foreign_report_is_an_absent_one(owner_id: str, report_id: str) -> None:
    """Nobody but the owner reads, cancels or deletes it, or learns that there is one."""
    rows = Rows()
    for work in (rows.reports.get, rows.reports.cancel, rows.reports.delete):
        with pytest.raises(ReportNotFound) as refusal:
            await work(owner_id, report_id)
        assert refusal.value.metadata == {"report_id": report_id}
    assert rows.changed == []


async def test_owner_reads_and_deletes_a_report() -> None:
    """A list is asked for as it is continued; whoever watches is told of a deletion."""
    rows = Rows()
    assert await rows.reports.get("anna-id", "r-1") is rows.report
    assert await rows.reports.page("anna-id", before=(7, "r-3"), limit=5) == [rows.report]
    await rows.reports.delete("anna-id", "r-1")
    assert rows.changed == ["r-1"]


async def test_report_under_way_is_cancelled_and_told_of() -> None:
    """Others learn of it, as a worker may be at it."""
    rows = Rows()
    assert (await rows.reports.cancel("anna-id", "r-1")).state is State.CANCELLED
    assert rows.changed == ["r-1"]


async def test_cancelled_report_is_cancelled_again_without_an_error() -> None:
    """A repeat is answered with what there is."""
    rows = Rows(state=State.CANCELLED)
    assert await rows.reports.cancel("anna-id", "r-1") is rows.report
    assert rows.changed == []


@pytest.mark.parametrize("state", [State.READY, State.FAILED])
async def test_finished_report_is_not_cancelled(state: State) -> None:
    """The error says how it ended."""
    rows = Rows(state=state)
    with pytest.raises(ReportFinished) as refusal:
        await rows.reports.cancel("anna-id", "r-1")
    assert str(refusal.value) == str(ReportFinished(state))
