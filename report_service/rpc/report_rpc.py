"""The servicer of ReportService: decodes requests, calls the use cases, says what they return."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import grpc
from dossier.report.v1 import report_service_pb2 as service_pb
from dossier.report.v1 import report_service_pb2_grpc as service_rpc

from report_service.download import Downloads
from report_service.feed import Feed
from report_service.issued_reports import IssuedReports
from report_service.reports import Reports
from report_service.rpc.messages import issued_message, metadata_message, report_message, wish_of
from report_service.storage.report_store import position_of
from report_service.wishes import Kind, Wish
from runtime import calls
from runtime.pages import PageTokens, page_size

Context = grpc.aio.ServicerContext[Any, Any]


class ReportRpc(service_rpc.ReportServiceServicer):
    """Serves `dossier.report.v1.ReportService`."""

    def __init__(
        self,
        reports: Reports,
        *,
        issued: IssuedReports,
        feed: Feed,
        downloads: Downloads,
        pages: PageTokens,
        public_url: str,
    ) -> None:
        self._reports = reports
        self._issued = issued
        self._feed = feed
        self._downloads = downloads
        self._pages = pages
        self._message = partial(report_message, public_url=public_url)

    async def CreateReport(
        self, request: service_pb.CreateReportRequest, context: Context
    ) -> service_pb.CreateReportResponse:
        """See the proto."""
        caller = calls.caller()
        report = await self._reports.create(wish_of(request, caller), own_username=caller.username)
        return service_pb.CreateReportResponse(report=self._message(report))

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
            origin=calls.origin(),
        )
        report = await self._reports.create(wish, own_username=caller.username)
        return service_pb.ExportAccountResponse(report=self._message(report))

    async def GetReport(self, request: service_pb.GetReportRequest, context: Context) -> service_pb.GetReportResponse:
        """See the proto."""
        report = await self._reports.get(calls.caller().account_id, request.report_id)
        return service_pb.GetReportResponse(report=self._message(report))

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
        return service_pb.ListReportsResponse(reports=map(self._message, found[:size]), next_page_token=token)

    async def WatchReport(
        self, request: service_pb.WatchReportRequest, context: Context
    ) -> AsyncIterator[service_pb.WatchReportResponse]:
        """See the proto."""
        async for report in self._feed.watch(calls.caller().account_id, request.report_id):
            yield service_pb.WatchReportResponse(report=self._message(report))

    async def DownloadReport(
        self, request: service_pb.DownloadReportRequest, context: Context
    ) -> AsyncIterator[service_pb.DownloadReportResponse]:
        """See the proto."""
        report = await self._reports.get(calls.caller().account_id, request.report_id)
        download = self._downloads.open(report, offset=request.read_offset, limit=request.read_limit)
        yield service_pb.DownloadReportResponse(metadata=metadata_message(download))
        async for chunk in self._downloads.chunks(download):
            yield service_pb.DownloadReportResponse(chunk=chunk)

    async def CancelReport(
        self, request: service_pb.CancelReportRequest, context: Context
    ) -> service_pb.CancelReportResponse:
        """See the proto."""
        report = await self._reports.cancel(calls.caller().account_id, request.report_id)
        return service_pb.CancelReportResponse(report=self._message(report))

    async def DeleteReport(
        self, request: service_pb.DeleteReportRequest, context: Context
    ) -> service_pb.DeleteReportResponse:
        """See the proto."""
        await self._reports.delete(calls.caller().account_id, request.report_id)
        return service_pb.DeleteReportResponse()

    async def VerifyReport(
        self, request: service_pb.VerifyReportRequest, context: Context
    ) -> service_pb.VerifyReportResponse:
        """See the proto."""
        if request.report_id:
            issued = await self._issued.of_id(request.report_id)
        else:
            issued = await self._issued.of_file(request.sha256)
        if issued is None:
            return service_pb.VerifyReportResponse(issued=False)
        return service_pb.VerifyReportResponse(issued=True, report=issued_message(issued))
