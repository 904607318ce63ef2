"""Everything that is kept of an account as one ZIP file: written piece by piece, never held in memory as a whole.

The file depends on nothing but the data and the job: entries are stored as they are, in a fixed order, with the moment
in which the export was asked for.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime
from io import BufferedRandom
from pathlib import Path
from typing import IO, Any, Protocol

from report_service.document.snapshot import Scope
from report_service.errors import NotStored
from report_service.issued_reports import IssuedReport
from report_service.reports import Report, State
from report_service.share_links import ShareLink
from report_service.storage.report_store import position_of
from report_service.wishes import Kind
from runtime.errors import DataLoss, DeadlineExceeded

# Shorter than any lease.
EXPORT_SECONDS = 60.0
PAGE_ROWS = 100
LISTS = ("sessions", "games", "audit_events", "reports", "issued_reports")
SCHEMA = (Path(__file__).parent / "account.schema.json").read_bytes()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the account: a file to keep as bytes, an object, or the next page of a list."""

    name: str
    content: bytes | Mapping[str, Any] | list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A finished export, open for reading at its beginning."""

    content: BufferedRandom
    size_bytes: int
    sha256: str


class Accounts(Protocol):
    """Where the data of accounts come from."""

    def read(self, account_id: str, *, export_id: str) -> AsyncGenerator[Section, None]:
        """Yield the avatar, then objects, then lists in pages. Raises PlayerNotFound, Unavailable, DeadlineExceeded."""


class OwnReports(Protocol):
    """What reports an owner has."""

    async def page(self, owner_id: str, *, before: tuple[int, str] | None, limit: int) -> list[Report]:
        """Return the owner's reports, newest first, older than the position (micros of creation, id)."""


class IssuedAbout(Protocol):
    """What is kept of reports that were made about players."""

    async def about(self, username: str, *, before: IssuedReport | None, limit: int) -> list[IssuedReport]:
        """Return those about a player, whoever asked, newest first, made before that one."""


class Links(Protocol):
    """Who else may have a report."""

    async def live(self, report_id: str) -> list[ShareLink]:
        """Return the report's links that have not ended, oldest first."""


class Files(Protocol):
    """Where the finished files are."""

    def stream(self, key: str, *, offset: int, length: int) -> AsyncIterator[bytes]:
        """Yield the bytes. Raises DataLoss when they are not all there."""


class Exports:
    """Makes exports. `folder` is on a disk that has room for one."""

    def __init__(
        self,
        accounts: Accounts,
        reports: OwnReports,
        *,
        issued: IssuedAbout,
        links: Links,
        files: Files,
        folder: Path,
    ) -> None:
        self._accounts = accounts
        self._reports = reports
        self._issued = issued
        self._links = links
        self._files = files
        self._folder = folder

    @asynccontextmanager
    async def open(self, job: Report) -> AsyncIterator[ExportFile]:
        """Make an export; it is gone on leaving.

        Raises:
            PlayerNotFound: the account is hidden or gone.
            Unavailable: something does not answer.
            DeadlineExceeded: it took too long.
            NotStored: the disk is full.
        """
        # Nameless, so that nothing stays on the disk when the process is killed.
        with tempfile.TemporaryFile(dir=self._folder) as content:
            try:
                async with asyncio.timeout(EXPORT_SECONDS):
                    await self._write(job, content)
                    finished = await asyncio.to_thread(_finished, content)
            except TimeoutError as error:
                raise DeadlineExceeded("The export took too long.") from error
            except OSError as error:
                raise NotStored from error
            yield finished

    async def _write(self, job: Report, content: BufferedRandom) -> None:
        with closing(Archive(content, moment=job.create_time)) as archive:
            await asyncio.to_thread(archive.add_file, "account.schema.json", SCHEMA)
            reports = await self._add_reports(job, archive)
            async with aclosing(self._accounts.read(job.owner_id, export_id=job.report_id)) as sections:
                async for section in sections:
                    await asyncio.to_thread(archive.add, section)
            await asyncio.to_thread(archive.add, Section("reports", reports))
            async for page in self._issued_about(job.username):
                await asyncio.to_thread(archive.add, Section("issued_reports", list(map(_issued, page))))
            await asyncio.to_thread(archive.complete)

    async def _add_reports(self, job: Report, archive: Archive) -> list[Mapping[str, Any]]:
        """Add the files of reports about the owner, and return what is said of every report but this one."""
        told: list[Mapping[str, Any]] = []
        async for report in self._own_reports(job.owner_id):
            if report.report_id == job.report_id:
                continue
            own = report.username == job.username
            has_file = report.state is State.READY and report.kind is Kind.PLAYER_REPORT
            file_name = await self._add_file(report, archive) if own and has_file else ""
            links = await self._links.live(report.report_id)
            told.append(_told(report, links, username=report.username if own else "", file_name=file_name))
        return told

    async def _own_reports(self, owner_id: str) -> AsyncIterator[Report]:
        page = await self._reports.page(owner_id, before=None, limit=PAGE_ROWS)
        while page:
            for report in page:
                yield report
            page = await self._reports.page(owner_id, before=position_of(page[-1]), limit=PAGE_ROWS)

    async def _issued_about(self, username: str) -> AsyncIterator[list[IssuedReport]]:
        page = await self._issued.about(username, before=None, limit=PAGE_ROWS)
        while page:
            yield page
            page = await self._issued.about(username, before=page[-1], limit=PAGE_ROWS)

    async def _add_file(self, report: Report, archive: Archive) -> str:
        """Add a report's file and return its name; empty when it was deleted meanwhile."""
        pieces = self._files.stream(report.blob_key, offset=0, length=report.size_bytes)
        try:
            data = b"".join([piece async for piece in pieces])
        except DataLoss:
            return ""
        name = f"reports/{report.report_id}.{report.extension}"
        await asyncio.to_thread(archive.add_file, name, data)
        return name


class Archive:
    """A ZIP file: some whole files, then `account.json`, to which sections are added as they come."""

    def __init__(self, content: BufferedRandom, *, moment: datetime) -> None:
        self._zip = zipfile.ZipFile(content, "w", zipfile.ZIP_STORED)
        self._date = moment.timetuple()[:6]
        self._json: IO[bytes] | None = None
        self._names: list[str] = []

    def add_file(self, name: str, data: bytes) -> None:
        """Add a whole file."""
        self._zip.writestr(self._entry(name), data)

    def add(self, section: Section) -> None:
        """Add an object or a page of a list to `account.json`; bytes are a file of their own, left out when empty."""
        if isinstance(section.content, bytes):
            if section.content:
                self.add_file(f"{section.name}.webp", section.content)
        elif isinstance(section.content, list):
            self._begin_list(section.name)
            self._write("".join(f"{',' * bool(n)}\n    {_text(row)}" for n, row in enumerate(section.content)))
        else:
            self._begin(section.name)
            self._write(_text(section.content))

    def complete(self) -> None:
        """Write the end of `account.json`."""
        for name in LISTS:
            if name not in self._names:
                self._begin_list(name)
        self._write("]\n}\n")

    def close(self) -> None:
        """Write the end of the file, which is of no use unless it is complete."""
        if self._json is not None:
            self._json.close()
        self._zip.close()

    def _begin_list(self, name: str) -> None:
        if self._names[-1] == name:
            self._write(",")
        else:
            self._begin(name)
            self._write("[")

    def _begin(self, name: str) -> None:
        """Begin the next member, having ended the one before."""
        if self._json is None:
            self._json = self._zip.open(self._entry("account.json"), "w")
            self._write("{")
        elif self._names[-1] in LISTS:
            self._write("],")
        else:
            self._write(",")
        self._write(f'\n  "{name}": ')
        self._names.append(name)

    def _write(self, text: str) -> None:
        if self._json is not None:
            self._json.write(text.encode())

    def _entry(self, name: str) -> zipfile.ZipInfo:
        year, month, day, hour, minute, second = self._date
        return zipfile.ZipInfo(name, (year, month, day, hour, minute, second))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _told(report: Report, links: Sequence[ShareLink], *, username: str, file_name: str) -> Mapping[str, Any]:
    """Return what is said of a report; of one about somebody else not about whom."""
    return {
        "report_id": report.report_id,
        "kind": report.kind,
        "username": username,
        "include_email": report.include_email,
        "format": report.format.name if report.format else "ZIP",
        "locale": report.locale,
        **_covered(report.scope),
        "game_id": report.game_id,
        "state": report.state,
        "create_time": _time(report.create_time),
        "update_time": _time(report.update_time),
        "expire_time": _time(report.expire_time),
        "size_bytes": report.size_bytes,
        "sha256": report.sha256,
        "share_links": list(map(_link, links)),
        "file": file_name,
    }


def _link(link: ShareLink) -> Mapping[str, Any]:
    """Return what is said of a link; not its address, which whoever reads the export could use."""
    return {
        "link_id": link.link_id,
        "create_time": _time(link.create_time),
        "expire_time": _time(link.expire_time),
    }


def _issued(issued: IssuedReport) -> Mapping[str, Any]:
    """Return what the club remembers of a report about the owner; who asked is not kept."""
    return {
        "report_id": issued.report_id,
        "kind": issued.kind,
        "format": issued.format.name,
        **_covered(issued.scope),
        "issue_time": _time(issued.issue_time),
        "size_bytes": issued.size_bytes,
        "sha256": issued.sha256,
    }


def _covered(scope: Scope) -> Mapping[str, Any]:
    return {
        "season": scope.season,
        "game_kind": scope.kind.name if scope.kind else "",
        "start_time": _time(scope.start_time),
        "end_time": _time(scope.end_time),
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _finished(content: BufferedRandom) -> ExportFile:
    """Return the file that was written, at its beginning."""
    size_bytes = content.seek(0, os.SEEK_END)
    content.seek(0)
    digest = hashlib.file_digest(content, "sha256")
    content.seek(0)
    return ExportFile(content, size_bytes, digest.hexdigest())
