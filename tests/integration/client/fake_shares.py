"""Links to the report of a fake server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
from dossier.report.v1 import share_link_pb2 as share_pb
from dossier.report.v1 import share_service_pb2 as pb
from dossier.report.v1 import share_service_pb2_grpc as share_rpc

if TYPE_CHECKING:
    from tests.integration.client.fakes import FakeServer

LINK_ID = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7083"

Context = grpc.aio.ServicerContext[Any, Any]


class FakeShares(share_rpc.ShareServiceServicer):
    """Makes the same link every time, under `public_url`, and keeps it until it is deleted."""

    def __init__(self, fake: FakeServer) -> None:
        self._fake = fake
        self.public_url = "https://club.example.org"
        self.links: list[share_pb.ShareLink] = []

    async def CreateShareLink(self, request: pb.CreateShareLinkRequest, context: Context) -> pb.CreateShareLinkResponse:
        await self._fake.enter("CreateShareLink", request, context, signed_in=True)
        link = share_pb.ShareLink(
            link_id=LINK_ID, report_id=request.report_id, uri=f"{self.public_url}/v1/shared/a-token"
        )
        link.create_time.FromJsonString("2026-11-27T12:00:00Z")
        link.expire_time.FromSeconds(link.create_time.seconds + request.ttl.seconds)
        self.links.append(link)
        return pb.CreateShareLinkResponse(link=link)

    async def ListShareLinks(self, request: pb.ListShareLinksRequest, context: Context) -> pb.ListShareLinksResponse:
        await self._fake.enter("ListShareLinks", request, context, signed_in=True)
        return pb.ListShareLinksResponse(links=self.links)

    async def DeleteShareLink(self, request: pb.DeleteShareLinkRequest, context: Context) -> pb.DeleteShareLinkResponse:
        await self._fake.enter("DeleteShareLink", request, context, signed_in=True)
        self.links.clear()
        return pb.DeleteShareLinkResponse()
