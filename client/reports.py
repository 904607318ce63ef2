"""Reports: asked for, watched, downloaded, taken back, verified."""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uuid_utils
from dossier.report.v1 import report_pb2 as report_pb
from dossier.report.v1 import report_service_pb2 as report_service_pb
from dossier.stats.v1 import game_pb2 as game_pb

from client.connection import Connection
from client.downloads import DownloadedReport, Progress, download_to_file, download_to_memory, require_ready
from client.errors import DossierError
from client.patience import Patience, ended_early
from client.statistics import ANY_KIND

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from datetime import datetime

FINAL_STATES: Final = frozenset({report_pb.STATE_READY, report_pb.STATE_FAILED, report_pb.STATE_CANCELLED})


class ReportCalls:
    """The calls about reports."""

    _connection: Connection

    async def create_report(
        self,
        username: str = "",
        *,
        include_email: bool = False,
        kind: report_pb.Kind = report_pb.KIND_PLAYER_REPORT,
        file_format: report_pb.Format = report_pb.FORMAT_PDF,
        locale: str = "",
        season: str = "",
        game_kind: game_pb.GameKind = ANY_KIND,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        game_id: str = "",
        request_id: str = "",
    ) -> report_pb.Report:
        """Ask for a report of a player (default: the caller), a season or a game; return it at once, usually QUEUED.

        Repeated once when the server cannot be reached, always with the same `request_id`, so that it makes one report.

        Args:
            locale: BCP 47 tag, such as "de"; empty takes the player's own language or, of a season and a game, yours.
            start_time: aware, and included; of a player report, as is `end_time`, which is not included.
            game_id: the game of a certificate.

        Raises DossierError (REPORT_QUOTA, INVALID_REQUEST, REQUEST_ID_REUSED).
        """
        request = report_service_pb.CreateReportRequest(
            username=username,
            include_email=include_email,
            request_id=request_id or str(uuid_utils.uuid7()),
            kind=kind,
            format=file_format,
            locale=locale,
            season=season,
            game_kind=game_kind,
            start_time=start_time,
            end_time=end_time,
            game_id=game_id,
        )
        method = self._connection.stubs.reports.CreateReport
        answer = await self._connection.unary(method, request, signed_in=True, repeatable=True)
        return answer.report

    async def export_account(self, *, request_id: str = "") -> report_pb.Report:
        """Ask for a ZIP file of all that is kept of the caller and return it at once, to be fetched as reports are.

        Repeated as `create_report` is. Raises DossierError (REPORT_QUOTA, REQUEST_ID_REUSED).
        """
        request = report_service_pb.ExportAccountRequest(request_id=request_id or str(uuid_utils.uuid7()))
        method = self._connection.stubs.reports.ExportAccount
        answer = await self._connection.unary(method, request, signed_in=True, repeatable=True)
        return answer.report

    async def get_report(self, report_id: str) -> report_pb.Report:
        """Return one of the caller's reports. Raises DossierError (REPORT_NOT_FOUND)."""
        request = report_service_pb.GetReportRequest(report_id=report_id)
        method = self._connection.stubs.reports.GetReport
        answer = await self._connection.unary(method, request, signed_in=True, repeatable=True)
        return answer.report

    async def list_reports(self, *, page_size: int = 0) -> AsyncIterator[report_pb.Report]:
        """Yield the caller's reports, newest first, page after page as they are needed. Raises DossierError."""
        request = report_service_pb.ListReportsRequest(page_size=page_size)
        method = self._connection.stubs.reports.ListReports
        while True:
            page = await self._connection.unary(method, request, signed_in=True, repeatable=True)
            for report in page.reports:
                yield report
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return

    async def watch_report(self, report_id: str) -> AsyncGenerator[report_pb.Report, None]:
        """Yield the report as it stands and again after each change, up to and with its final state.

        The stream is opened again when it is cut; a state is not yielded twice. Raises DossierError (REPORT_NOT_FOUND).
        """
        patience = Patience(self._connection.backoff)
        last = report_pb.Report()
        while last.state not in FINAL_STATES:
            error = ended_early()
            try:
                async with aclosing(self._watch_once(report_id)) as reports:
                    async for report in reports:
                        patience.heard()
                        if report == last:
                            continue
                        last = report
                        patience.progressed()
                        yield report
            except DossierError as cut:
                error = cut
            if last.state not in FINAL_STATES:
                await patience.wait(error)

    async def download_report(
        self, report_id: str, path: str | os.PathLike[str], *, on_progress: Progress | None = None
    ) -> DownloadedReport:
        """Write a READY report to `path`, in place of what is there once all has arrived and the digest is right.

        Until then the bytes stand in `NAME.part` beside it. A cut goes on where it happened; so does a later call, also
        in another process.

        Raises:
            DossierError: REPORT_NOT_FOUND, REPORT_NOT_READY, FILE_DAMAGED; DOWNLOAD_UNDER_WAY when another download
                writes the same file.
            DigestMismatch: other bytes came than were announced; nothing is left.
            OSError: the file cannot be written.
        """
        report = await self.get_report(report_id)
        require_ready(report)
        return await download_to_file(self._connection, report, Path(path), on_progress=on_progress)

    async def read_report(self, report_id: str) -> bytes:
        """Return the bytes of a READY report. Raises DossierError, DigestMismatch."""
        report = await self.get_report(report_id)
        require_ready(report)
        return await download_to_memory(self._connection, report)

    async def cancel_report(self, report_id: str) -> report_pb.Report:
        """Take a request back and return the report. Raises DossierError (REPORT_NOT_FOUND, REPORT_FINISHED)."""
        request = report_service_pb.CancelReportRequest(report_id=report_id)
        method = self._connection.stubs.reports.CancelReport
        answer = await self._connection.unary(method, request, signed_in=True, repeatable=True)
        return answer.report

    async def delete_report(self, report_id: str) -> None:
        """Delete a report and its file, in any state. Raises DossierError (REPORT_NOT_FOUND)."""
        request = report_service_pb.DeleteReportRequest(report_id=report_id)
        await self._connection.unary(self._connection.stubs.reports.DeleteReport, request, signed_in=True)

    async def verify_report(self, report_id: str) -> report_service_pb.VerifyReportResponse:
        """Return whether the club made a report with this id, when and about whom; needs no account."""
        request = report_service_pb.VerifyReportRequest(report_id=report_id)
        return await self._connection.read(self._connection.stubs.reports.VerifyReport, request)

    async def verify_report_file(self, path: str | os.PathLike[str]) -> report_service_pb.VerifyReportResponse:
        """Return whether the club made this very file; only its SHA-256 is sent. Needs no account. Raises OSError."""
        sha256 = await asyncio.to_thread(_sha256_of, Path(path))
        request = report_service_pb.VerifyReportRequest(sha256=sha256)
        return await self._connection.read(self._connection.stubs.reports.VerifyReport, request)

    async def _watch_once(self, report_id: str) -> AsyncGenerator[report_pb.Report, None]:
        request = report_service_pb.WatchReportRequest(report_id=report_id)
        stream = self._connection.stream(self._connection.stubs.reports.WatchReport, request, signed_in=True)
        async with aclosing(stream) as answers:
            async for answer in answers:
                yield answer.report


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
