"""Encrypted channels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from client import DossierClient, DossierError
from tests.integration.client.fakes import FakeServer
from tests.integration.client.serving import serving

if TYPE_CHECKING:
    from pathlib import Path


def a_certificate() -> tuple[bytes, bytes]:
    """Return a key and a self-signed certificate for 127.0.0.1, both as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return key_pem, certificate.public_bytes(serialization.Encoding.PEM)


async def test_server_is_reached_with_its_authority_and_not_without(tmp_path: Path) -> None:
    """With the root CA the call succeeds; with the system's own, or in clear text, it does not."""
    key, certificate = a_certificate()
    (tmp_path / "ca.pem").write_bytes(certificate)
    async with serving(FakeServer(), grpc.ssl_server_credentials([(key, certificate)])) as fake:
        async with DossierClient(fake.address, tls=True, root_ca=tmp_path / "ca.pem") as client:
            assert (await client.get_user("anna")).username == "anna"
        for wrong in (DossierClient(fake.address, tls=True), DossierClient(fake.address)):
            async with wrong as client:
                with pytest.raises(DossierError) as caught:
                    await client.get_user("anna")
                assert caught.value.code is grpc.StatusCode.UNAVAILABLE
