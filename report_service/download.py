"""Downloads: any range of a finished file, in bounded pieces, a whole file checked against its digest on the way."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from report_service.errors import FileDamaged, OffsetOutOfRange, ReportNotFound, ReportNotReady
from report_service.reports import Report, State

CHUNK_BYTES = 256 * 1024


class Owned(Protocol):
    """What downloads need of the storage."""

    async def get(self, owner_id: str, report_id: str) -> Report | None:
        """Return the owner's report."""


class Files(Protocol):
    """Where the finished files are."""

    def stream(self, key: str, *, offset: int, length: int) -> AsyncIterator[bytes]:
        """Return the bytes from the offset on, piece by piece."""


@dataclass(frozen=True, slots=True)
class Download:
    """A range of one report's file: `length` bytes from `offset` on."""

    report: Report
    offset: int
    length: int

    @property
    def file_name(self) -> str:
        """A good name to save it under."""
        return f"{self.report.username}-{self.report.create_time:%Y-%m-%d}.pdf"

    @property
    def whole(self) -> bool:
        """Whether it is the whole file, so that its digest can be checked."""
        return self.length == self.report.size_bytes


class Downloads:
    """Opens downloads and streams their bytes."""

    def __init__(self, reports: Owned, files: Files) -> None:
        self._reports = reports
        self._files = files

    async def open(self, owner_id: str, report_id: str, *, offset: int, limit: int) -> Download:
        """Return the range from `offset` on, at most `limit` bytes unless that is 0.

        Raises:
            ReportNotFound: the owner has no such report.
            ReportNotReady: it has no file.
            OffsetOutOfRange: the file is shorter than the offset.
        """
        report = await self._reports.get(owner_id, report_id)
        if report is None:
            raise ReportNotFound(report_id)
        if report.state is not State.READY:
            raise ReportNotReady(report.state)
        rest = report.size_bytes - offset
        if rest < 0:
            raise OffsetOutOfRange(report.size_bytes)
        return Download(report, offset, min(rest, limit) if limit else rest)

    async def chunks(self, download: Download) -> AsyncIterator[bytes]:
        """Yield the bytes in chunks of at most 256 KiB, one in memory at a time. Raises FileDamaged."""
        digest = hashlib.sha256() if download.whole else None
        sent = 0
        pieces = self._files.stream(download.report.blob_key, offset=download.offset, length=download.length)
        async for piece in pieces:
            for start in range(0, len(piece), CHUNK_BYTES):
                chunk = piece[start : start + CHUNK_BYTES]
                sent += len(chunk)
                if digest is not None:
                    digest.update(chunk)
                if sent >= download.length:
                    _check(download, sent, digest.hexdigest() if digest else None)
                yield chunk
        _check(download, sent, None)


def _check(download: Download, sent: int, digest: str | None) -> None:
    """Refuse to end a download well whose bytes are not those that were made; before the last chunk is sent."""
    if sent != download.length or digest not in (None, download.report.sha256):
        raise FileDamaged
