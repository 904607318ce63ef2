"""The servicer of ReportService: decodes requests, calls the use cases, encodes reports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import grpc
from dossier.report.v1 import report_pb2 as report_pb
from dossier.report.v1 import report_service_pb2 as service_pb
from dossier.report.v1 import report_service_pb2_grpc as service_rpc
from google.protobuf.timestamp_pb2 import Timestamp

from report_service.download import Downloads
from report_service.feed import Feed
from report_service.reports import Kind, Report, Reports, Wish
from report_service.storage.report_store import position_of
from runtime import calls
from runtime.pages import PageTokens, page_size

CONTENT_TYPES = {Kind.PLAYER_REPORT: "application/pdf", Kind.ACCOUNT_EXPORT: "application/zip"}
Context = grpc.aio.ServicerContext[Any, Any]


class ReportRpc(service_rpc.ReportServiceServicer):
    """Serves `dossier.report.v1.ReportService`."""

    def __init__(self, reports: Reports, *, feed: Feed, downloads: Downloads, pages: PageTokens) -> None:
        self._reports = reports
        self._feed = feed
        self._downloads = downloads
        self._pages = pages

    async def CreateReport(
        self, request: service_pb.CreateReportRequest, context: Context
    ) -> service_pb.CreateReportResponse:
        """See the proto."""
        caller = calls.caller()
        wish = Wish(
            owner_id=caller.account_id,
            username=request.username or caller.username,
            include_email=request.include_email,
            request_id=request.request_id,
        )
        report = await self._reports.create(wish, own_username=caller.username)
        return service_pb.CreateReportResponse(report=encode(report))

    async def ExportAccount(
        self, request: service_pb.ExportAccountRequest, context: Context
    ) -> service_pb.ExportAccountResponse:
        """See the proto."""
        caller = calls.caller()
        wish = Wish(
            owner_id=caller.account_id,
            username=caller.username,
            include_email=False,
            request_id=request.request_id,
            kind=Kind.ACCOUNT_EXPORT,
        )
        report = await self._reports.create(wish, own_username=caller.username)
        return service_pb.ExportAccountResponse(report=encode(report))

    async def GetReport(self, request: service_pb.GetReportRequest, context: Context) -> service_pb.GetReportResponse:
        """See the proto."""
        report = await self._reports.get(calls.caller().account_id, request.report_id)
        return service_pb.GetReportResponse(report=encode(report))

    async def ListReports(
        self, request: service_pb.ListReportsRequest, context: Context
    ) -> service_pb.ListReportsResponse:
        """See the proto."""
        owner_id = calls.caller().account_id
        position = self._pages.open(request.page_token, "reports", owner_id)
        before = (int(position[0]), str(position[1])) if position else None
        size = page_size(request.page_size)
        found = await self._reports.page(owner_id, before=before, limit=size + 1)
        token = ""
        if len(found) > size:
            token = self._pages.seal(list(position_of(found[size - 1])), "reports", owner_id)
        return service_pb.ListReportsResponse(reports=map(encode, found[:size]), next_page_token=token)

    async def WatchReport(
        self, request: service_pb.WatchReportRequest, context: Context
    ) -> AsyncIterator[service_pb.WatchReportResponse]:
        """See the proto."""
        async for report in self._feed.watch(calls.caller().account_id, request.report_id):
            yield service_pb.WatchReportResponse(report=encode(report))

    async def DownloadReport(
        self, request: service_pb.DownloadReportRequest, context: Context
    ) -> AsyncIterator[service_pb.DownloadReportResponse]:
        """See the proto."""
        download = await self._downloads.open(
            calls.caller().account_id, request.report_id, offset=request.read_offset, limit=request.read_limit
        )
        metadata = service_pb.DownloadReportMetadata(
            content_type=CONTENT_TYPES[download.report.kind],
            file_name=download.file_name,
            size_bytes=download.report.size_bytes,
            sha256=download.report.sha256,
            read_offset=download.offset,
            read_size_bytes=download.length,
        )
        yield service_pb.DownloadReportResponse(metadata=metadata)
        async for chunk in self._downloads.chunks(download):
            yield service_pb.DownloadReportResponse(chunk=chunk)

    async def CancelReport(
        self, request: service_pb.CancelReportRequest, context: Context
    ) -> service_pb.CancelReportResponse:
        """See the proto."""
        report = await self._reports.cancel(calls.caller().account_id, request.report_id)
        return service_pb.CancelReportResponse(report=encode(report))

    async def DeleteReport(
        self, request: service_pb.DeleteReportRequest, context: Context
    ) -> service_pb.DeleteReportResponse:
        """See the proto."""
        await self._reports.delete(calls.caller().account_id, request.report_id)
        return service_pb.DeleteReportResponse()


def encode(report: Report) -> report_pb.Report:
    """Return a report as clients see it."""
    message = report_pb.Report(
        report_id=report.report_id,
        username=report.username,
        state=f"STATE_{report.state}",
        failure_reason=f"FAILURE_REASON_{report.failure_reason or 'UNSPECIFIED'}",
        include_email=report.include_email,
        create_time=_timestamp(report.create_time),
        update_time=_timestamp(report.update_time),
        size_bytes=report.size_bytes,
        sha256=report.sha256,
        attempt_count=report.attempt_count,
        kind=f"KIND_{report.kind}",
    )
    if report.expire_time is not None:
        message.expire_time.CopyFrom(_timestamp(report.expire_time))
    return message


def _timestamp(time: datetime) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(time)
    return timestamp
