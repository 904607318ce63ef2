"""Asks profile_service whether a player can be seen, as somebody who is not signed in would."""

from __future__ import annotations

import grpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc

from runtime import calls
from runtime.channels import origin_metadata, raise_unavailable

TIMEOUT_SECONDS = 5.0


class ProfileClient:
    """`ProfileService` over a channel to profile_service."""

    def __init__(self, profile: grpc.aio.Channel) -> None:
        self._stub = profile_rpc.ProfileServiceStub(profile)

    async def is_visible(self, username: str) -> bool:
        """See `report_service.issued_reports.Players`."""
        try:
            await self._stub.GetUser(
                profile_pb.GetUserRequest(username=username),
                timeout=calls.seconds_left(TIMEOUT_SECONDS),
                metadata=origin_metadata(),
            )
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return False
            raise_unavailable(error, dependency="profile service")
        return True
