"""Exports of an account: what is in the file, how it is got, and what happens when it cannot be made."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any

import grpc
import jsonschema
import pytest
from dossier.report.v1 import report_pb2 as report_pb
from dossier.stats.v1 import game_pb2 as game_pb
from google.protobuf.timestamp_pb2 import Timestamp

from report_service import exports
from tests.integration.report.stage import PDF, FakeRenderer, Player, Stage, a_settings, open_stage, refused


async def exported(player: Player) -> tuple[report_pb.Report, bytes]:
    """Ask for an export, wait for it, and return it with its bytes."""
    export = (await player.watch_to_end((await player.export()).report_id))[-1]
    assert export.state == report_pb.STATE_READY, export
    metadata, chunks = await player.downloaded(export.report_id)
    assert metadata.content_type == "application/zip"
    assert metadata.file_name.endswith(".zip")
    return export, b"".join(chunks)


def opened(data: bytes) -> tuple[zipfile.ZipFile, dict[str, Any]]:
    """Return a sound export with its account, which its own schema accepts."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    account = json.loads(archive.read("account.json"))
    schema = json.loads(archive.read("account.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(account)
    return archive, account


async def test_export_holds_the_account_and_its_reports(stage: Stage) -> None:
    """Lists that come in pages are whole; a finished report about the owner is there with its bytes."""
    anna = stage.as_player("anna")
    report = await anna.made()
    export, data = await exported(anna)
    assert (export.kind, export.username) == (report_pb.KIND_ACCOUNT_EXPORT, "anna")
    assert (export.size_bytes, export.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    archive, account = opened(data)
    assert account["account"]["email"] == "anna@example.org"
    assert account["profile"]["display_name"] == "Анна"
    assert [game["game_id"] for game in account["games"]] == [f"game-{p}-{n}" for p in range(2) for n in range(3)]
    assert [len(account[name]) for name in ("sessions", "audit_events", "reports", "issued_reports")] == [1, 1, 1, 1]
    assert archive.read("avatar.webp") == b"RIFF picture"
    assert archive.read(account["reports"][0]["file"]) == PDF
    assert report.kind == report_pb.KIND_PLAYER_REPORT


async def test_export_of_an_empty_account_is_complete(stage: Stage) -> None:
    """Who has no picture, games and reports gets empty lists."""
    stage.lifecycle.avatar, stage.lifecycle.game_pages = b"", 0
    archive, account = opened((await exported(stage.as_player("anna")))[1])
    assert (account["games"], account["reports"], account["issued_reports"]) == ([], [], [])
    assert archive.namelist() == ["account.schema.json", "account.json"]


async def test_export_says_nothing_of_other_people(stage: Stage) -> None:
    """A report about somebody else is listed without the name, and its file is left out."""
    anna = stage.as_player("anna")
    await anna.made(username="bert")
    archive, account = opened((await exported(anna))[1])
    assert (account["reports"][0]["username"], account["reports"][0]["file"]) == ("", "")
    assert b"bert" not in archive.read("account.json")
    assert not any(name.startswith("reports/") for name in archive.namelist())


async def test_export_tells_what_each_report_was_of(stage: Stage) -> None:
    """A report's file keeps its type; one of a season, in which others stand, is listed without its file."""
    anna = stage.as_player("anna")
    moment = Timestamp(seconds=1_772_323_200)
    await anna.made(format=report_pb.FORMAT_JSON, locale="uk", start_time=moment)
    await anna.made(kind=report_pb.KIND_SEASON_REPORT, season="2026-spring", game_kind=game_pb.GAME_KIND_ELITE)
    archive, account = opened((await exported(anna))[1])
    season, own = account["reports"]
    assert (own["format"], own["locale"], own["season"], own["game_kind"]) == ("JSON", "uk", "", "")
    assert (own["start_time"], own["end_time"]) == ("2026-03-01T00:00:00Z", None)
    assert own["file"].endswith(".json")
    assert archive.read(own["file"]) == PDF
    assert (season["kind"], season["season"], season["game_kind"]) == ("SEASON_REPORT", "2026-spring", "ELITE")
    assert (season["username"], season["file"]) == ("", "")


async def test_export_tells_what_the_club_remembers_about_the_account(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every report about it, over pages, also those that others asked for or that were deleted since; not who asked."""
    monkeypatch.setattr(exports, "PAGE_ROWS", 2)
    anna, bert = stage.as_player("anna"), stage.as_player("bert")
    moment = Timestamp(seconds=1_772_323_200)
    made = [
        await bert.made(username="anna", season="2026-spring", game_kind=game_pb.GAME_KIND_ELITE),
        await anna.made(format=report_pb.FORMAT_JSON, end_time=moment),
        await anna.made(),
    ]
    await anna.made(kind=report_pb.KIND_SEASON_REPORT)
    await bert.made()
    await anna.delete(made[2].report_id)
    archive, account = opened((await exported(anna))[1])
    told = account["issued_reports"]
    assert [issued["report_id"] for issued in told] == [report.report_id for report in reversed(made)]
    assert (told[2]["season"], told[2]["game_kind"], told[2]["format"]) == ("2026-spring", "ELITE", "PDF")
    assert (told[1]["format"], told[1]["start_time"], told[1]["end_time"]) == ("JSON", None, "2026-03-01T00:00:00Z")
    assert told[0]["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert b"bert" not in archive.read("account.json")


async def test_export_is_a_report_of_its_owner_alone(stage: Stage) -> None:
    """It is listed, counts, and is deleted as reports are; others cannot see it."""
    anna = stage.as_player("anna")
    export, _ = await exported(anna)
    assert [report.report_id for report in (await anna.list()).reports] == [export.report_id]
    with refused() as refusal:
        await stage.as_player("bert").get(export.report_id)
    assert refusal.reason == "REPORT_NOT_FOUND"
    await anna.delete(export.report_id)
    assert not (await anna.list()).reports


async def test_export_repeated_answers_the_same_and_is_no_report(stage: Stage) -> None:
    """One request_id makes one export; for a report it is used up."""
    anna, request_id = stage.as_player("anna"), str(uuid.uuid4())
    first, again = [await anna.export(request_id=request_id) for _ in range(2)]
    assert first.report_id == again.report_id
    with refused() as refusal:
        await anna.create(request_id=request_id)
    assert refusal.reason == "REQUEST_ID_REUSED"


async def test_export_counts_among_the_reports_under_way(tmp_path: Path) -> None:
    """No sixth is begun while five are made."""
    renderer = FakeRenderer()
    renderer.gate.clear()
    async with open_stage(a_settings(tmp_path), renderer=renderer) as stage:
        anna = stage.as_player("anna")
        for _ in range(5):
            await anna.create()
        with refused() as refusal:
            await anna.export()
        assert refusal.reason == "REPORT_QUOTA"
        renderer.gate.set()


async def test_export_cut_while_it_is_read_is_made_again(stage: Stage) -> None:
    """What profile_service breaks off is a passing fault, and half a file is never delivered."""
    stage.lifecycle.faults.append(grpc.StatusCode.UNAVAILABLE)
    export, data = await exported(stage.as_player("anna"))
    assert export.attempt_count == 2
    opened(data)


async def test_export_of_a_hidden_account_fails(stage: Stage) -> None:
    """Who was deleted meanwhile gets no export."""
    stage.lifecycle.faults.append(grpc.StatusCode.NOT_FOUND)
    anna = stage.as_player("anna")
    export = (await anna.watch_to_end((await anna.export()).report_id))[-1]
    assert export.failure_reason == report_pb.FAILURE_REASON_PLAYER_NOT_FOUND


async def test_export_bytes_depend_on_data_and_job_alone(stage: Stage) -> None:
    """The same data give the same entries, and every entry bears the moment in which it was asked for."""
    anna = stage.as_player("anna")
    (first, one), (_, two) = await exported(anna), await exported(anna)
    first_archive, second_archive = opened(one)[0], opened(two)[0]
    assert first_archive.namelist() == second_archive.namelist()
    year, month, day, hour, minute, second = first.create_time.ToDatetime().timetuple()[:6]
    moment = (year, month, day, hour, minute, second // 2 * 2)  # all that a ZIP file can tell
    assert {entry.date_time for entry in first_archive.infolist()} == {moment}
