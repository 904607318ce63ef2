"""Installations that speak TLS: to the club's members, and among their own parts."""

from __future__ import annotations

import ssl
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.profile.v1 import credentials_service_pb2_grpc as credentials_rpc

from client import DossierClient, DossierError
from runtime.service_tokens import ServiceTokens
from runtime.tls import Identity, channel_credentials
from tests.certificates import Authority, write
from tests.e2e.conftest import PASSWORD
from tests.e2e.installations import Installation, distributed
from tests.e2e.processes import Part
from tests.integration.client.command import Command
from tests.provision.ports import free_port
from tests.provision.rabbitmq import RabbitNode
from tests.signing import bearer

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def authority() -> Authority:
    """An authority of the club's own."""
    return Authority()


@pytest.fixture
def identity(authority: Authority, tmp_path: Path) -> Identity:
    """What the authority has signed for this machine."""
    return write(authority.sign(), tmp_path, authority=authority.write(tmp_path))


@pytest.fixture
def standalone_part(identity: Identity, tmp_path: Path) -> Iterator[Part]:
    """A standalone process with a certificate."""
    environ = {
        "DOSSIER_DATA_DIR": str(tmp_path / "data"),
        "DOSSIER_LISTEN": f"127.0.0.1:{free_port()}",
        "DOSSIER_TLS_CERTIFICATE": str(identity.certificate),
        "DOSSIER_TLS_KEY": str(identity.key),
        "DOSSIER_LOG_LEVEL": "info",
    }
    credentials = channel_credentials(identity.authority)
    part = Part(
        "standalone", environ=environ, folder=tmp_path, address=environ["DOSSIER_LISTEN"], credentials=credentials
    )
    part.start()
    part.wait_serving()
    yield part
    part.clean_up()


async def test_standalone_serves_its_certificate_and_takes_a_new_one(
    standalone_part: Part, authority: Authority, identity: Identity, tmp_path: Path
) -> None:
    """Members call over TLS alone; a renewed certificate is there for the next who connects, with no restart."""
    host, _, port = standalone_part.address.rpartition(":")
    async with DossierClient(standalone_part.address, root_ca=identity.authority) as anna:
        await anna.sign_up("anna", PASSWORD)
        before = ssl.get_server_certificate((host, int(port)), timeout=5)
        write(authority.sign(), tmp_path)
        assert ssl.get_server_certificate((host, int(port)), timeout=5) != before
        assert (await anna.get_user("anna")).username == "anna"
    async with DossierClient(standalone_part.address) as in_clear_text:
        with pytest.raises(DossierError, match="cannot be reached"):
            await in_clear_text.get_user("anna")
    assert "certificate_read" in standalone_part.log()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"DOSSIER_TLS_CERTIFICATE": "{}/absent.pem"},
            "DOSSIER_TLS_CERTIFICATE and DOSSIER_TLS_KEY must be set together",
        ),
        ({"DOSSIER_TLS_CERTIFICATE": "{}/absent.pem", "DOSSIER_TLS_KEY": "{}/key.pem"}, "absent.pem"),
    ],
)
def test_certificate_that_cannot_be_used_is_one_sentence(tmp_path: Path, settings: dict[str, str], words: str) -> None:
    """Nothing is served in clear text because of a slip in the settings."""
    environ = {name: value.format(tmp_path) for name, value in settings.items()}
    environ |= {"DOSSIER_DATA_DIR": str(tmp_path / "data"), "DOSSIER_LISTEN": f"127.0.0.1:{free_port()}"}
    finished = subprocess.run(
        [sys.executable, "-m", "standalone"], env=environ, capture_output=True, text=True, timeout=30
    )
    assert finished.returncode in {1, 2}
    [line] = finished.stderr.strip().splitlines()
    assert words in line


@pytest.fixture
def encrypted(own_rabbitmq: RabbitNode, identity: Identity, tmp_path: Path) -> Iterator[Installation]:
    """Every part its own process, each showing its certificate to the others."""
    with distributed(tmp_path, amqp_url=own_rabbitmq.url, identity=identity) as running:
        yield running


async def test_parts_that_show_each_other_certificates_do_their_work(
    encrypted: Installation, identity: Identity
) -> None:
    """Keys, sign-ins, session checks, relayed calls and the worker's snapshot all pass where each must show one."""
    async with DossierClient(encrypted.endpoint, root_ca=identity.authority) as anna:
        await anna.sign_up("anna", PASSWORD)
        assert (await anna.get_user("anna")).username == "anna"
        asked = await anna.create_report()
        async for _ in anna.watch_report(asked.report_id):
            pass
        assert (await anna.read_report(asked.report_id)).startswith(b"%PDF-")


async def test_operator_gives_a_role_where_parts_show_certificates(
    encrypted: Installation, identity: Identity, tmp_path: Path
) -> None:
    """The operator's command shows the certificate that the environment names, and says so when it cannot."""
    (tmp_path / "secret").write_bytes(encrypted.internal_secret)
    command = Command(encrypted.endpoint, tmp_path)
    where = ("--profile-address", encrypted.operator_address, "--internal-secret-file", str(tmp_path / "secret"))
    async with DossierClient(encrypted.endpoint, root_ca=identity.authority) as anna:
        await anna.sign_up("anna", PASSWORD)
    assert (await command("admin", "grant-role", "anna", "referee", *where)).code == 5
    command.environ |= {
        "DOSSIER_INTERNAL_CERTIFICATE": str(identity.certificate),
        "DOSSIER_INTERNAL_KEY": str(identity.key),
        "DOSSIER_INTERNAL_AUTHORITY": str(identity.authority),
    }
    granted = await command("admin", "grant-role", "anna", "referee", *where)
    assert granted.code == 0, granted.err
    command.environ["DOSSIER_INTERNAL_KEY"] = str(tmp_path / "absent")
    assert "absent" in (await command("admin", "grant-role", "anna", "referee", *where)).err


async def test_service_is_closed_to_who_shows_no_certificate(encrypted: Installation, identity: Identity) -> None:
    """Even somebody who knows the internal secret gets no call through without a certificate of the authority."""
    tokens = ServiceTokens(encrypted.internal_secret, issuer="operator")
    metadata = bearer(tokens.mint(audience="profile_service"))
    request = credentials_pb.GetSessionRequest(session_id=str(uuid.uuid4()))
    assert identity.authority is not None
    anonymous = grpc.ssl_channel_credentials(identity.authority.read_bytes())
    shown = channel_credentials(identity.authority, identity)
    assert shown is not None
    async with (
        grpc.aio.insecure_channel(encrypted.operator_address) as in_clear_text,
        grpc.aio.secure_channel(encrypted.operator_address, anonymous) as without,
        grpc.aio.secure_channel(encrypted.operator_address, shown) as with_one,
    ):
        for channel in (in_clear_text, without):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await credentials_rpc.CredentialsServiceStub(channel).GetSession(request, metadata=metadata, timeout=5)
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        stub = credentials_rpc.CredentialsServiceStub(with_one)
        assert not (await stub.GetSession(request, metadata=metadata, timeout=5)).live
