"""Reports of seasons and games, in every file type and language, and their verification, in every shape."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import jsonschema
import pytest
from dossier.profile.v1 import visibility_pb2
from dossier.report.v1 import report_pb2, report_service_pb2
from dossier.report.v1.report_service_pb2_grpc import ReportServiceStub
from dossier.stats.v1 import game_pb2
from pypdf import PdfReader

from client import DossierClient
from tests.e2e.conftest import PASSWORD, Club
from tests.e2e.games import a_game
from tests.e2e.test_story import bare_channel, signed_in
from tests.integration.client.command import Command
from tests.statuses import refused

SCHEMA = Path(__file__).parents[2] / "report_service" / "report.schema.json"
NOBODYS = "3f1c9a52-7d6e-4b0a-9a51-0e8d2c6f4b17"


@dataclass
class Asker:
    """Somebody who asks for reports by the generated stubs alone."""

    reports: Any
    metadata: tuple[tuple[str, str], ...]

    async def created(self, **wish: Any) -> report_pb2.Report:
        """Ask for a report and return it in its final state."""
        request = report_service_pb2.CreateReportRequest(**wish)
        report = (await self.reports.CreateReport(request, metadata=self.metadata)).report
        watch = report_service_pb2.WatchReportRequest(report_id=report.report_id)
        async for answer in self.reports.WatchReport(watch, metadata=self.metadata):
            report = answer.report
        return report

    async def made(self, **wish: Any) -> tuple[report_pb2.Report, bytes]:
        """Ask for a report, wait for it, and return it with its file."""
        report = await self.created(**wish)
        assert report.state == report_pb2.STATE_READY, report
        request = report_service_pb2.DownloadReportRequest(report_id=report.report_id)
        answers = [answer async for answer in self.reports.DownloadReport(request, metadata=self.metadata)]
        data = b"".join(answer.chunk for answer in answers)
        assert (len(data), hashlib.sha256(data).hexdigest()) == (report.size_bytes, report.sha256)
        return report, data

    async def verified(self, **what: str) -> report_service_pb2.VerifyReportResponse:
        """Ask about a report without saying who asks."""
        return await self.reports.VerifyReport(report_service_pb2.VerifyReportRequest(**what))


@dataclass
class Season:
    """A season of three games at one table, of which black won two, and its four players."""

    label: str
    games: list[game_pb2.Game]
    players: list[DossierClient]

    @property
    def names(self) -> list[str]:
        """The usernames, by seat; the last is red."""
        return [player.own_username() for player in self.players]


@pytest.fixture
async def season(club: Club) -> Season:
    """Play a season that no other test has a game in."""
    referee, label = await club.referee(), f"season-{uuid.uuid4().hex[:8]}"
    players = [await club.player(name) for name in ("anna", "boris", "clara", "dario")]
    names = [player.own_username() for player in players]
    games = []
    for winner in (game_pb2.WINNER_BLACK, game_pb2.WINNER_BLACK, game_pb2.WINNER_RED):
        game = a_game(names, winner)
        game.season, game.kind = label, game_pb2.GAME_KIND_TOURNAMENT
        games.append(await referee.record_game(game))
    await referee.record_game(a_game(names, game_pb2.WINNER_RED))
    return Season(label, games, players)


@pytest.fixture
async def asker(club: Club) -> AsyncIterator[Asker]:
    """Somebody who took no part in any game."""
    username = (await club.player("asker")).own_username()
    async with bare_channel(club) as channel:
        yield Asker(ReportServiceStub(channel), await signed_in(channel, username))


def words(pdf: bytes) -> str:
    """Return what a document says, with single spaces."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def rows(table: bytes) -> list[dict[str, str]]:
    """Return the rows of a table by the names of its columns."""
    return list(csv.DictReader(io.StringIO(table.decode(), newline="")))


def parsed(data: bytes) -> dict[str, Any]:
    """Return what a JSON report holds, which its schema must accept."""
    content: dict[str, Any] = json.loads(data)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(content)
    return content


async def test_season_report_counts_its_season_in_every_file_type(season: Season, asker: Asker) -> None:
    """Document, data and table tell of the season's three games, and not of the fourth."""
    wish: dict[str, Any] = {"kind": report_pb2.KIND_SEASON_REPORT, "season": season.label}
    report, pdf = await asker.made(**wish)
    assert (report.kind, report.format, report.season) == (wish["kind"], report_pb2.FORMAT_PDF, season.label)
    for expected in (f"Season {season.label}", "GAMES 3", "RED WON 1 33% of decided", "BLACK WON 2", "PLAYERS 4"):
        assert expected in words(pdf), words(pdf)
    assert pdf.startswith(b"%PDF-1.7")

    _, data = await asker.made(format=report_pb2.FORMAT_JSON, **wish)
    content = parsed(data)
    assert content["kind"] == "season_report"
    snapshot = content["snapshot"]
    assert (snapshot["red_wins"], snapshot["black_wins"], snapshot["total"]) == (1, 2, 4)
    assert {line["username"] for line in snapshot["standings"]} == set(season.names)

    _, table = await asker.made(format=report_pb2.FORMAT_CSV, **wish)
    wins = {row["username"]: (row["games"], row["wins"], row["losses"]) for row in rows(table)}
    assert wins == {name: ("3", "1", "2") if name == season.names[-1] else ("3", "2", "1") for name in season.names}


async def test_game_certificate_seats_everybody_in_every_file_type(season: Season, asker: Asker) -> None:
    """Who sat where in which role and won; a game that never was has no certificate."""
    [first, *_] = season.games
    wish: dict[str, Any] = {"kind": report_pb2.KIND_GAME_CERTIFICATE, "game_id": first.game_id}
    report, pdf = await asker.made(**wish)
    assert report.game_id == first.game_id
    for expected in ("Black won", "45 min", "Tournament game", first.game_id, f"4 {season.names[3]} Sheriff Loss"):
        assert expected in words(pdf), words(pdf)

    _, data = await asker.made(format=report_pb2.FORMAT_JSON, **wish)
    snapshot = parsed(data)["snapshot"]
    assert (snapshot["winner"], snapshot["game_id"], snapshot["duration"]) == ("black", first.game_id, 2700)

    _, table = await asker.made(format=report_pb2.FORMAT_CSV, **wish)
    seats = [(row["seat"], row["username"], row["role"], row["result"]) for row in rows(table)]
    roles = (("don", "win"), ("mafia", "win"), ("mafia", "win"), ("sheriff", "loss"))
    assert seats == [(str(n), season.names[n - 1], *told) for n, told in enumerate(roles, start=1)]

    unknown = await asker.created(kind=report_pb2.KIND_GAME_CERTIFICATE, game_id=NOBODYS)
    assert (unknown.state, unknown.failure_reason) == (
        report_pb2.STATE_FAILED,
        report_pb2.FAILURE_REASON_GAME_NOT_FOUND,
    )


async def test_report_of_a_player_covers_the_season_that_was_asked_for(season: Season, asker: Asker) -> None:
    """Three games of the four, in data and table."""
    wish: dict[str, Any] = {"username": season.names[0], "season": season.label}
    _, data = await asker.made(format=report_pb2.FORMAT_JSON, **wish)
    overall = parsed(data)["snapshot"]["stats"]["overall"]
    assert (overall["sessions"], overall["wins"]) == (3, 2)
    _, table = await asker.made(format=report_pb2.FORMAT_CSV, **wish)
    assert {row["game_id"] for row in rows(table)} == {game.game_id for game in season.games}


async def test_report_is_in_the_language_that_was_asked_for(season: Season, asker: Asker) -> None:
    """That of the wish, else of the player, else English; a region without a catalogue takes its language's."""
    anna = season.players[0]
    await anna.update_user(locale="uk")
    wish: dict[str, Any] = {"username": anna.own_username()}
    for locale, title in (("", "ЗВІТ ПРО ГРАВЦЯ"), ("de-AT", "SPIELERBERICHT"), ("tlh", "PLAYER REPORT")):
        report, pdf = await asker.made(locale=locale, **wish)
        assert report.locale == locale
        assert title in words(pdf), words(pdf)
    certificate = {"kind": report_pb2.KIND_GAME_CERTIFICATE, "game_id": season.games[0].game_id}
    assert "GAME CERTIFICATE" in words((await asker.made(**certificate))[1])
    assert "ПРОТОКОЛ ИГРЫ" in words((await asker.made(locale="ru", **certificate))[1])


async def test_report_is_verified_by_anybody_also_after_it_was_deleted(season: Season, asker: Asker) -> None:
    """Id and digest tell the same, without an account; a file with a changed byte is none of the club's."""
    report, data = await asker.made(kind=report_pb2.KIND_SEASON_REPORT, season=season.label)
    told = await asker.verified(report_id=report.report_id)
    assert told.issued
    assert (told.report.kind, told.report.season) == (report_pb2.KIND_SEASON_REPORT, season.label)
    assert (told.report.sha256, told.report.size_bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (told.report.username, told.report.game_id) == ("", "")
    assert await asker.verified(sha256=hashlib.sha256(data).hexdigest()) == told

    forged = await asker.verified(sha256=hashlib.sha256(data + b"\n").hexdigest())
    unknown = await asker.verified(report_id=NOBODYS)
    assert [(answer.issued, answer.HasField("report")) for answer in (forged, unknown)] == [(False, False)] * 2
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await asker.verified()

    deletion = report_service_pb2.DeleteReportRequest(report_id=report.report_id)
    await asker.reports.DeleteReport(deletion, metadata=asker.metadata)
    get = report_service_pb2.GetReportRequest(report_id=report.report_id)
    with refused(grpc.StatusCode.NOT_FOUND, "REPORT_NOT_FOUND"):
        await asker.reports.GetReport(get, metadata=asker.metadata)
    assert await asker.verified(report_id=report.report_id) == told
    assert await asker.verified(sha256=report.sha256) == told


async def test_hidden_player_is_named_in_no_report_and_no_verification(season: Season, asker: Asker) -> None:
    """Who hides their games and statistics has no name in others' reports; a deleted account none in verification."""
    anna, name = season.players[0], season.names[0]
    about_anna, _ = await asker.made(username=name)
    assert (await asker.verified(report_id=about_anna.report_id)).report.username == name
    private = visibility_pb2.AUDIENCE_PRIVATE
    await anna.set_visibility(statistics=private, games=private)

    certificate = {"kind": report_pb2.KIND_GAME_CERTIFICATE, "game_id": season.games[0].game_id}
    _, pdf = await asker.made(**certificate)
    assert "1 not shown Don Win" in words(pdf)
    _, table = await asker.made(format=report_pb2.FORMAT_CSV, **certificate)
    assert [row["username"] for row in rows(table)] == ["", *season.names[1:]]
    _, standings = await asker.made(
        kind=report_pb2.KIND_SEASON_REPORT, season=season.label, format=report_pb2.FORMAT_JSON
    )
    assert name not in standings.decode()
    assert {line["username"] for line in parsed(standings)["snapshot"]["standings"]} == set(season.names[1:])

    await anna.delete_account(PASSWORD)
    by_id = await asker.verified(report_id=about_anna.report_id)
    assert (by_id.issued, by_id.report.username, by_id.report.sha256) == (True, "", about_anna.sha256)
    assert await asker.verified(sha256=about_anna.sha256) == by_id


async def test_command_makes_and_verifies_reports(season: Season, club: Club, tmp_path: Path) -> None:
    """`dossier report create` saves each kind; `report verify` needs no account and spots a forgery."""
    (tmp_path / "asker").mkdir()
    asker = Command(club.installation.endpoint, tmp_path / "asker")
    asker.environ["DOSSIER_PASSWORD"] = PASSWORD
    assert (await asker("sign-in", season.names[1])).code == 0

    made = await asker("report", "create", "--kind", "season", "--season", season.label, "--format", "csv")
    assert made.code == 0, made.err
    table = asker.folder / made.out.strip()
    assert table.name.startswith(f"season-{season.label}-")
    assert {row["username"] for row in rows(table.read_bytes())} == set(season.names)
    game = ("--kind", "game", "--game", season.games[0].game_id, "--locale", "de")
    made = await asker("report", "create", *game, "--output", "certificate.pdf")
    assert made.code == 0, made.err
    certificate = asker.folder / "certificate.pdf"
    assert "SPIELPROTOKOLL" in words(certificate.read_bytes())

    visitor = Command(club.installation.endpoint, tmp_path)
    told = await visitor("report", "verify", str(certificate))
    assert told.code == 0, told.err
    facts = dict(line.split("\t") for line in told.out.splitlines())
    assert (facts["kind"], facts["game"]) == ("game certificate", season.games[0].game_id)
    assert "nothing in it was changed" in told.err
    table.write_bytes(table.read_bytes().replace(b"anna", b"anne"))
    forged = await visitor("report", "verify", str(table))
    assert (forged.code, forged.out) == (1, "")
    assert "NOT_ISSUED" in forged.err
