"""Certificates for tests: an authority, and what it signs."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from runtime.tls import Identity

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Pem:
    """A certificate and its key, as PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """Signs certificates. Others are told of it by its own, `certificate`."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Authority {uuid.uuid4()}")])
        built = _builder(self._name, self._name, self._key.public_key(), expires_in=_HOUR).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.certificate = built.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def sign(self, *names: str, expires_in: timedelta = _HOUR) -> Pem:
        """Return a certificate for names of hosts, by default for 127.0.0.1."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Somebody of the tests")])
        hosts: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
        built = _builder(subject, self._name, key.public_key(), expires_in=expires_in).add_extension(
            x509.SubjectAlternativeName(hosts or [x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        return Pem(
            built.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM),
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )

    def write(self, folder: Path) -> Path:
        """Write the file by which others know this authority, and return its path."""
        path = folder / "authority.pem"
        path.write_bytes(self.certificate)
        return path


def write(pem: Pem, folder: Path, *, authority: Path | None = None) -> Identity:
    """Write a certificate and its key over those that are in the folder, each whole or not at all."""
    for name, content in (("certificate.pem", pem.certificate), ("key.pem", pem.key)):
        (folder / "new.pem").write_bytes(content)
        (folder / "new.pem").replace(folder / name)
    return Identity(folder / "certificate.pem", folder / "key.pem", authority)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, expires_in: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * _HOUR)
        .not_valid_after(now + expires_in)
    )
