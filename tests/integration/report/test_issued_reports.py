"""What the database keeps of reports that were made, and what the migration makes of older rows."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from report_service.app import STORAGE
from report_service.document.snapshot import Format, GameKind, Scope
from report_service.reports import Report, Rules, State
from report_service.storage.issued_store import IssuedStore
from report_service.storage.report_store import ReportStore
from report_service.wishes import Kind
from runtime.database import Database
from tests.integration.report.fake_snapshots import NOW
from tests.integration.report.stage import Clock, a_wish
from tests.provision.databases import Place, place_at

DIGEST = "ab" * 32
MOMENT = datetime(2026, 4, 1, 12, 30, 0, 123456, tzinfo=UTC)
ISSUED_BEFORE = """
INSERT INTO issued_reports (report_id, kind, format, issue_time, sha256, size_bytes, username, season, game_id)
VALUES ('{report_id}', '{kind}', '{format}', 2000000, '{digest}', {size_bytes}, 'anna', '2026-spring', '')
"""
OLD_ROW = """
INSERT INTO reports (
    report_id, owner_id, username, include_email, request_id, request_digest, state, fence, attempt_count, hint_count,
    due_time, create_time, update_time, expire_time, blob_key, size_bytes, sha256, failure_reason, deleted, kind
) VALUES (
    '{report_id}', 'anna-id', 'anna', 0, '', '', '{state}', 1, 1, 0,
    0, 1000000, 2000000, 3000000, 'key', 7, '{digest}', '', 0, '{kind}'
)
"""


@pytest.fixture
async def database(tmp_path: Path, clock: Clock) -> AsyncIterator[Database]:
    """An empty database."""
    async with place_at(tmp_path / "issued.sqlite3").open(STORAGE, clock) as opened:
        yield opened


async def a_database_before(version: int, statements: list[str], *, folder: Path, clock: Clock) -> Place:
    """Return a database of the schema before a version, on which the statements were run."""
    earlier, place = folder / "storage", place_at(folder / "report.sqlite3")
    shutil.copytree(STORAGE, earlier)
    for migration in (earlier / "migrations").glob("*.sql"):
        if int(migration.name[:4]) >= version:
            migration.unlink()
    queries = "".join(f"-- name: old_{n}!\n{statement};\n" for n, statement in enumerate(statements))
    (earlier / "old.sql").write_text(queries)
    async with place.open(earlier, clock) as database, database.write() as session:
        for number in range(len(statements)):
            await session.all(f"old_{number}")
    return place


async def made(database: Database, report_id: str, **changes: Any) -> Report:
    """Ask for a report, make it and return it."""
    store = ReportStore(database, rules=Rules())
    async with store.deciding() as rows:
        await rows.insert(report_id, a_wish(**changes))
    job = await store.claim(report_id, take_over=False)
    assert job is not None
    assert await store.complete(job, blob_key="key", size_bytes=7, sha256=DIGEST)
    return job


async def test_wish_is_kept_as_it_was_asked_for(database: Database) -> None:
    """Whoever claims the row, at whatever time, makes what was asked for."""
    wish: dict[str, Any] = {
        "kind": Kind.PLAYER_REPORT,
        "format": Format.CSV,
        "locale": "de-AT",
        "scope": Scope("2026-spring", GameKind.ELITE, MOMENT, datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    }
    job = await made(database, "report-1", **wish)
    assert {name: getattr(job, name) for name in wish} == wish
    certificate = await made(database, "report-2", kind=Kind.GAME_CERTIFICATE, game_id="game-1", username="")
    assert (certificate.game_id, certificate.scope) == ("game-1", Scope())


async def test_report_that_turns_ready_is_known_from_then_on(database: Database, clock: Clock) -> None:
    """The moment of issue is that of the transition."""
    clock.turn(seconds=30)
    scope = Scope("2026-spring", GameKind.ELITE, MOMENT, MOMENT + timedelta(days=1))
    await made(database, "report-1", scope=scope)
    issued = await IssuedStore(database).get("report-1")
    assert issued is not None
    assert (issued.kind, issued.format, issued.username) == (Kind.PLAYER_REPORT, Format.PDF, "anna")
    assert (issued.scope, issued.sha256, issued.size_bytes) == (scope, DIGEST, 7)
    assert (issued.issue_time - NOW).total_seconds() == 30


async def test_overtaken_worker_issues_nothing(database: Database) -> None:
    """What does not turn the row READY is not known as made."""
    store = ReportStore(database, rules=Rules())
    async with store.deciding() as rows:
        await rows.insert("report-1", a_wish())
    job = await store.claim("report-1", take_over=False)
    assert job is not None
    await store.cancel("anna-id", "report-1")
    assert not await store.complete(job, blob_key="key", size_bytes=7, sha256=DIGEST)
    assert await IssuedStore(database).get("report-1") is None
    assert await IssuedStore(database).find_file(DIGEST) is None


async def test_expired_report_is_still_known(database: Database, clock: Clock) -> None:
    """Retention takes the row and the file, not what was issued."""
    await made(database, "report-1")
    store = ReportStore(database, rules=Rules())
    clock.turn(days=31)
    await store.remove(await store.begin_purge(limit=10, wait_seconds=0))
    assert await store.get("anna-id", "report-1") is None
    assert await IssuedStore(database).get("report-1") is not None


async def test_first_of_reports_with_the_same_bytes_is_found(database: Database, clock: Clock) -> None:
    """Whoever asks by the file learns since when it is known."""
    await made(database, "report-2")
    clock.turn(seconds=1)
    await made(database, "report-1")
    issued = await IssuedStore(database).find_file(DIGEST)
    assert issued is not None
    assert (issued.report_id, issued.username) == ("report-2", "anna")


async def test_rows_of_an_earlier_version_are_player_reports_as_pdf(tmp_path: Path, clock: Clock) -> None:
    """After the migration an old row is what it was, and a report that it made can be verified; an export cannot."""
    rows = [
        OLD_ROW.format(report_id="ready", state="READY", kind="PLAYER_REPORT", digest=DIGEST),
        OLD_ROW.format(report_id="failed", state="FAILED", kind="PLAYER_REPORT", digest=""),
        OLD_ROW.format(report_id="export", state="READY", kind="ACCOUNT_EXPORT", digest="cd" * 32),
    ]
    place = await a_database_before(3, rows, folder=tmp_path, clock=clock)
    async with place.open(STORAGE, clock) as database:
        store, issued = ReportStore(database, rules=Rules()), IssuedStore(database)
        report, export = await store.get("anna-id", "ready"), await store.get("anna-id", "export")
        assert report is not None
        assert export is not None
        assert (report.state, report.kind, report.format) == (State.READY, Kind.PLAYER_REPORT, Format.PDF)
        assert (report.scope, report.locale, report.game_id) == (Scope(), "", "")
        assert (export.format, export.extension) == (None, "zip")
        known = [await issued.get(report_id) for report_id in ("ready", "failed", "export")]
    assert [found is not None for found in known] == [True, False, False]


async def test_what_was_issued_before_covers_what_its_row_says(tmp_path: Path, clock: Clock) -> None:
    """Where the row of a report is gone, the season is all that is known of which games it covers."""
    row = OLD_ROW.format(report_id="kept", state="READY", kind="PLAYER_REPORT", digest=DIGEST)
    issued = [
        ISSUED_BEFORE.format(report_id=report_id, kind="PLAYER_REPORT", format="PDF", digest=DIGEST, size_bytes=7)
        for report_id in ("kept", "gone")
    ]
    narrowed = "UPDATE reports SET season = '2026-spring', game_kind = 'ELITE', start_time = 0, end_time = 1000000"
    place = await a_database_before(4, [row, narrowed, *issued], folder=tmp_path, clock=clock)
    async with place.open(STORAGE, clock) as database:
        found = [await IssuedStore(database).get(report_id) for report_id in ("kept", "gone")]
    epoch = datetime.fromtimestamp(0, UTC)
    assert [one.scope for one in found if one] == [
        Scope("2026-spring", GameKind.ELITE, epoch, epoch + timedelta(seconds=1)),
        Scope("2026-spring"),
    ]


@pytest.mark.parametrize(
    ("kind", "format", "size_bytes", "username"),
    [
        ("PLAYER_REPORT", "CSV", 138, ""),
        ("SEASON_REPORT", "CSV", 92, ""),
        ("PLAYER_REPORT", "CSV", 139, "anna"),
        ("PLAYER_REPORT", "PDF", 138, "anna"),
    ],
)
async def test_table_without_rows_that_was_issued_before_proves_nothing(
    tmp_path: Path, clock: Clock, kind: str, format: str, size_bytes: int, username: str
) -> None:
    """The migration takes away what the bytes of such a table do not tell, and from no other file."""
    row = ISSUED_BEFORE.format(report_id="old", kind=kind, format=format, digest=DIGEST, size_bytes=size_bytes)
    place = await a_database_before(5, [row], folder=tmp_path, clock=clock)
    async with place.open(STORAGE, clock) as database:
        found = await IssuedStore(database).find_file(DIGEST)
    assert found is not None
    assert (found.username, bool(found.scope.season)) == (username, bool(username))
