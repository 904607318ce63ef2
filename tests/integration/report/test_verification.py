"""Verifying a report that somebody holds: with or without its file, and after its owner or player is gone."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from dossier.lifecycle.v1 import lifecycle_service_pb2 as lifecycle_pb
from dossier.report.v1 import report_pb2 as report_pb
from dossier.report.v1 import report_service_pb2 as service_pb
from dossier.stats.v1 import game_pb2 as game_pb
from google.protobuf.timestamp_pb2 import Timestamp

from tests.integration.report.fake_snapshots import GAME_ID
from tests.integration.report.stage import PDF, FakeRenderer, Stage, a_settings, eventually, open_stage, refused

NOTHING = service_pb.VerifyReportResponse(issued=False)
SHA256 = hashlib.sha256(PDF).hexdigest()


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


async def test_report_is_verified_by_its_id_and_by_its_file(stage: Stage) -> None:
    """Anybody who holds it learns what it is, when it was made, about whom and of which games; nothing of who asked."""
    narrowed: Any = {
        "season": "2026-spring",
        "game_kind": game_pb.GAME_KIND_ELITE,
        "start_time": Timestamp(seconds=1_772_323_200),
        "end_time": Timestamp(seconds=1_772_409_600),
    }
    report = await stage.as_player("bert").made(username="anna", format=report_pb.FORMAT_JSON, **narrowed)
    answer = await stage.verify(report_id=report.report_id)
    assert answer.issued
    assert answer.report == report_pb.IssuedReport(
        report_id=report.report_id,
        kind=report_pb.KIND_PLAYER_REPORT,
        format=report_pb.FORMAT_JSON,
        issue_time=report.update_time,
        sha256=SHA256,
        size_bytes=len(PDF),
        username="anna",
        **narrowed,
    )
    assert await stage.verify(sha256=SHA256) == answer
    assert b"bert" not in answer.SerializeToString()


async def test_certificate_is_verified_by_its_game(stage: Stage) -> None:
    """It tells which game it certifies."""
    report = await stage.as_player("bert").made(kind=report_pb.KIND_GAME_CERTIFICATE, game_id=GAME_ID)
    told = (await stage.verify(report_id=report.report_id)).report
    assert (told.kind, told.game_id, told.username) == (report_pb.KIND_GAME_CERTIFICATE, GAME_ID, "")


@pytest.mark.parametrize("asked", [{"report_id": GAME_ID}, {"sha256": hashlib.sha256(b"forged").hexdigest()}])
async def test_unknown_report_was_not_issued(stage: Stage, asked: dict[str, str]) -> None:
    """An id and bytes that nobody knows are answered, not refused."""
    await stage.as_player("anna").made()
    assert await stage.verify(**asked) == NOTHING


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"report_id": GAME_ID, "sha256": SHA256},
        {"report_id": "report-1"},
        {"sha256": SHA256.upper()},
        {"sha256": SHA256[:-1]},
    ],
)
async def test_question_that_makes_no_sense_is_refused(stage: Stage, asked: dict[str, str]) -> None:
    """Exactly one of the two is asked by, and well formed."""
    with refused() as refusal:
        await stage.verify(**asked)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")


async def test_report_that_is_not_made_was_not_issued(stage: Stage, renderer: FakeRenderer) -> None:
    """Neither a report under way nor one that failed or was cancelled is known."""
    failed = await stage.as_player("anna").made(username="nobody")
    renderer.gate.clear()
    waiting = await stage.as_player("anna").create()
    await renderer.begun.wait()
    for report in (failed, waiting):
        assert await stage.verify(report_id=report.report_id) == NOTHING
    await stage.as_player("anna").cancel(waiting.report_id)
    renderer.gate.set()
    await stage.as_player("anna").made()
    assert await stage.verify(report_id=waiting.report_id) == NOTHING


async def test_export_is_never_told_of(stage: Stage) -> None:
    """What an account took along is nobody's business."""
    anna = stage.as_player("anna")
    export = (await anna.watch_to_end((await anna.export()).report_id))[-1]
    assert export.state == report_pb.STATE_READY
    for asked in ({"report_id": export.report_id}, {"sha256": export.sha256}):
        assert await stage.verify(**asked) == NOTHING


async def test_deleted_report_can_still_be_verified(stage: Stage) -> None:
    """The paper outlives the file."""
    anna = stage.as_player("anna")
    report = await anna.made()
    before = await stage.verify(report_id=report.report_id)
    await anna.delete(report.report_id)
    files = stage.settings.data_dir / "reports" / report.report_id
    await eventually(lambda: not files.exists() or not list(files.iterdir()))
    assert await stage.verify(report_id=report.report_id) == before
    assert await stage.verify(sha256=SHA256) == before


async def test_purge_of_the_player_takes_the_name_away(quick: Stage) -> None:
    """That a report was made stays known; about whom does not, and no other name goes with it."""
    about_anna = await quick.as_player("bert").made(username="anna")
    about_bert = await quick.as_player("bert").made()
    purge(quick, "anna")
    await eventually(lambda: quick.lifecycle.confirmed)
    told = await quick.verify(report_id=about_anna.report_id)
    assert (told.issued, told.report.username, told.report.sha256) == (True, "", SHA256)
    assert (await quick.verify(report_id=about_bert.report_id)).report.username == "bert"
    assert b"anna" not in await quick.rows.kept()


async def test_purge_of_who_asked_changes_nothing(quick: Stage) -> None:
    """A report about somebody else is theirs, whoever printed it."""
    report = await quick.as_player("bert").made(username="anna")
    before = await quick.verify(report_id=report.report_id)
    purge(quick, "bert")
    await eventually(lambda: quick.lifecycle.confirmed)
    assert await quick.verify(report_id=report.report_id) == before


async def test_hidden_player_is_not_named(stage: Stage) -> None:
    """An account that waits for its purge is hidden here as everywhere, and named again when it is brought back."""
    report = await stage.as_player("bert").made(username="anna")
    stage.profiles.hidden.add("anna")
    assert (await stage.verify(report_id=report.report_id)).report.username == ""
    assert (await stage.verify(sha256=SHA256)).report.username == ""
    stage.profiles.hidden.clear()
    assert (await stage.verify(report_id=report.report_id)).report.username == "anna"


async def test_player_is_not_named_unless_profile_service_can_be_asked(stage: Stage) -> None:
    """Nobody is named by guess: what needs no name is told, the rest is to be asked again."""
    about_anna = await stage.as_player("anna").made()
    about_season = await stage.as_player("anna").made(kind=report_pb.KIND_SEASON_REPORT)
    stage.profiles.away = True
    with refused() as refusal:
        await stage.verify(report_id=about_anna.report_id)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE")
    assert (await stage.verify(report_id=about_season.report_id)).issued


async def test_same_bytes_about_several_prove_nothing_about_one(stage: Stage) -> None:
    """Where reports of two players came out the same, the first of them is told without a name."""
    first: Any = await stage.as_player("anna").made()
    moment = Timestamp(seconds=0)
    scope: Any = {"season": "2026-spring", "game_kind": game_pb.GAME_KIND_CLUB, "end_time": moment}
    await stage.as_player("bert").made(**scope, start_time=Timestamp(seconds=-1))
    told = (await stage.verify(sha256=SHA256)).report
    assert told == report_pb.IssuedReport(
        report_id=first.report_id,
        kind=first.kind,
        format=first.format,
        issue_time=first.update_time,
        sha256=SHA256,
        size_bytes=len(PDF),
    )
    assert (await stage.verify(report_id=first.report_id)).report.username == "anna"


async def test_file_that_proves_nothing_tells_nothing_of_whom(stage: Stage, renderer: FakeRenderer) -> None:
    """A table without rows was made, that is all: its bytes are the same of whomever, and anybody can write them."""
    renderer.blank = True
    report = await stage.as_player("bert").made(
        username="anna", format=report_pb.FORMAT_CSV, season="2026-spring", start_time=Timestamp(seconds=0)
    )
    by_file, by_id = await stage.verify(sha256=SHA256), await stage.verify(report_id=report.report_id)
    assert by_file == by_id
    assert by_file.report == report_pb.IssuedReport(
        report_id=report.report_id,
        kind=report.kind,
        format=report.format,
        issue_time=report.update_time,
        sha256=SHA256,
        size_bytes=len(PDF),
    )
