"""What becomes of reports and exports when an account is purged."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from dossier.lifecycle.v1 import lifecycle_service_pb2 as lifecycle_pb
from dossier.report.v1 import report_pb2 as report_pb

from tests.integration.report.stage import FakeRenderer, Stage, a_settings, eventually, open_stage, refused


@pytest.fixture
async def quick(tmp_path: Path, renderer: FakeRenderer) -> AsyncIterator[Stage]:
    """A report service that looks for purges all the time."""
    async with open_stage(a_settings(tmp_path, purge_poll_seconds=0.1), renderer=renderer) as opened:
        yield opened


def purge(stage: Stage, username: str) -> None:
    """Have profile_service say that an account is to be purged."""
    stage.lifecycle.purges.append(
        lifecycle_pb.Purge(receipt_id=str(uuid.uuid4()), account_id=f"{username}-id", username=username)
    )


def files(stage: Stage) -> list[Path]:
    return [path for path in (stage.settings.data_dir / "reports").rglob("*") if path.is_file()]


async def test_purge_takes_all_of_the_account_and_about_it(quick: Stage) -> None:
    """Own reports, exports and others' reports about the player go with their files; the rest stays."""
    anna, bert = quick.as_player("anna"), quick.as_player("bert")
    for username in ("", "bert"):
        await anna.made(username=username)
    await anna.made(kind=report_pb.KIND_SEASON_REPORT)
    await anna.watch_to_end((await anna.export()).report_id)
    about_anna = await bert.made(username="anna")
    kept = await bert.made()
    purge(quick, "anna")
    await eventually(lambda: quick.lifecycle.confirmed)
    counts = quick.lifecycle.confirmed[0].counts
    assert (counts.report_count, counts.export_count, counts.foreign_report_count) == (3, 1, 1)
    assert not (await anna.list()).reports
    with refused() as refusal:
        await bert.get(about_anna.report_id)
    assert refusal.reason == "REPORT_NOT_FOUND"
    assert [path.parent.name for path in files(quick)] == [kept.report_id]
    assert b"bert" in await quick.rows.kept()
    assert b"anna" not in await quick.rows.kept()


async def test_purge_of_an_account_without_reports_is_confirmed(quick: Stage) -> None:
    """There is nothing to wait for."""
    purge(quick, "anna")
    await eventually(lambda: quick.lifecycle.confirmed)
    assert not quick.lifecycle.confirmed[0].counts.ByteSize()


async def test_purge_waits_for_a_report_that_is_being_made(quick: Stage, renderer: FakeRenderer) -> None:
    """While a worker may still write a file nothing is confirmed, and what it makes is thrown away."""
    renderer.gate.clear()
    bert = quick.as_player("bert")
    await bert.create(username="anna")
    await renderer.begun.wait()
    purge(quick, "anna")

    async def is_hidden() -> bool:
        return not (await bert.list()).reports

    await eventually(is_hidden)
    renderer.gate.set()
    await eventually(lambda: not files(quick))
    assert not quick.lifecycle.confirmed
