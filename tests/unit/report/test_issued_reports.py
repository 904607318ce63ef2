"""What is told of a report that was made, and what the code on it leads to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from report_service.document.snapshot import Format, Scope
from report_service.issued_reports import IssuedReport, IssuedReports, verify_address
from report_service.wishes import Kind
from runtime.errors import Unavailable

ISSUED = IssuedReport(
    report_id="r-1",
    kind=Kind.PLAYER_REPORT,
    format=Format.PDF,
    issue_time=datetime(2026, 5, 1, tzinfo=UTC),
    sha256="ab" * 32,
    size_bytes=7,
    username="anna",
    scope=Scope(),
    game_id="",
)
SEASON = replace(ISSUED, report_id="r-2", kind=Kind.SEASON_REPORT, username="", sha256="cd" * 32)


class Kept:
    """A store that keeps ISSUED and SEASON."""

    async def get(self, report_id: str) -> IssuedReport | None:
        return next((issued for issued in (ISSUED, SEASON) if issued.report_id == report_id), None)

    async def find_file(self, sha256: str) -> IssuedReport | None:
        return next((issued for issued in (ISSUED, SEASON) if issued.sha256 == sha256), None)


class Players:
    """profile_service: `visible` says whether anna can be seen; None that it cannot be asked."""

    def __init__(self, visible: bool | None) -> None:
        self.visible = visible
        self.asked: list[str] = []

    async def is_visible(self, username: str) -> bool:
        self.asked.append(username)
        if self.visible is None:
            raise Unavailable("away", dependency="profile service")
        return self.visible


@pytest.mark.parametrize(("visible", "username"), [(True, "anna"), (False, "")])
async def test_player_is_named_while_they_can_be_seen(visible: bool, username: str) -> None:
    """By id and by file alike; nothing else of the report is left out."""
    players = Players(visible)
    reports = IssuedReports(Kept(), players)
    expected = replace(ISSUED, username=username)
    assert await reports.of_id("r-1") == await reports.of_file(ISSUED.sha256) == expected
    assert players.asked == ["anna", "anna"]


async def test_nobody_is_named_by_guess() -> None:
    """Where profile_service cannot be asked, there is no answer about a player."""
    reports = IssuedReports(Kept(), Players(None))
    for asking in (reports.of_id("r-1"), reports.of_file(ISSUED.sha256)):
        with pytest.raises(Unavailable):
            await asking


async def test_nobody_is_asked_where_no_player_is_named() -> None:
    """A season's report and one that nobody knows need no profile_service."""
    reports = IssuedReports(Kept(), Players(None))
    assert await reports.of_id("r-2") == await reports.of_file(SEASON.sha256) == SEASON
    assert await reports.of_id("r-9") is None
    assert await reports.of_file("ef" * 32) is None


def test_code_leads_to_the_club_or_names_the_report() -> None:
    """Without an address of the club there is nothing to lead to."""
    assert verify_address("", "r-1") == "urn:uuid:r-1"
    assert verify_address("https://a.example", "r-1") == "https://a.example/v1/reports:verify?report_id=r-1"
