"""Reports of players, seasons and games, by period, language and file type, through a real server and stub."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from dossier.report.v1 import report_pb2 as report_pb
from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from google.protobuf.timestamp_pb2 import Timestamp

from report_service.document.snapshot import Format, GameKind, GameSnapshot, PlayerSnapshot, Scope, SeasonSnapshot
from tests.integration.report.fake_snapshots import GAME_ID
from tests.integration.report.stage import FakeRenderer, Stage, a_settings, open_stage, refused

MARCH, MAY = Timestamp(seconds=1_772_323_200, nanos=123_456_789), Timestamp(seconds=1_777_593_600)
PERIOD = {"start_time": MARCH, "end_time": MAY}
SEASON = {"kind": report_pb.KIND_SEASON_REPORT, "season": "2026-spring", "game_kind": game_pb.GAME_KIND_TOURNAMENT}
CERTIFICATE = {"kind": report_pb.KIND_GAME_CERTIFICATE, "game_id": GAME_ID}
# As the columns keep them: microseconds.
KEPT_MARCH = Timestamp(seconds=MARCH.seconds, nanos=123_456_000)


async def test_player_report_covers_the_games_that_were_asked_for(stage: Stage, renderer: FakeRenderer) -> None:
    """Season, kind and period reach profile_service, the document and whoever reads the report later."""
    wish: dict[str, Any] = PERIOD | {"season": "2026-spring", "game_kind": game_pb.GAME_KIND_ELITE, "locale": "de-AT"}
    anna = stage.as_player("anna")
    report = await anna.made(**wish, format=report_pb.FORMAT_JSON)
    [request] = stage.snapshots.requests
    assert request == snapshot_pb.GetSnapshotRequest(
        username="anna",
        viewer_account_id="anna-id",
        season="2026-spring",
        kind=game_pb.GAME_KIND_ELITE,
        start_time=KEPT_MARCH,
        end_time=MAY,
    )
    [order] = renderer.orders
    assert isinstance(order.snapshot, PlayerSnapshot)
    start, end = KEPT_MARCH.ToDatetime(UTC), MAY.ToDatetime(UTC)
    assert order.snapshot.scope == Scope("2026-spring", GameKind.ELITE, start, end)
    assert (order.format, order.locale) == (Format.JSON, "de-AT")
    assert (report.kind, report.format) == (report_pb.KIND_PLAYER_REPORT, report_pb.FORMAT_JSON)
    assert (report.season, report.game_kind, report.locale) == ("2026-spring", game_pb.GAME_KIND_ELITE, "de-AT")
    assert (report.start_time, report.end_time) == (KEPT_MARCH, MAY)
    assert [report] == list((await anna.list()).reports)
    assert await anna.get(report.report_id) == report


async def test_report_of_all_games_says_nothing_of_a_period(stage: Stage) -> None:
    """The shortest wish is a PDF of a player's all games, told as such."""
    report = await stage.as_player("anna").create()
    assert (report.kind, report.format) == (report_pb.KIND_PLAYER_REPORT, report_pb.FORMAT_PDF)
    assert (report.season, report.game_kind, report.locale, report.game_id) == ("", 0, "", "")
    assert not report.HasField("start_time")
    assert not report.HasField("end_time")


async def test_season_report_is_made_of_what_its_owner_may_see(stage: Stage, renderer: FakeRenderer) -> None:
    """It is about no player."""
    report = await stage.as_player("anna").made(**SEASON, format=report_pb.FORMAT_CSV)
    assert stage.snapshots.requests == [
        snapshot_pb.GetSeasonSnapshotRequest(
            season="2026-spring", kind=game_pb.GAME_KIND_TOURNAMENT, viewer_account_id="anna-id"
        )
    ]
    assert isinstance(renderer.orders[0].snapshot, SeasonSnapshot)
    assert renderer.orders[0].snapshot.scope == Scope("2026-spring", GameKind.TOURNAMENT)
    assert (report.state, report.kind) == (report_pb.STATE_READY, report_pb.KIND_SEASON_REPORT)
    assert (report.username, report.season, report.format) == ("", "2026-spring", report_pb.FORMAT_CSV)


async def test_certificate_is_made_of_what_its_owner_may_see(stage: Stage, renderer: FakeRenderer) -> None:
    """It names the game, and no player."""
    report = await stage.as_player("anna").made(**CERTIFICATE)
    assert stage.snapshots.requests == [
        snapshot_pb.GetGameSnapshotRequest(game_id=GAME_ID, viewer_account_id="anna-id")
    ]
    assert isinstance(renderer.orders[0].snapshot, GameSnapshot)
    assert (report.kind, report.game_id) == (report_pb.KIND_GAME_CERTIFICATE, GAME_ID)
    assert (report.username, report.state) == ("", report_pb.STATE_READY)


async def test_certificate_fails_when_game_does_not_exist(stage: Stage) -> None:
    """A certificate of nothing ends FAILED at once, with the reason."""
    wish = CERTIFICATE | {"game_id": str(uuid.uuid4())}
    report = await stage.as_player("anna").made(**wish)
    assert (report.state, report.attempt_count) == (report_pb.STATE_FAILED, 1)
    assert report.failure_reason == report_pb.FAILURE_REASON_GAME_NOT_FOUND


async def test_season_report_waits_for_a_profile_service_that_cannot_make_it_yet(stage: Stage) -> None:
    """An older part beside a newer one is a passing fault."""
    stage.snapshots.faults = [grpc.StatusCode.UNIMPLEMENTED]
    report = await stage.as_player("anna").made(**SEASON)
    assert (report.state, report.attempt_count) == (report_pb.STATE_READY, 2)


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": report_pb.KIND_ACCOUNT_EXPORT},
        {"kind": report_pb.KIND_GAME_CERTIFICATE},
        {"game_id": GAME_ID},
        CERTIFICATE | {"season": "2026-spring"},
        CERTIFICATE | {"username": "anna"},
        SEASON | {"username": "anna"},
        SEASON | {"include_email": True},
        SEASON | PERIOD,
        {"start_time": MAY, "end_time": MARCH},
        {"start_time": Timestamp(seconds=1, nanos=-1)},
        {"season": "Spring\r\n2026"},
        {"locale": "de_AT"},
        {"kind": 9},
        {"format": 9},
    ],
)
async def test_wish_that_makes_no_sense_is_refused(stage: Stage, wish: dict[str, Any]) -> None:
    """What is of no meaning for a kind of report is not dropped in silence."""
    with refused() as refusal:
        await stage.as_player("anna").create(**wish)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")


@pytest.mark.parametrize(
    "other",
    [
        {"format": report_pb.FORMAT_CSV},
        {"locale": "uk"},
        {"season": "2026-spring"},
        {"game_kind": game_pb.GAME_KIND_CLUB},
        {"start_time": MARCH},
        {"end_time": MAY},
        {"kind": report_pb.KIND_SEASON_REPORT},
        CERTIFICATE,
    ],
)
async def test_request_id_of_a_report_of_something_else_is_refused(stage: Stage, other: dict[str, Any]) -> None:
    """A repeat is one in everything that was asked for, in both orders."""
    anna, bert = stage.as_player("anna"), stage.as_player("bert")
    request_id = str(uuid.uuid4())
    for player, first, second in ((anna, {}, other), (bert, other, {})):
        await player.create(request_id=request_id, **first)
        with refused() as refusal:
            await player.create(request_id=request_id, **second)
        assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED")


async def test_repeat_may_leave_out_what_it_means(stage: Stage) -> None:
    """What is unspecified is what is taken for it."""
    anna, request_id = stage.as_player("anna"), str(uuid.uuid4())
    first = await anna.create(request_id=request_id)
    kind, pdf = report_pb.KIND_PLAYER_REPORT, report_pb.FORMAT_PDF
    again = await anna.create(request_id=request_id, username="anna", kind=kind, format=pdf)
    assert again.report_id == first.report_id


async def test_reports_of_all_kinds_count_among_those_under_way(stage: Stage, renderer: FakeRenderer) -> None:
    """A sixth is refused, whatever it is of."""
    renderer.gate.clear()
    anna = stage.as_player("anna")
    for _ in range(3):
        await anna.create(**SEASON)
    for _ in range(2):
        await anna.create(**CERTIFICATE)
    with refused() as refusal:
        await anna.create(**SEASON)
    assert refusal.reason == "REPORT_QUOTA"
    renderer.gate.set()


@pytest.mark.parametrize(
    ("wish", "content_type", "name"),
    [
        ({}, "application/pdf", "anna-DAY.pdf"),
        ({"format": report_pb.FORMAT_JSON}, "application/json", "anna-DAY.json"),
        ({"format": report_pb.FORMAT_CSV}, "text/csv; charset=utf-8", "anna-DAY.csv"),
        (SEASON, "application/pdf", "season-2026-spring-DAY.pdf"),
        ({"kind": report_pb.KIND_SEASON_REPORT}, "application/pdf", "all-games-DAY.pdf"),
        (CERTIFICATE | {"format": report_pb.FORMAT_CSV}, "text/csv; charset=utf-8", "game-3a4d5e6f7081-DAY.csv"),
    ],
)
async def test_download_is_announced_as_what_it_is(
    stage: Stage, wish: dict[str, Any], content_type: str, name: str
) -> None:
    """Media type and name fit the kind and the file type, as does the stored file's name."""
    anna = stage.as_player("anna")
    report = await anna.made(**wish)
    metadata, _ = await anna.downloaded(report.report_id)
    day = datetime.fromtimestamp(report.create_time.seconds, UTC)
    assert (metadata.content_type, metadata.file_name) == (content_type, name.replace("DAY", f"{day:%Y-%m-%d}"))
    [stored] = (stage.settings.data_dir / "reports" / report.report_id).iterdir()
    assert stored.suffix == Path(name).suffix


@pytest.mark.parametrize(
    ("public_url", "address"),
    [
        ("", "urn:uuid:{}"),
        ("https://club.example.org", "https://club.example.org/v1/reports:verify?report_id={}"),
    ],
)
async def test_code_on_the_page_leads_to_the_club(tmp_path: Path, public_url: str, address: str) -> None:
    """With an address of the club the code is a link that verifies the report, else it names the report alone."""
    renderer = FakeRenderer()
    async with open_stage(a_settings(tmp_path, public_url=public_url), renderer=renderer) as stage:
        report = await stage.as_player("anna").made()
    assert renderer.orders[0].verify_address == address.format(report.report_id)
