"""A gateway on a real port, with stand-ins behind it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import grpc
import pytest
from dossier.profile.v1 import avatar_service_pb2_grpc as avatar_rpc
from dossier.profile.v1 import credentials_service_pb2_grpc as credentials_rpc
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.report.v1 import report_service_pb2_grpc as report_rpc

from gateway.app import open_server
from gateway.settings import Settings
from gateway.tokens import KeyRing, TokenIssuer, load_or_create_keys
from runtime import contract
from runtime.access import Door
from runtime.interceptors import CallInterceptor
from runtime.server import Registration, Server
from runtime.service_tokens import ServiceTokens
from runtime.sessions import SessionCheck
from runtime.settings import Secret
from runtime.tls import Identity, server_credentials
from runtime.tokens import KeySource, TokenVerifier
from tests.integration.gateway.upstreams import FakeAvatars, FakeCredentials, FakeProfiles, FakeReports
from tests.provision.ports import free_port
from tests.signing import INTERNAL_SECRET, bearer

Metadata = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Club:
    """A gateway, what stands behind it, and a channel to each."""

    settings: Settings
    server: Server
    channel: grpc.aio.Channel
    keys: KeyRing
    profiles: FakeProfiles
    avatars: FakeAvatars
    credentials: FakeCredentials
    reports: FakeReports
    profile_server: Server
    report_server: Server
    profile_channel: grpc.aio.Channel

    def sign_in(self, *roles: str) -> Metadata:
        """Return the metadata of a signed-in alice with a live session."""
        session_id = str(uuid.uuid4())
        self.credentials.live[session_id] = "alice"
        return bearer(self.token(session_id, *roles))

    def token(self, session_id: str, *roles: str) -> str:
        """Return an access token of alice for any session."""
        token, _ = TokenIssuer(self.keys).issue(account_id="a-1", username="alice", session_id=session_id, roles=roles)
        return token


def settings_for(
    folder: Path, *, profile: str = "127.0.0.1:1", report: str = "127.0.0.1:1", trusted_proxies: int = 0
) -> Settings:
    return Settings(
        signing_key_file=folder / "signing-key.pem",
        internal_secret=Secret(INTERNAL_SECRET),
        profile_address=profile,
        report_address=report,
        listen="127.0.0.1:0",
        create_signing_key=True,
        trusted_proxies=trusted_proxies,
        development=True,
        grace_seconds=0,
    )


async def _always_live(_session_id: str) -> bool:
    return True


def upstream(keys: KeySource, *registrations: Registration, identity: Identity | None = None) -> Server:
    """A server as a service runs it, not yet started."""
    tokens = ServiceTokens(INTERNAL_SECRET, issuer="profile_service")
    door = Door(TokenVerifier(keys), sessions=SessionCheck(_always_live), service_tokens=tokens)
    return Server(
        "127.0.0.1:0",
        registrations,
        service_names=(),
        interceptors=[CallInterceptor(contract.methods(), door)],
        with_reflection=False,
        grace_seconds=0,
        credentials=server_credentials(identity),
    )


@asynccontextmanager
async def open_club(folder: Path, *, trusted_proxies: int = 0) -> AsyncIterator[Club]:
    """Start the stand-ins and the gateway; stop them on leaving."""
    keys = load_or_create_keys(folder / "signing-key.pem")
    profiles, avatars, credentials, reports = FakeProfiles(), FakeAvatars(), FakeCredentials(), FakeReports()
    async with AsyncExitStack() as stack:
        profile_server = await stack.enter_async_context(
            upstream(
                keys,
                lambda server: profile_rpc.add_ProfileServiceServicer_to_server(profiles, server),
                lambda server: avatar_rpc.add_AvatarServiceServicer_to_server(avatars, server),
                lambda server: credentials_rpc.add_CredentialsServiceServicer_to_server(credentials, server),
            )
        )
        report_server = await stack.enter_async_context(
            upstream(keys, lambda server: report_rpc.add_ReportServiceServicer_to_server(reports, server))
        )
        for part in (profile_server, report_server):
            await part.set_serving(serving=True)
        settings = settings_for(
            folder,
            profile=profile_server.address,
            report=report_server.address,
            trusted_proxies=trusted_proxies,
        )
        server, _ = await stack.enter_async_context(open_server(settings))
        channel, direct = [
            await stack.enter_async_context(grpc.aio.insecure_channel(address))
            for address in (server.address, profile_server.address)
        ]
        yield Club(
            settings,
            server,
            channel,
            keys,
            profiles,
            avatars,
            credentials,
            reports,
            profile_server,
            report_server,
            direct,
        )


@pytest.fixture
async def club(tmp_path: Path) -> AsyncIterator[Club]:
    """A gateway with everything behind it."""
    async with open_club(tmp_path) as opened:
        yield opened


@pytest.fixture
async def port(club: Club) -> AsyncIterator[int]:
    """The HTTP port of a second gateway before the club's stand-ins."""
    port = free_port()
    async with open_server(replace(club.settings, http_listen=f"127.0.0.1:{port}")):
        yield port


@pytest.fixture
def report_id() -> str:
    """The id of some report."""
    return str(uuid.uuid4())
