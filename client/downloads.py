"""Fetches a report's bytes, goes on after cuts, and vouches for what it kept."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import grpc
from dossier.report.v1 import report_pb2 as report_pb
from dossier.report.v1 import report_service_pb2 as report_service_pb

from client.errors import DigestMismatch, DossierError
from client.part_file import PartFile
from client.patience import Patience, ended_early

if TYPE_CHECKING:
    from client.connection import Connection

Progress = Callable[[int, int], None]
"""Called with the bytes that are there and the bytes there will be."""


@dataclass(frozen=True, slots=True)
class DownloadedReport:
    """A report on disk, checked against its digest.

    Attributes:
        resumed_bytes: how many bytes of it an earlier process had left in the part file.
    """

    path: Path
    size_bytes: int
    sha256: str
    resumed_bytes: int


class _Sink(Protocol):
    """Where the bytes go; `size` is how many are there."""

    size: int

    def append(self, data: bytes) -> None: ...


class _Memory:
    def __init__(self) -> None:
        self.content = bytearray()
        self.size = 0

    def append(self, data: bytes) -> None:
        self.content += data
        self.size = len(self.content)


def require_ready(report: report_pb.Report) -> None:
    """Raise DossierError (REPORT_NOT_READY) unless the report has a file."""
    if report.state != report_pb.STATE_READY:
        state = report_pb.State.Name(report.state).removeprefix("STATE_")
        raise DossierError(
            grpc.StatusCode.FAILED_PRECONDITION,
            "REPORT_NOT_READY",
            f"The report has no file: it is {state}.",
            metadata={"state": state},
        )


async def download_to_file(
    connection: Connection, report: report_pb.Report, path: Path, *, on_progress: Progress | None
) -> DownloadedReport:
    """Write the file of a READY report to `path`. Raises DossierError, DigestMismatch, OSError."""
    with PartFile(path, sha256=report.sha256, size_bytes=report.size_bytes) as part:
        resumed_bytes = part.size
        await _fetch(connection, report, part, on_progress=on_progress)
        digest = await asyncio.to_thread(part.sha256)
        if digest != report.sha256 and resumed_bytes:
            part.restart()  # what the earlier process left was damaged, by a power cut for one
            resumed_bytes = 0
            await _fetch(connection, report, part, on_progress=on_progress)
            digest = await asyncio.to_thread(part.sha256)
        if digest != report.sha256:
            part.discard()
            raise _mismatch(expected=report.sha256, actual=digest)
        part.finish()
    return DownloadedReport(path, report.size_bytes, report.sha256, resumed_bytes)


async def download_to_memory(connection: Connection, report: report_pb.Report) -> bytes:
    """Return the bytes of a READY report. Raises DossierError, DigestMismatch."""
    memory = _Memory()
    await _fetch(connection, report, memory, on_progress=None)
    digest = hashlib.sha256(memory.content).hexdigest()
    if digest != report.sha256:
        raise _mismatch(expected=report.sha256, actual=digest)
    return bytes(memory.content)


async def _fetch(
    connection: Connection, report: report_pb.Report, sink: _Sink, *, on_progress: Progress | None
) -> None:
    """Append to `sink` until it has as many bytes as the report, opening the stream again after each cut."""
    patience = Patience(connection.backoff)

    def take(chunk: bytes) -> None:
        if sink.size + len(chunk) > report.size_bytes:
            raise _mismatch(expected=f"{report.size_bytes} bytes", actual="more")
        sink.append(chunk)
        patience.progressed()
        if on_progress is not None:
            on_progress(sink.size, report.size_bytes)

    while sink.size < report.size_bytes:
        error = ended_early()
        try:
            await _read(connection, report, offset=sink.size, take=take)
        except DossierError as cut:
            if not cut.cuts_stream:
                raise
            error = cut
        if sink.size < report.size_bytes:
            await patience.wait(error)


async def _read(
    connection: Connection, report: report_pb.Report, *, offset: int, take: Callable[[bytes], None]
) -> None:
    """Give the bytes from `offset` on to `take` until the stream ends."""
    request = report_service_pb.DownloadReportRequest(report_id=report.report_id, read_offset=offset)
    stream = connection.stream(connection.stubs.reports.DownloadReport, request, signed_in=True)
    announced = False
    async with aclosing(stream) as messages:
        async for message in messages:
            if message.HasField("metadata"):
                _check_announced(message.metadata, report, offset)
                announced = True
            elif not announced:
                raise _mismatch(expected="metadata first", actual="bytes")
            else:
                take(message.chunk)


def _check_announced(metadata: report_service_pb.DownloadReportMetadata, report: report_pb.Report, offset: int) -> None:
    if metadata.sha256 != report.sha256:
        raise _mismatch(expected=report.sha256, actual=metadata.sha256)
    if metadata.read_offset != offset:
        raise _mismatch(expected=f"offset {offset}", actual=f"offset {metadata.read_offset}")


def _mismatch(*, expected: str, actual: str) -> DigestMismatch:
    return DigestMismatch(
        "The file that arrived is not the report that was made; it was thrown away.", expected=expected, actual=actual
    )
