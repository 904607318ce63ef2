"""Serves a fake server on a free port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
from dossier.admin.v1 import admin_service_pb2_grpc as admin_rpc
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.profile.v1 import account_service_pb2_grpc as account_rpc
from dossier.profile.v1 import avatar_service_pb2_grpc as avatar_rpc
from dossier.profile.v1 import credentials_service_pb2_grpc as credentials_rpc
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.report.v1 import report_service_pb2_grpc as report_rpc
from dossier.report.v1 import share_service_pb2_grpc as share_rpc
from dossier.stats.v1 import game_service_pb2_grpc as game_rpc
from dossier.stats.v1 import stats_service_pb2_grpc as stats_rpc

from tests.integration.client.fake_admin import FakeAdmin
from tests.integration.client.fake_services import (
    FakeAccounts,
    FakeAuth,
    FakeAvatars,
    FakeCredentials,
    FakeGames,
    FakeProfiles,
    FakeStats,
)
from tests.integration.client.fakes import FakeServer


@asynccontextmanager
async def serving(fake: FakeServer, credentials: grpc.ServerCredentials | None = None) -> AsyncIterator[FakeServer]:
    """Serve `fake` on a free port, encrypted when it has `credentials`; its `address` says which."""
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    auth_rpc.add_AuthServiceServicer_to_server(FakeAuth(fake), server)
    profile_rpc.add_ProfileServiceServicer_to_server(FakeProfiles(fake), server)
    account_rpc.add_AccountServiceServicer_to_server(FakeAccounts(fake), server)
    avatar_rpc.add_AvatarServiceServicer_to_server(FakeAvatars(fake), server)
    game_rpc.add_GameServiceServicer_to_server(FakeGames(fake), server)
    stats_rpc.add_StatsServiceServicer_to_server(FakeStats(fake), server)
    report_rpc.add_ReportServiceServicer_to_server(fake.reports, server)
    share_rpc.add_ShareServiceServicer_to_server(fake.shares, server)
    admin_rpc.add_AdminServiceServicer_to_server(FakeAdmin(fake), server)
    credentials_rpc.add_CredentialsServiceServicer_to_server(FakeCredentials(fake), server)
    if credentials is None:
        port = server.add_insecure_port("127.0.0.1:0")
    else:
        port = server.add_secure_port("127.0.0.1:0", credentials)
    fake.address = f"127.0.0.1:{port}"
    await server.start()
    try:
        yield fake
    finally:
        await server.stop(None)
