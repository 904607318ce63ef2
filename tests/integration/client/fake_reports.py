"""Reports of a fake server: a fixed file, and streams that are cut where a test wants."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from typing import TYPE_CHECKING, Any

import grpc
from dossier.report.v1 import report_pb2 as report_pb
from dossier.report.v1 import report_service_pb2 as pb
from dossier.report.v1 import report_service_pb2_grpc as report_rpc

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.client.fakes import FakeServer

REPORT_ID = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7082"
CHUNK_BYTES = 1000

Context = grpc.aio.ServicerContext[Any, Any]


class FakeReports(report_rpc.ReportServiceServicer):
    """One report that is always there.

    Attributes:
        cuts: after how many bytes each of the next downloads is cut.
        watches: the states that each of the next watches sends before it is cut; a final state ends one cleanly.
        told: what else is told of the report, and `issued` of it to whoever verifies it.
        hangs: whether such a watch stands still instead of being cut.
        pause_after: after how many bytes a download stands still; 0 means never.
    """

    def __init__(self, fake: FakeServer) -> None:
        self._fake = fake
        self.content = bytes(range(256)) * 40
        self.sent_content: bytes | None = None
        self.announced_sha256 = ""
        self.cuts: deque[int] = deque()
        self.watches: deque[list[int]] = deque()
        self.state: int = report_pb.STATE_READY
        self.failure_reason = 0
        self.kind: report_pb.Kind = report_pb.KIND_PLAYER_REPORT
        self.told = report_pb.Report(username="anna")
        self.issued = report_pb.IssuedReport()
        self.hangs = False
        self.pause_after = 0

    def report(self, state: int | None = None) -> report_pb.Report:
        """Return the report, in `state` or the one it is in."""
        state = self.state if state is None else state
        report = report_pb.Report(report_id=REPORT_ID, state=state, kind=self.kind)
        report.MergeFrom(self.told)
        report.create_time.FromJsonString("2026-11-23T12:00:00Z")
        if state == report_pb.STATE_READY:
            report.size_bytes = len(self.content)
            report.sha256 = self.announced_sha256 or hashlib.sha256(self.content).hexdigest()
        if state == report_pb.STATE_FAILED:
            report.failure_reason = self.failure_reason
        return report

    async def CreateReport(self, request: pb.CreateReportRequest, context: Context) -> pb.CreateReportResponse:
        await self._fake.enter("CreateReport", request, context, signed_in=True)
        return pb.CreateReportResponse(report=self.report(report_pb.STATE_QUEUED))

    async def ExportAccount(self, request: pb.ExportAccountRequest, context: Context) -> pb.ExportAccountResponse:
        await self._fake.enter("ExportAccount", request, context, signed_in=True)
        self.kind = report_pb.KIND_ACCOUNT_EXPORT
        return pb.ExportAccountResponse(report=self.report(report_pb.STATE_QUEUED))

    async def GetReport(self, request: pb.GetReportRequest, context: Context) -> pb.GetReportResponse:
        await self._fake.enter("GetReport", request, context, signed_in=True)
        await self._known(request.report_id, context)
        return pb.GetReportResponse(report=self.report())

    async def ListReports(self, request: pb.ListReportsRequest, context: Context) -> pb.ListReportsResponse:
        await self._fake.enter("ListReports", request, context, signed_in=True)
        return pb.ListReportsResponse(reports=[self.report()])

    async def WatchReport(
        self, request: pb.WatchReportRequest, context: Context
    ) -> AsyncIterator[pb.WatchReportResponse]:
        await self._fake.enter("WatchReport", request, context, signed_in=True)
        if not self.watches:
            yield pb.WatchReportResponse(report=self.report())
            return
        for state in self.watches.popleft():
            yield pb.WatchReportResponse(report=self.report(state))
            if state >= report_pb.STATE_READY:
                return
        if self.hangs:
            await asyncio.Event().wait()
        await context.abort(grpc.StatusCode.UNAVAILABLE, "cut")

    async def DownloadReport(
        self, request: pb.DownloadReportRequest, context: Context
    ) -> AsyncIterator[pb.DownloadReportResponse]:
        await self._fake.enter("DownloadReport", request, context, signed_in=True)
        await self._known(request.report_id, context)
        report = self.report()
        content = self.content if self.sent_content is None else self.sent_content
        metadata = pb.DownloadReportMetadata(
            content_type="application/pdf",
            file_name="../../evil.pdf",
            size_bytes=report.size_bytes,
            sha256=report.sha256,
            read_offset=request.read_offset,
            read_size_bytes=report.size_bytes - request.read_offset,
        )
        yield pb.DownloadReportResponse(metadata=metadata)
        end = min(request.read_offset + self.cuts.popleft(), len(content)) if self.cuts else len(content)
        for start in range(request.read_offset, end, CHUNK_BYTES):
            if self.pause_after and start >= self.pause_after:
                await asyncio.Event().wait()
            yield pb.DownloadReportResponse(chunk=content[start : min(start + CHUNK_BYTES, end)])
        if end < len(content):
            await context.abort(grpc.StatusCode.UNAVAILABLE, "cut")

    async def CancelReport(self, request: pb.CancelReportRequest, context: Context) -> pb.CancelReportResponse:
        await self._fake.enter("CancelReport", request, context, signed_in=True)
        return pb.CancelReportResponse(report=self.report(report_pb.STATE_CANCELLED))

    async def DeleteReport(self, request: pb.DeleteReportRequest, context: Context) -> pb.DeleteReportResponse:
        await self._fake.enter("DeleteReport", request, context, signed_in=True)
        await self._known(request.report_id, context)
        return pb.DeleteReportResponse()

    async def VerifyReport(self, request: pb.VerifyReportRequest, context: Context) -> pb.VerifyReportResponse:
        await self._fake.enter("VerifyReport", request, context)
        sha256 = hashlib.sha256(self.content).hexdigest()
        if request.report_id != REPORT_ID and sha256 != request.sha256:
            return pb.VerifyReportResponse()
        issued = report_pb.IssuedReport(
            report_id=REPORT_ID,
            kind=self.kind,
            format=report_pb.FORMAT_PDF,
            issue_time=self.report().create_time,
            sha256=sha256,
            size_bytes=len(self.content),
            username="anna",
        )
        issued.MergeFrom(self.issued)
        return pb.VerifyReportResponse(issued=True, report=issued)

    async def _known(self, report_id: str, context: Context) -> None:
        from tests.integration.client.fakes import Fault

        if report_id != REPORT_ID:
            await Fault(
                grpc.StatusCode.NOT_FOUND,
                "REPORT_NOT_FOUND",
                "You have no such report.",
                metadata={"report_id": report_id},
            ).abort(context)
