"""`dossier report` against a fake server."""

from __future__ import annotations

import asyncio
import json
import signal
from typing import TYPE_CHECKING

from dossier.report.v1 import report_pb2 as report_pb

from tests.integration.client.command import Command
from tests.integration.client.fake_reports import REPORT_ID
from tests.integration.client.fakes import FakeServer

if TYPE_CHECKING:
    from pathlib import Path


async def test_report_create_waits_downloads_and_checks(signed_in: Command, fake: FakeServer, tmp_path: Path) -> None:
    """The file's name goes to stdout, the stages to stderr, and cuts on the way are not seen."""
    queued, rendering, ready = report_pb.STATE_QUEUED, report_pb.STATE_RENDERING, report_pb.STATE_READY
    fake.reports.watches.extend([[queued, rendering], [ready]])
    fake.reports.cuts.append(3000)
    result = await signed_in("report", "create")
    assert result.code == 0, result.err
    assert result.out == "anna-2026-11-23.pdf\n"
    assert (tmp_path / "anna-2026-11-23.pdf").read_bytes() == fake.reports.content
    size = len(fake.reports.content)
    assert result.err.splitlines()[:5] == [
        f"report {REPORT_ID}",
        "QUEUED",
        "RENDERING",
        "READY",
        f"downloading {size} bytes",
    ]
    again = await signed_in("report", "download", REPORT_ID)
    assert again.out == "anna-2026-11-23-2.pdf\n"


async def test_report_create_can_end_at_once(signed_in: Command, fake: FakeServer) -> None:
    """With --no-wait the id is all that is printed."""
    result = await signed_in("report", "create", "ben", "--no-wait")
    assert result.out == f"{REPORT_ID}\n"
    assert fake.count("WatchReport") == 0
    assert json.loads((await signed_in("report", "show", REPORT_ID, "--json")).out)["state"] == "STATE_READY"


async def test_account_export_is_saved_as_a_zip_file(signed_in: Command, fake: FakeServer, tmp_path: Path) -> None:
    """An export is waited for, downloaded and checked as a report is."""
    fake.reports.watches.append([report_pb.STATE_QUEUED, report_pb.STATE_READY])
    result = await signed_in("account", "export")
    assert (result.code, result.out) == (0, "anna-2026-11-23.zip\n"), result.err
    assert result.err.splitlines()[:3] == [f"export {REPORT_ID}", "QUEUED", "READY"]
    assert (tmp_path / "anna-2026-11-23.zip").read_bytes() == fake.reports.content
    listed = await signed_in("report", "list")
    assert listed.out.rstrip().endswith("account export\tzip")


async def test_report_that_failed_ends_with_1(signed_in: Command, fake: FakeServer) -> None:
    """A failed report says why."""
    fake.reports.watches.append([report_pb.STATE_FAILED])
    fake.reports.failure_reason = report_pb.FAILURE_REASON_PLAYER_NOT_FOUND
    result = await signed_in("report", "create", "ben")
    assert result.code == 1
    assert "No account has this username, or it was deleted. (PLAYER_NOT_FOUND)" in result.err


async def test_interrupted_wait_ends_with_130_and_names_the_report(signed_in: Command, fake: FakeServer) -> None:
    """Ctrl-C leaves no traceback, and says how to fetch the report later."""
    fake.reports.watches.append([report_pb.STATE_QUEUED])
    fake.reports.hangs = True
    process = await signed_in.start("report", "create")
    assert process.stderr is not None
    seen = b""
    while b"QUEUED" not in seen:
        seen += await process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert process.returncode == 130
    assert f"dossier report download {REPORT_ID}" in err.decode()
    assert b"Traceback" not in err


async def test_killed_download_goes_on_with_the_next_command(
    signed_in: Command, fake: FakeServer, tmp_path: Path
) -> None:
    """After kill -9 the next download fetches only the rest."""
    fake.reports.content = bytes(range(256)) * 4000
    fake.reports.pause_after = 300_000
    process = await signed_in.start("report", "download", REPORT_ID, "-o", "anna.pdf")
    part = tmp_path / "anna.pdf.part"
    async with asyncio.timeout(20):
        while not part.exists() or part.stat().st_size < 300_000:
            await asyncio.sleep(0.01)
    process.kill()
    await process.communicate()
    fake.reports.pause_after = 0
    result = await signed_in("report", "download", REPORT_ID, "-o", "anna.pdf")
    assert result.code == 0, result.err
    assert (tmp_path / "anna.pdf").read_bytes() == fake.reports.content
    assert [request.read_offset for request in fake.requests("DownloadReport")] == [0, 300_000]
