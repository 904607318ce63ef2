"""A server that shows a certificate, takes a new one without a restart, and asks other parts for theirs."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from runtime.channels import open_channel
from runtime.healthcheck import main as healthcheck
from runtime.server import Server
from runtime.tls import Identity, TlsFilesUnusable, channel_credentials, server_credentials
from tests.certificates import Authority, Pem, write


@asynccontextmanager
async def serving(identity: Identity) -> AsyncIterator[Server]:
    """Run a server that serves health alone."""
    async with Server(
        "127.0.0.1:0",
        (),
        service_names=(),
        interceptors=[],
        with_reflection=False,
        grace_seconds=0,
        credentials=server_credentials(identity),
    ) as server:
        await server.set_serving(serving=True)
        yield server


async def asked(channel: grpc.aio.Channel) -> int:
    """Return how the server says it is."""
    answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=5)
    return int(answer.status)


def shown(server: Server) -> str:
    """Return the certificate that a new connection is shown."""
    host, _, port = server.address.rpartition(":")
    return ssl.get_server_certificate((host, int(port)), timeout=5)


def text(pem: Pem) -> str:
    return ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(pem.certificate.decode()))


async def get_shown(server: Server) -> str:
    """Return what `shown` returns, without standing in the way of the server."""
    return await asyncio.to_thread(shown, server)


async def test_replaced_certificate_is_shown_to_new_connections_and_old_ones_live_on(tmp_path: Path) -> None:
    """A certificate is renewed without a restart and without cutting anybody off."""
    authority = Authority()
    first, second = authority.sign(), authority.sign()
    identity = write(first, tmp_path)
    async with (
        serving(identity) as server,
        open_channel(server.address, channel_credentials(authority.write(tmp_path))) as old,
    ):
        assert await asked(old) == health_pb2.HealthCheckResponse.SERVING
        assert await get_shown(server) == text(first)
        write(second, tmp_path)
        assert await get_shown(server) == text(second)
        assert old.get_state() is grpc.ChannelConnectivity.READY
        assert await asked(old) == health_pb2.HealthCheckResponse.SERVING


async def test_server_goes_on_with_the_last_good_certificate(tmp_path: Path) -> None:
    """Files that are half replaced, damaged or gone close the door to nobody; once they are good, they count."""
    authority = Authority()
    first, second = authority.sign(), authority.sign()
    identity = write(first, tmp_path)
    async with serving(identity) as server:
        identity.certificate.write_bytes(second.certificate)
        assert await get_shown(server) == text(first)
        identity.key.write_text("not a key")
        assert await get_shown(server) == text(first)
        identity.key.unlink()
        assert await get_shown(server) == text(first)
        identity.key.write_bytes(second.key)
        assert await get_shown(server) == text(second)


@pytest.mark.parametrize("spoilt", ["certificate", "key", "authority", "foreign key"])
async def test_files_that_cannot_be_used_keep_a_server_from_starting(tmp_path: Path, spoilt: str) -> None:
    """The operator is told which file it is, before anybody is served."""
    authority = Authority()
    identity = write(authority.sign(), tmp_path, authority=authority.write(tmp_path))
    match spoilt:
        case "certificate":
            identity.certificate.write_text("not a certificate")
        case "key":
            identity.key.unlink()
        case "authority":
            (tmp_path / "authority.pem").unlink()
        case _:
            identity.key.write_bytes(authority.sign().key)
    with pytest.raises(TlsFilesUnusable, match=str(tmp_path)):
        async with serving(identity):
            pass


async def test_part_without_a_certificate_of_the_authority_is_refused(tmp_path: Path) -> None:
    """Where parts show each other certificates, nobody else gets as far as a call."""
    authority, stranger = Authority(), Authority()
    ours = authority.write(tmp_path)
    folders = [tmp_path / name for name in ("server", "client", "stranger", "expired")]
    for folder in folders:
        folder.mkdir()
    server_files, client, foreign, expired = folders
    part = write(authority.sign(), client)
    strangers = write(stranger.sign(), foreign)
    late = write(authority.sign(expires_in=timedelta(hours=-1)), expired)
    async with serving(write(authority.sign(), server_files, authority=ours)) as server:
        async with open_channel(server.address, channel_credentials(ours, part)) as channel:
            assert await asked(channel) == health_pb2.HealthCheckResponse.SERVING
        for credentials in (None, *(channel_credentials(ours, identity) for identity in (None, strangers, late))):
            async with open_channel(server.address, credentials) as channel:
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await asked(channel)
                assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_health_check_shows_and_asks_for_certificates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A part that shows its certificate can still be asked how it is from its own container."""
    authority = Authority()
    ours = authority.write(tmp_path)
    identity = write(authority.sign("profile"), tmp_path, authority=ours)
    files = ["--authority", str(ours), "--certificate", str(identity.certificate), "--key", str(identity.key)]
    async with serving(identity) as server:
        assert await asyncio.to_thread(healthcheck, [server.address, *files, "--name", "profile"]) == 0
        assert await asyncio.to_thread(healthcheck, [server.address]) == 1
        assert "does not answer" in capsys.readouterr().err
