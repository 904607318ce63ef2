"""The checker finds every defect that it is there for, and none in a history without."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from report_service.app import STORAGE
from report_service.reports import Rules
from report_service.storage.report_store import ReportStore
from report_service.wishes import Wish
from runtime.sqlite import open_sqlite
from tests.faults.checker import INVARIANTS, Verdict, check, look
from tests.faults.history import INVOKED, OK, Event
from tests.faults.schedule import schedule
from tests.faults.stores import LocalFiles, SqliteRows

PDF = b"%PDF of a report"
SHA256 = hashlib.sha256(PDF).hexdigest()
OTHER = "0" * 64


class Story:
    """Reports in a real database with their files, and what a driver would have written down."""

    def __init__(self, store: ReportStore, folder: Path, database: Any) -> None:
        self._store = store
        self.folder = folder
        self._database = database
        self.events: list[Event] = []
        self._time = 0.0

    def note(self, call: str, outcome: str = OK, **facts: str) -> None:
        """Write an event down."""
        self._time += 1
        self.events.append(Event(self._time, call, outcome, **facts))

    async def ask(self, request_id: str = "wish", *, report_id: str = "report") -> str:
        """Ask for a report and be answered."""
        self.note("create", INVOKED, request_id=request_id)
        async with self._store.deciding() as rows:
            await rows.insert(report_id, Wish("anna-id", "anna", include_email=False, request_id=request_id))
        self.note("create", request_id=request_id, report_id=report_id, state="QUEUED")
        return report_id

    async def lose_a_render(self, report_id: str) -> None:
        """Have a worker claim it and give it back."""
        job = await self._store.claim(report_id, take_over=False)
        assert job is not None
        assert await self._store.retry(job, wait_seconds=0.0, counted=False)

    async def make(self, report_id: str) -> None:
        """Have a worker make it, and its owner see it and download it."""
        job = await self._store.claim(report_id, take_over=False)
        assert job is not None
        key = f"{report_id}/1.pdf"
        (self.folder / report_id).mkdir(parents=True)
        (self.folder / key).write_bytes(PDF)
        assert await self._store.complete(job, blob_key=key, size_bytes=len(PDF), sha256=SHA256)
        self.note("watch", report_id=report_id, state="READY")
        self.note("download", report_id=report_id, sha256=SHA256)

    async def cancel(self, report_id: str) -> None:
        """Take it back."""
        assert await self._store.cancel("anna-id", report_id)
        self.note("cancel", report_id=report_id, state="CANCELLED")

    async def sql(self, statement: str) -> None:
        """Change the database behind the service's back."""
        await self._database._writer.execute(statement)

    async def verdict(self, *, faults: Sequence[float] = ()) -> Verdict:
        """Return what the checker says of it."""
        rows = SqliteRows(self.folder.with_name("report.sqlite3"))
        return check(self.events, await look(rows, LocalFiles(self.folder)), faults=faults)


@pytest.fixture
async def story(tmp_path: Path) -> Any:
    """Open an empty one."""
    async with open_sqlite(tmp_path / "report.sqlite3", storage=STORAGE) as database:
        yield Story(ReportStore(database, rules=Rules()), tmp_path / "reports", database)


def found(verdict: Verdict) -> set[str]:
    """Return the kinds of defects found."""
    return {name for name, cases in verdict.violations.items() if cases}


async def test_nothing_is_found_in_a_good_history(story: Story) -> None:
    """A report made, one cancelled, one refused and one deleted break no promise."""
    await story.make(await story.ask())
    await story.cancel(await story.ask("second", report_id="second"))
    story.note("create", INVOKED, request_id="refused")
    story.note("create", "refused", request_id="refused")
    await story.make(await story.ask("third", report_id="third"))
    story.note("delete", INVOKED, report_id="third")
    await story.sql("DELETE FROM reports WHERE report_id = 'third'")
    shutil.rmtree(story.folder / "third")
    verdict = await story.verdict()
    assert not verdict.broken, verdict.violations
    assert verdict.reports == 3
    assert verdict.states == {"READY": 1, "CANCELLED": 1}


async def test_report_is_lost_when_its_row_is_gone(story: Story) -> None:
    """What was acknowledged has a row."""
    await story.make(await story.ask())
    await story.sql("DELETE FROM reports")
    assert found(await story.verdict()) == {"lost", "left behind"}


async def test_file_is_left_behind_when_its_report_was_deleted(story: Story) -> None:
    """Files go with their report."""
    await story.make(await story.ask())
    story.note("delete", INVOKED, report_id="report")
    await story.sql("DELETE FROM reports")
    assert found(await story.verdict()) == {"left behind"}


async def test_internal_error_is_found_whatever_was_broken(story: Story) -> None:
    """Each fault of what the service depends on has a reason of its own."""
    await story.ask()
    await story.cancel("report")
    story.note("create", INVOKED, request_id="second")
    story.note("create", "unknown", request_id="second", note="INTERNAL INTERNAL")
    assert found(await story.verdict()) == {"internal"}


async def test_share_of_wishes_granted_counts_those_answered_during_a_fault(story: Story) -> None:
    """Before and after a fault nothing is counted."""
    story.note("create", "unknown", request_id="early")
    story.note("fault", "begun")
    await story.cancel(await story.ask())
    story.note("create", "unknown", request_id="second", note="UNAVAILABLE")
    story.note("fault", "over")
    story.note("create", "unknown", request_id="late")
    verdict = await story.verdict()
    assert (verdict.created, verdict.asked) == (1, 2)


async def test_render_is_redundant_when_a_ready_report_was_claimed_twice(story: Story) -> None:
    """Also when the first claim was forgiven."""
    await story.lose_a_render(await story.ask())
    await story.make("report")
    verdict = await story.verdict()
    assert (verdict.ready, verdict.redundant) == (1, 1)


async def test_report_is_lost_and_stuck_when_it_never_ended(story: Story) -> None:
    """What was acknowledged ends."""
    await story.ask()
    assert found(await story.verdict()) == {"lost", "stuck"}


async def test_unacknowledged_report_is_stuck_when_it_never_ended(story: Story) -> None:
    """Also a report nobody was told of ends."""
    await story.ask()
    story.events.pop()
    assert found(await story.verdict()) == {"stuck"}


async def test_report_is_duplicated_when_two_answers_differ(story: Story) -> None:
    """One request_id is answered with one report."""
    await story.make(await story.ask())
    await story.make(await story.ask("other", report_id="other"))
    story.note("create", request_id="wish", report_id="other")
    assert found(await story.verdict()) == {"duplicated"}


async def test_report_is_duplicated_when_two_rows_have_one_request(story: Story) -> None:
    """One request_id has one row, also when only one was acknowledged."""
    await story.make(await story.ask())
    await story.sql("DROP INDEX reports_by_request")
    report_id = await story.ask(report_id="twin")
    story.events.pop()
    await story.make(report_id)
    assert found(await story.verdict()) == {"duplicated"}


async def test_report_is_phantom_when_nobody_asked(story: Story) -> None:
    """Each row was asked for."""
    await story.make(await story.ask())
    story.events = [event for event in story.events if event.call != "create"]
    assert found(await story.verdict()) == {"phantom"}


async def test_cancelled_report_is_found_when_it_turned_ready(story: Story) -> None:
    """A cancellation that was answered OK holds."""
    report_id = await story.ask()
    story.note("cancel", report_id=report_id, state="CANCELLED")
    await story.make(report_id)
    assert "cancelled to READY" in found(await story.verdict())


async def test_final_state_is_found_changed_when_seen_otherwise(story: Story) -> None:
    """A final state is the last."""
    report_id = await story.ask()
    story.note("watch", report_id=report_id, state="FAILED")
    await story.make(report_id)
    assert found(await story.verdict()) == {"final state changed"}


async def _other_download(story: Story) -> None:
    story.note("download", report_id="report", sha256=OTHER)


async def _other_file(story: Story) -> None:
    (story.folder / "report" / "1.pdf").write_bytes(b"%PDF of another")


async def _no_file(story: Story) -> None:
    (story.folder / "report" / "1.pdf").unlink()


@pytest.mark.parametrize("damage", [_other_download, _other_file, _no_file])
async def test_digest_is_found_wrong_when_bytes_differ(story: Story, damage: Callable[[Story], Any]) -> None:
    """Downloaded, stored and announced bytes are the same."""
    await story.make(await story.ask())
    await damage(story)
    assert found(await story.verdict()) == {"digest"}


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("READY without a file", "sha256 = ''"),
        ("a file without READY", "state = 'CANCELLED'"),
        ("READY never claimed", "attempt_count = 0"),
        ("FAILED without reason", "state = 'FAILED'"),
        ("a reason without FAILED", "failure_reason = 'RENDER_FAILED'"),
        ("final without expiry", "expire_time = NULL"),
        ("expiry before final", "state = 'QUEUED'"),
        ("fence behind attempts", "fence = 0"),
        ("too many attempts", "attempt_count = 6, fence = 6"),
        ("RENDERING never claimed", "state = 'RENDERING', attempt_count = 0"),
        ("changed before created", "update_time = create_time - 1"),
    ],
)
async def test_rule_of_rows_is_found_broken(story: Story, rule: str, change: str) -> None:
    """Each invariant is checked by SQL."""
    await story.make(await story.ask())
    await story.sql(f"UPDATE reports SET {change}")
    assert any(case.startswith(rule) for case in (await story.verdict()).violations["row rule"])
    assert rule in INVARIANTS


async def test_recovery_counts_from_the_fault_that_met_a_report(story: Story) -> None:
    """A report that was under way when the fault ended recovered when it was final."""
    await story.make(await story.ask())
    await story.sql("UPDATE reports SET create_time = 1000000, update_time = 4500000")
    assert (await story.verdict(faults=[0.5, 2.0, 9.0])).recovery_seconds == [2.5]


def test_strikes_are_the_same_for_the_same_seed() -> None:
    """A seed is a schedule; another class or seed has another."""
    numbers = {"count": 5, "waits": (1.0, 2.0), "holds": (0.0, 1.0)}
    assert schedule("kill", 7, **numbers) == schedule("kill", 7, **numbers)  # type: ignore[arg-type]
    assert schedule("kill", 7, **numbers) != schedule("kill", 8, **numbers)  # type: ignore[arg-type]
    assert schedule("kill", 7, **numbers) != schedule("stop", 7, **numbers)  # type: ignore[arg-type]
