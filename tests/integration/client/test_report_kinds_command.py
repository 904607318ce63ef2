"""`dossier report` of seasons, games and periods, and `dossier report verify`, against a fake server."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from dossier.report.v1 import report_pb2 as report_pb
from dossier.report.v1 import report_service_pb2 as pb
from dossier.stats.v1 import game_pb2 as game_pb
from google.protobuf.timestamp_pb2 import Timestamp

from tests.integration.client.command import Command
from tests.integration.client.fake_reports import REPORT_ID
from tests.integration.client.fakes import GAME_ID, FakeServer

if TYPE_CHECKING:
    from pathlib import Path

MARCH = Timestamp(seconds=1_772_323_200)


async def test_report_of_a_period_is_asked_for(signed_in: Command, fake: FakeServer) -> None:
    """Every option of a player's report reaches the server; a moment without a zone is of this machine."""
    signed_in.environ["TZ"] = "UTC"
    options = ["--season", "2026-spring", "--game-kind", "elite", "--format", "csv", "--locale", "de-AT"]
    times = ["--from", "2026-03-01", "--until", "2026-04-01T02:00:00+02:00"]
    result = await signed_in("report", "create", "ben", *options, *times, "--no-wait")
    assert result.code == 0, result.err
    [request] = fake.requests("CreateReport")
    assert request == pb.CreateReportRequest(
        username="ben",
        request_id=request.request_id,
        kind=report_pb.KIND_PLAYER_REPORT,
        format=report_pb.FORMAT_CSV,
        locale="de-AT",
        season="2026-spring",
        game_kind=game_pb.GAME_KIND_ELITE,
        start_time=MARCH,
        end_time=Timestamp(seconds=int(datetime(2026, 4, 1, tzinfo=UTC).timestamp())),
    )


async def test_time_that_is_none_is_refused_before_asking(signed_in: Command, fake: FakeServer) -> None:
    """The command says what a time looks like."""
    result = await signed_in("report", "create", "--from", "march")
    assert result.code == 2
    assert "such as 2026-03-01" in " ".join(result.err.split())
    assert fake.count("CreateReport") == 0


async def test_folder_that_is_none_is_refused_before_asking(
    signed_in: Command, fake: FakeServer, tmp_path: Path
) -> None:
    """No report is made that then has nowhere to go."""
    result = await signed_in("report", "create", "--output", str(tmp_path / "none" / "anna.pdf"))
    assert result.code == 2
    assert "there is no folder" in " ".join(result.err.split())
    assert fake.count("CreateReport") == 0


@pytest.mark.parametrize(
    ("options", "kind", "name"),
    [
        (["--kind", "season", "--season", "2026-spring"], report_pb.KIND_SEASON_REPORT, "season-2026-spring"),
        (["--kind", "season"], report_pb.KIND_SEASON_REPORT, "all-games"),
        (["--kind", "game", "--game", GAME_ID.upper()], report_pb.KIND_GAME_CERTIFICATE, "game-3a4d5e6f7081"),
    ],
)
async def test_report_about_no_player_is_saved_under_its_own_name(
    signed_in: Command, fake: FakeServer, tmp_path: Path, options: list[str], kind: report_pb.Kind, name: str
) -> None:
    """Seasons and certificates are asked for without a player and named by what they are of."""
    season = "2026-spring" if "--season" in options else ""
    game_id = GAME_ID if "--game" in options else ""
    fake.reports.kind = kind
    fake.reports.told = report_pb.Report(season=season, game_id=game_id, format=report_pb.FORMAT_JSON)
    result = await signed_in("report", "create", *options, "--format", "json")
    assert (result.code, result.out) == (0, f"{name}-2026-11-23.json\n"), result.err
    assert (tmp_path / f"{name}-2026-11-23.json").read_bytes() == fake.reports.content
    [request] = fake.requests("CreateReport")
    assert (request.username, request.kind, request.format) == ("", kind, report_pb.FORMAT_JSON)
    assert (request.season, request.game_id) == (season, game_id)


async def test_certificate_that_failed_says_why(signed_in: Command, fake: FakeServer) -> None:
    """A game that nobody knows has no certificate."""
    fake.reports.watches.append([report_pb.STATE_FAILED])
    fake.reports.failure_reason = report_pb.FAILURE_REASON_GAME_NOT_FOUND
    result = await signed_in("report", "create", "--kind", "game", "--game", GAME_ID)
    assert result.code == 1
    assert "No game has this id, or it was deleted. (GAME_NOT_FOUND)" in result.err


async def test_list_and_show_tell_what_a_report_is_of(signed_in: Command, fake: FakeServer) -> None:
    """Kind, file type, games and language of a report stand where its owner looks."""
    fake.reports.kind = report_pb.KIND_SEASON_REPORT
    fake.reports.told = report_pb.Report(
        format=report_pb.FORMAT_CSV,
        season="2026-spring",
        game_kind=game_pb.GAME_KIND_TOURNAMENT,
        locale="uk",
        start_time=MARCH,
    )
    listed = await signed_in("report", "list")
    assert listed.out.rstrip("\n").split("\t")[5:] == ["season report", "csv"]
    shown = dict(line.split("\t") for line in (await signed_in("report", "show", REPORT_ID)).out.splitlines())
    assert (shown["kind"], shown["format"], shown["season"]) == ("season report", "csv", "2026-spring")
    assert (shown["games"], shown["locale"], shown["player"]) == ("tournament", "uk", "")
    assert (shown["from"], shown["until"]) == ("2026-03-01T00:00:00Z", "")


async def test_file_is_verified_without_an_account_and_without_sending_it(
    command: Command, fake: FakeServer, tmp_path: Path
) -> None:
    """The digest is reckoned here and is all that is sent."""
    (tmp_path / "anna.pdf").write_bytes(fake.reports.content)
    result = await command("report", "verify", "anna.pdf")
    assert result.code == 0, result.err
    told = dict(line.split("\t") for line in result.out.splitlines())
    assert (told["report"], told["kind"], told["player"]) == (REPORT_ID, "player report", "anna")
    assert (told["made"], told["format"]) == ("2026-11-23T12:00:00Z", "pdf")
    assert "made this file, and nothing in it was changed" in result.err
    sha256 = hashlib.sha256(fake.reports.content).hexdigest()
    assert fake.requests("VerifyReport") == [pb.VerifyReportRequest(sha256=sha256)]


async def test_verified_report_says_which_games_it_covers(command: Command, fake: FakeServer) -> None:
    """A report of a month is not taken for one of all games."""
    fake.reports.issued = report_pb.IssuedReport(
        season="2026-spring", game_kind=game_pb.GAME_KIND_TOURNAMENT, start_time=MARCH
    )
    result = await command("report", "verify", REPORT_ID)
    told = dict(line.split("\t") for line in result.out.splitlines())
    assert (told["season"], told["games"], told["from"]) == ("2026-spring", "tournament", "2026-03-01T00:00:00Z")
    assert (told["until"], told["game"]) == ("", "")


@pytest.mark.parametrize(
    "printed",
    [
        REPORT_ID,
        REPORT_ID.upper(),
        f"urn:uuid:{REPORT_ID}",
        f"https://a.example/v1/reports:verify?report_id={REPORT_ID}",
    ],
)
async def test_report_is_verified_by_what_is_printed_on_it(command: Command, fake: FakeServer, printed: str) -> None:
    """An id, or what a camera reads from the code; the command says that an id proves no file."""
    result = await command("report", "verify", printed)
    assert result.code == 0, result.err
    assert fake.requests("VerifyReport") == [pb.VerifyReportRequest(report_id=REPORT_ID)]
    assert "dossier report verify FILE" in result.err


async def test_forged_file_ends_with_1(command: Command, fake: FakeServer, tmp_path: Path) -> None:
    """A changed byte is enough, for people and for programs."""
    (tmp_path / "forged.pdf").write_bytes(fake.reports.content + b"!")
    result = await command("report", "verify", "forged.pdf")
    assert (result.code, result.out) == (1, "")
    assert "did not make this file, or something in it was changed since. (NOT_ISSUED)" in result.err
    answer = await command("report", "verify", "forged.pdf", "--json")
    assert answer.code == 1
    assert json.loads(answer.out)["issued"] is False


async def test_unknown_id_and_missing_file_end_with_1(command: Command) -> None:
    """Each says what is wrong."""
    unknown = await command("report", "verify", GAME_ID)
    assert (unknown.code, "made no report with this id. (NOT_ISSUED)" in unknown.err) == (1, True)
    missing = await command("report", "verify", "absent.pdf")
    assert (missing.code, "absent.pdf: No such file" in missing.err) == (1, True)
