"""Short ways to call what stands behind the gateway."""

from __future__ import annotations

import asyncio

from dossier.profile.v1 import avatar_service_pb2_grpc as avatar_rpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.report.v1 import report_service_pb2_grpc as report_rpc

from tests.integration.gateway.conftest import Club

TIMEOUT = 10.0
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def profiles(club: Club) -> profile_rpc.ProfileServiceAsyncStub:
    return profile_rpc.ProfileServiceStub(club.channel)


def avatars(club: Club) -> avatar_rpc.AvatarServiceAsyncStub:
    return avatar_rpc.AvatarServiceStub(club.channel)


def reports(club: Club) -> report_rpc.ReportServiceAsyncStub:
    return report_rpc.ReportServiceStub(club.channel)


def a_user(username: str) -> profile_pb.GetUserRequest:
    return profile_pb.GetUserRequest(username=username)


async def happened(event: asyncio.Event) -> None:
    async with asyncio.timeout(5):
        await event.wait()
