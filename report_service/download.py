"""Downloads: any range of a finished file, in bounded pieces, a whole file checked against its digest on the way."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from report_service.errors import FileDamaged, OffsetOutOfRange, ReportNotReady
from report_service.reports import Report, State
from report_service.wishes import Kind

# How many files are remembered as checked; a key is never written twice.
CHECKED_FILES = 10_000
_UNFIT = re.compile("[^a-z0-9_.-]")


class Files(Protocol):
    """Where the finished files are."""

    def stream(self, key: str, *, offset: int, length: int) -> AsyncIterator[bytes]:
        """Yield the bytes from the offset on, in chunks. Raises DataLoss when they are not all there."""


@dataclass(frozen=True, slots=True)
class Download:
    """A range of one report's file: `length` bytes from `offset` on."""

    report: Report
    offset: int
    length: int

    @property
    def file_name(self) -> str:
        """A good name to save it under: of `a-z 0-9 _ . -` alone, so that it can stand in any header."""
        name = f"{_topic(self.report)}-{self.report.create_time:%Y-%m-%d}.{self.report.extension}"
        return _UNFIT.sub("_", name)

    @property
    def whole(self) -> bool:
        """Whether it is the whole file, so that its digest can be checked."""
        return self.length == self.report.size_bytes


def _topic(report: Report) -> str:
    if report.kind is Kind.SEASON_REPORT:
        return f"season-{report.scope.season}" if report.scope.season else "all-games"
    if report.kind is Kind.GAME_CERTIFICATE:
        # An id begins with a time, which games that were recorded together share.
        return f"game-{report.game_id.rpartition('-')[2]}"
    return report.username


class Downloads:
    """Opens downloads and streams their bytes. Whether somebody may have the report is decided before."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._checked: OrderedDict[str, None] = OrderedDict()

    def open(self, report: Report, *, offset: int, limit: int) -> Download:
        """Return the range from `offset` on, at most `limit` bytes unless that is 0.

        Raises:
            ReportNotReady: it has no file.
            OffsetOutOfRange: the file is shorter than the offset.
        """
        if report.state is not State.READY:
            raise ReportNotReady(report.state, under_way=not report.state.final)
        rest = report.size_bytes - offset
        if rest < 0:
            raise OffsetOutOfRange(report.size_bytes)
        return Download(report, offset, min(rest, limit) if limit else rest)

    async def chunks(self, download: Download) -> AsyncIterator[bytes]:
        """Yield the bytes in chunks of at most 128 KiB. Raises FileDamaged.

        A whole file is checked against its digest the first time that this process sends it.
        """
        report = download.report
        unchecked = download.whole and report.blob_key not in self._checked
        digest = hashlib.sha256() if unchecked else None
        sent = 0
        async for chunk in self._files.stream(report.blob_key, offset=download.offset, length=download.length):
            sent += len(chunk)
            if digest is not None:
                digest.update(chunk)
                if sent == report.size_bytes:
                    self._require_same(report, digest.hexdigest())
            yield chunk
        if sent != download.length:
            raise FileDamaged

    def _require_same(self, report: Report, sha256: str) -> None:
        """Refuse to end a download well whose bytes are not those that were made; before the last chunk is sent."""
        if sha256 != report.sha256:
            raise FileDamaged
        self._checked[report.blob_key] = None
        if len(self._checked) > CHECKED_FILES:
            self._checked.popitem(last=False)
