"""What is known of reports that were made: told to anybody who holds one, long after the file was deleted.

It is never told who asked. Whom a report is about is told while that player's account can be seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from report_service.document.snapshot import Format, Scope
from report_service.wishes import Kind


@dataclass(frozen=True, slots=True)
class IssuedReport:
    """A report that was made.

    Attributes:
        sha256: of the file, 64 hexadecimal digits.
        username: empty when it is about no player, or about one whose account is gone.
    """

    report_id: str
    kind: Kind
    format: Format
    issue_time: datetime
    sha256: str
    size_bytes: int
    username: str
    scope: Scope
    game_id: str


class IssuedStore(Protocol):
    """What is kept of reports that were made."""

    async def get(self, report_id: str) -> IssuedReport | None:
        """Return what is kept of a report."""

    async def find_file(self, sha256: str) -> IssuedReport | None:
        """Return what is kept of the first report with these bytes, but for what others with them differ in."""


class Players(Protocol):
    """profile_service, which knows who is hidden."""

    async def is_visible(self, username: str) -> bool:
        """Return whether there is such a player, not hidden before a purge. Raises Unavailable or DeadlineExceeded."""


class IssuedReports:
    """The use cases of whoever holds a report."""

    def __init__(self, store: IssuedStore, players: Players) -> None:
        self._store = store
        self._players = players

    async def of_id(self, report_id: str) -> IssuedReport | None:
        """Return what is known of a report. Raises Unavailable or DeadlineExceeded."""
        return await self._as_told(await self._store.get(report_id))

    async def of_file(self, sha256: str) -> IssuedReport | None:
        """Return what is known of the report with this file. Raises Unavailable or DeadlineExceeded."""
        return await self._as_told(await self._store.find_file(sha256))

    async def _as_told(self, issued: IssuedReport | None) -> IssuedReport | None:
        if issued is None or not issued.username or await self._players.is_visible(issued.username):
            return issued
        return replace(issued, username="")


def verify_address(public_url: str, report_id: str) -> str:
    """Return what the code on a report leads to; a name for it alone where the club has no address."""
    return f"{public_url}/v1/reports:verify?report_id={report_id}" if public_url else f"urn:uuid:{report_id}"
