"""The servicer of ShareService: decodes requests, calls the use cases, says what they return."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc
from dossier.access.v1 import access_pb2
from dossier.report.v1 import share_link_pb2 as share_pb
from dossier.report.v1 import share_service_pb2 as service_pb
from dossier.report.v1 import share_service_pb2_grpc as service_rpc

from report_service.download import Downloads
from report_service.rpc.messages import metadata_message, require_nanos, timestamp_of
from report_service.share_links import DEFAULT_SECONDS, ShareLink, ShareLinks, Tokens, Wanted
from runtime import calls, contract
from runtime.calls import Caller

Context = grpc.aio.ServicerContext[Any, Any]
_PROGRAM = contract.role_name(access_pb2.ROLE_SERVICE)


class ShareRpc(service_rpc.ShareServiceServicer):
    """Serves `dossier.report.v1.ShareService`. `public_url` is where HTTP serves the club; empty when nobody says."""

    def __init__(self, links: ShareLinks, *, tokens: Tokens, downloads: Downloads, public_url: str) -> None:
        self._links = links
        self._tokens = tokens
        self._downloads = downloads
        self._public_url = public_url

    async def CreateShareLink(
        self, request: service_pb.CreateShareLinkRequest, context: Context
    ) -> service_pb.CreateShareLinkResponse:
        """See the proto."""
        link = await self._links.create(_wanted(request, calls.caller()))
        return service_pb.CreateShareLinkResponse(link=self._message(link))

    async def ListShareLinks(
        self, request: service_pb.ListShareLinksRequest, context: Context
    ) -> service_pb.ListShareLinksResponse:
        """See the proto."""
        links = await self._links.live(calls.caller().account_id, request.report_id)
        return service_pb.ListShareLinksResponse(links=map(self._message, links))

    async def DeleteShareLink(
        self, request: service_pb.DeleteShareLinkRequest, context: Context
    ) -> service_pb.DeleteShareLinkResponse:
        """See the proto."""
        await self._links.delete(calls.caller().account_id, request.link_id)
        return service_pb.DeleteShareLinkResponse()

    async def DownloadSharedReport(
        self, request: service_pb.DownloadSharedReportRequest, context: Context
    ) -> AsyncIterator[service_pb.DownloadSharedReportResponse]:
        """See the proto."""
        report = await self._links.report_of(request.token)
        download = self._downloads.open(report, offset=request.read_offset, limit=request.read_limit)
        yield service_pb.DownloadSharedReportResponse(metadata=metadata_message(download))
        async for chunk in self._downloads.chunks(download):
            yield service_pb.DownloadSharedReportResponse(chunk=chunk)

    def _message(self, link: ShareLink) -> share_pb.ShareLink:
        return share_pb.ShareLink(
            link_id=link.link_id,
            report_id=link.report_id,
            create_time=timestamp_of(link.create_time),
            expire_time=timestamp_of(link.expire_time),
            uri=f"{self._public_url}/v1/shared/{self._tokens.of(link)}",
        )


def _wanted(request: service_pb.CreateShareLinkRequest, caller: Caller) -> Wanted:
    """Return the link that a caller asks for. Raises InvalidInput."""
    seconds: float = DEFAULT_SECONDS
    if request.HasField("ttl"):
        require_nanos(request.ttl, "ttl")
        seconds = request.ttl.ToTimedelta().total_seconds()
    username = "" if _PROGRAM in caller.roles else caller.username
    return Wanted(caller.account_id, username, request.report_id, seconds)
