"""Links by which who has no account downloads a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dossier.report.v1 import share_link_pb2 as share_pb
from dossier.report.v1 import share_service_pb2 as share_service_pb

from client.connection import Connection

if TYPE_CHECKING:
    from datetime import timedelta


class ShareLinkCalls:
    """The calls about links to the caller's reports."""

    _connection: Connection

    async def create_share_link(self, report_id: str, *, ttl: timedelta | None = None) -> share_pb.ShareLink:
        """Make a link to a report, whose `uri` downloads it for whoever has it. Default: 7 days; 30 are the most.

        Raises DossierError (REPORT_NOT_FOUND, EXPORT_NOT_SHAREABLE, SHARE_LINK_QUOTA).
        """
        request = share_service_pb.CreateShareLinkRequest(report_id=report_id, ttl=ttl)
        answer = await self._connection.unary(self._connection.stubs.shares.CreateShareLink, request, signed_in=True)
        return answer.link

    async def list_share_links(self, report_id: str) -> list[share_pb.ShareLink]:
        """Return the links to a report that have not ended, oldest first. Raises DossierError (REPORT_NOT_FOUND)."""
        request = share_service_pb.ListShareLinksRequest(report_id=report_id)
        method = self._connection.stubs.shares.ListShareLinks
        answer = await self._connection.unary(method, request, signed_in=True, repeatable=True)
        return list(answer.links)

    async def delete_share_link(self, link_id: str) -> None:
        """End a link at once. Raises DossierError (SHARE_LINK_NOT_FOUND)."""
        request = share_service_pb.DeleteShareLinkRequest(link_id=link_id)
        await self._connection.unary(self._connection.stubs.shares.DeleteShareLink, request, signed_in=True)
