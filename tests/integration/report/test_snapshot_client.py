"""The worker's way to profile_service."""

from __future__ import annotations

import asyncio

import grpc
from dossier.stats.v1 import snapshot_service_pb2_grpc as snapshot_rpc

from report_service.snapshot_client import SnapshotClient
from runtime.channels import open_channel
from runtime.service_tokens import ServiceTokens
from tests.integration.report.fake_snapshots import SECRET, FakeSnapshots
from tests.integration.report.stage import eventually
from tests.provision.fixtures import on_one_engine

pytestmark = on_one_engine


async def test_snapshot_is_waited_for_when_profile_service_restarts() -> None:
    """A restart costs a report seconds, and none of its attempts."""
    refused = 0

    async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal refused
        refused += 1
        writer.transport.abort()

    absent = await asyncio.start_server(refuse, "127.0.0.1", 0)
    address = f"127.0.0.1:{absent.sockets[0].getsockname()[1]}"
    server = grpc.aio.server()
    snapshot_rpc.add_SnapshotServiceServicer_to_server(FakeSnapshots(), server)
    async with open_channel(address) as channel:
        client = SnapshotClient(channel, ServiceTokens(SECRET, issuer="report_service"))
        fetching = asyncio.create_task(client.player("report-1", "anna", viewer_id=""))
        await eventually(lambda: refused >= 2)
        absent.close()
        server.add_insecure_port(address)
        await server.start()
        assert (await fetching).username == "anna"
    await server.stop(None)
