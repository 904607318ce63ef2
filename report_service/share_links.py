"""Links by which owners share reports with who has no account: signed, so that none can be made up, and kept, so that
each can be taken back.

A link's token holds its id and when it ends. What is no token of ours, or of one that has ended, is refused before the
storage is asked.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from report_service.errors import (
    ExportNotShareable,
    ReportNotFound,
    ShareLinkInvalid,
    ShareLinkNotFound,
    ShareLinkQuota,
)
from report_service.reports import Report
from report_service.wishes import Kind
from runtime.seals import Broken, Signature
from runtime.times import micros, moment

MAX_LINKS = 10
DEFAULT_SECONDS = 7 * 24 * 3600
# A token's data: the id, and the end in microseconds since 1970.
_DATA = struct.Struct(">16sq")


@dataclass(frozen=True, slots=True)
class ShareLink:
    """A link to a report."""

    link_id: str
    report_id: str
    create_time: datetime
    expire_time: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """A link to be made.

    Attributes:
        owner_username: empty of a program, which has no profile.
    """

    owner_id: str
    owner_username: str
    report_id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Shared:
    """What a link leads to, and who made it."""

    report: Report
    owner_username: str


class LinkRows(Protocol):
    """The rows that one transaction decides by."""

    async def get(self, owner_id: str, report_id: str) -> Report | None:
        """Return the owner's report."""

    async def count(self, report_id: str) -> int:
        """Return how many links to the report have not ended."""

    async def insert(self, link_id: str, wanted: Wanted) -> ShareLink:
        """Insert a link; one that would outlive the report ends with it."""


class ShareStore(Protocol):
    """What links need of the storage."""

    def deciding(self) -> AbstractAsyncContextManager[LinkRows]:
        """Open the transaction in which a link is decided."""

    async def live(self, report_id: str) -> list[ShareLink]:
        """Return the report's links that have not ended, oldest first."""

    async def delete(self, owner_id: str, link_id: str) -> bool:
        """End a link to one of the owner's reports. False: there is none."""

    async def shared(self, link_id: str) -> Shared | None:
        """Return what the link leads to, while both are there."""


class Owned(Protocol):
    """The reports of owners."""

    async def get(self, owner_id: str, report_id: str) -> Report:
        """Return one of the owner's reports. Raises ReportNotFound."""


class Players(Protocol):
    """profile_service, which knows who is hidden."""

    async def is_visible(self, username: str) -> bool:
        """Return whether there is such a player, not hidden before a purge. Raises Unavailable or DeadlineExceeded."""


class Tokens:
    """Makes and reads the tokens of links, with a secret that all replicas share."""

    def __init__(self, secret: bytes, *, clock: Callable[[], datetime]) -> None:
        self._signature = Signature(secret, purpose="share links")
        self._clock = clock

    def of(self, link: ShareLink) -> str:
        """Return a link's token, which is always the same."""
        return self._signature.sign(_DATA.pack(UUID(link.link_id).bytes, micros(link.expire_time)))

    def link_of(self, token: str) -> str:
        """Return the id of the link that a token is of. Raises ShareLinkInvalid."""
        try:
            link_id, end = _DATA.unpack(self._signature.open(token))
        except Broken as error:
            raise ShareLinkInvalid from error
        if moment(end) <= self._clock():
            raise ShareLinkInvalid
        return str(UUID(bytes=link_id))


class ShareLinks:
    """The use cases of owners, and of whoever has a link."""

    def __init__(
        self, store: ShareStore, reports: Owned, players: Players, *, tokens: Tokens, new_id: Callable[[], str]
    ) -> None:
        self._store = store
        self._reports = reports
        self._players = players
        self._tokens = tokens
        self._new_id = new_id

    async def create(self, wanted: Wanted) -> ShareLink:
        """Make a link.

        Raises:
            ReportNotFound: the owner has no such report.
            ExportNotShareable: it is an export.
            ShareLinkQuota: the report has as many links as one may.
        """
        async with self._store.deciding() as rows:
            report = await rows.get(wanted.owner_id, wanted.report_id)
            if report is None:
                raise ReportNotFound(wanted.report_id)
            if report.kind is Kind.ACCOUNT_EXPORT:
                raise ExportNotShareable
            if await rows.count(wanted.report_id) >= MAX_LINKS:
                raise ShareLinkQuota(
                    f"The report has {MAX_LINKS} links, which is the limit; delete one of them.", subject="share_links"
                )
            return await rows.insert(self._new_id(), wanted)

    async def live(self, owner_id: str, report_id: str) -> list[ShareLink]:
        """Return the links to one of the owner's reports that have not ended. Raises ReportNotFound."""
        report = await self._reports.get(owner_id, report_id)
        return await self._store.live(report.report_id)

    async def delete(self, owner_id: str, link_id: str) -> None:
        """End a link. Raises ShareLinkNotFound."""
        if not await self._store.delete(owner_id, link_id):
            raise ShareLinkNotFound(link_id)

    async def report_of(self, token: str) -> Report:
        """Return the report that a token leads to.

        It leads nowhere while the account of who made the link, or of whom the report is about, is hidden or gone.

        Raises:
            ShareLinkInvalid: it leads nowhere, for whatever reason.
            Unavailable, DeadlineExceeded: it cannot be asked who is hidden.
        """
        shared = await self._store.shared(self._tokens.link_of(token))
        if shared is None:
            raise ShareLinkInvalid
        for username in sorted({shared.owner_username, shared.report.username} - {""}):
            if not await self._players.is_visible(username):
                raise ShareLinkInvalid
        return shared.report
