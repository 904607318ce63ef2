"""Installations that run for the whole session, and people who use them."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import grpc
import pytest
from dossier.access.v1 import access_pb2

from client import DossierClient
from tests.e2e.access_scene import Scene
from tests.e2e.installations import PASSWORD, Installation, distributed, edge, external, standalone
from tests.e2e.raw_calls import RawCalls, raw_calls
from tests.provision.collector import collecting
from tests.provision.fixtures import started_node, started_postgresql, started_s3
from tests.provision.s3 import SeaweedFS

EXTERNAL = external()
SHAPES = ["external"] if EXTERNAL else ["standalone", "distributed", "scale-out"]


@pytest.fixture(scope="session", params=SHAPES)
def installation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Run one shape: all in one process; every part its own; two of each, most in two processes, on servers."""
    if EXTERNAL:
        yield EXTERNAL
        return
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "standalone":
        with collecting() as collector, standalone(folder, collector=collector) as running:
            yield running
    elif request.param == "distributed":
        with collecting() as collector, distributed(folder, collector=collector) as running:
            yield running
    elif request.param == "envoy":
        with distributed(folder, trusted_proxies=1) as behind, edge(folder, behind) as running:
            yield running
    else:
        # A node of its own: another test's worker on the same queue would take this installation's hints.
        with (
            started_node(tmp_path_factory) as node,
            started_postgresql(tmp_path_factory) as server,
            started_s3(SeaweedFS(tmp_path_factory.mktemp("seaweedfs"))) as s3,
            collecting() as collector,
            distributed(
                folder, amqp_url=node.url, postgresql=server, s3=s3, replicas=2, workers=2, collector=collector
            ) as running,
        ):
            yield running


@pytest.fixture(scope="session")
def scene(installation: Installation) -> Iterator[Scene]:
    """The people of the access table, on one installation."""
    if installation.signing_key is None:
        pytest.skip("the keys of an installation that was not started here are not ours to read")
    with grpc.insecure_channel(installation.endpoint) as channel:
        yield Scene(installation, channel)


@pytest.fixture
def calls(installation: Installation) -> Iterator[RawCalls]:
    """Calls by the public port."""
    with raw_calls(installation.endpoint) as opened:
        yield opened


@pytest.fixture
def internal_calls(installation: Installation) -> Iterator[RawCalls]:
    """Calls by the port that other parts use."""
    with raw_calls(installation.operator_address) as opened:
        yield opened


class Club:
    """People with a fresh name each, on one installation."""

    def __init__(self, installation: Installation, stack: AsyncExitStack) -> None:
        self.installation = installation
        self._stack = stack

    async def visitor(self) -> DossierClient:
        """Return somebody who has not signed in."""
        return await self._stack.enter_async_context(DossierClient(self.installation.endpoint))

    async def player(self, name: str = "player", **fields: str) -> DossierClient:
        """Return somebody who has just signed up."""
        client = await self.visitor()
        await client.sign_up(f"{name}-{uuid.uuid4().hex[:10]}", PASSWORD, **fields)
        return client

    async def referee(self) -> DossierClient:
        """Return somebody who may record games."""
        return await self._with_role("referee", access_pb2.ROLE_REFEREE)

    async def manager(self) -> DossierClient:
        """Return somebody who looks after the players."""
        return await self._with_role("manager", access_pb2.ROLE_MANAGER)

    async def admin(self) -> DossierClient:
        """Return somebody who may do everything."""
        return await self._with_role("admin", access_pb2.ROLE_ADMIN)

    async def _with_role(self, name: str, role: access_pb2.Role) -> DossierClient:
        client = await self.player(name)
        username = client.own_username()
        await self.installation.grant(username, role)
        await client.sign_in(username, PASSWORD)
        return client


@pytest.fixture
async def club(installation: Installation) -> AsyncIterator[Club]:
    """The people of one test."""
    async with AsyncExitStack() as stack:
        yield Club(installation, stack)
