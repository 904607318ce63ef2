"""TLS: what a part shows of itself, and whom it believes."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import grpc
import structlog

# The settings by which a part is known to the others.
INTERNAL_TLS = ("internal_certificate", "internal_key", "internal_authority")
_log = structlog.get_logger("tls")
_Stamp = tuple[int, int, int] | None


class TlsFilesUnusable(Exception):
    """Certificate, key or authority cannot be used; the message says which and why in one sentence."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The PEM files by which a part is known.

    Attributes:
        certificate: its certificate, followed by those between it and the root.
        key: the certificate's private key, not encrypted.
        authority: when given, the other side must show a certificate that this authority has signed.
    """

    certificate: Path
    key: Path
    authority: Path | None = None


def identity_of(certificate: Path | None, key: Path | None, authority: Path | None = None) -> Identity | None:
    """Return the identity that settings name, None where they name none."""
    return Identity(certificate, key, authority) if certificate and key else None


def server_credentials(identity: Identity | None) -> grpc.ServerCredentials | None:
    """Return what a server shows; None, plain text, without an identity.

    Files that change are read again when somebody connects; connections that there are live on. Raises
    TlsFilesUnusable now; later the last good certificate is kept, and the log says why.
    """
    if identity is None:
        return None
    files = _Files(identity)
    return grpc.dynamic_ssl_server_credentials(
        files.read(),
        files.read_if_changed,  # type: ignore[arg-type]  # the stubs do not know that it may return None
        require_client_authentication=identity.authority is not None,
    )


def channel_credentials(authority: Path | None, identity: Identity | None = None) -> grpc.ChannelCredentials | None:
    """Return what a channel believes, and shows when there is an identity; None, plain text, without an authority.

    The files are read once: a part that calls others is restarted for new ones. Raises TlsFilesUnusable.
    """
    if authority is None:
        return None
    try:
        roots = authority.read_bytes()
    except OSError as error:
        raise _unusable(authority, error) from error
    if identity is None:
        return grpc.ssl_channel_credentials(roots)
    key, certificate = _pair(identity)
    return grpc.ssl_channel_credentials(roots, private_key=key, certificate_chain=certificate)


class _Files:
    """Reads the files of a server's identity, and again when they have changed."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._seen = self._stamps()

    def read(self) -> grpc.ServerCertificateConfiguration:
        authority = self._identity.authority
        try:
            roots = authority.read_bytes() if authority else None
        except OSError as error:
            raise _unusable(authority, error) from error
        return grpc.ssl_server_certificate_configuration([_pair(self._identity)], root_certificates=roots)

    def read_if_changed(self) -> grpc.ServerCertificateConfiguration | None:
        """gRPC asks this before every handshake, in a thread of its own; None lets it go on as before."""
        # Stamped before it is read: of two files that are replaced one after the other, the second is seen next time.
        stamps = self._stamps()
        if stamps == self._seen:
            return None
        self._seen = stamps
        try:
            fresh = self.read()
        except TlsFilesUnusable as error:
            _log.warning("certificate_kept", problem=str(error))
            return None
        _log.info("certificate_read", certificate=str(self._identity.certificate))
        return fresh

    def _stamps(self) -> list[_Stamp]:
        paths = (self._identity.certificate, self._identity.key, self._identity.authority)
        return [_stamp(path) for path in paths if path]


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _pair(identity: Identity) -> tuple[bytes, bytes]:
    """Return key and certificate, which belong together: gRPC itself would say so to nobody."""
    try:
        # An empty password, so that nobody is asked for one.
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            identity.certificate, identity.key, password=""
        )
        return identity.key.read_bytes(), identity.certificate.read_bytes()
    except OSError as error:
        raise _unusable(identity.certificate, error, key=identity.key) from error


def _unusable(path: Path | None, error: OSError, *, key: Path | None = None) -> TlsFilesUnusable:
    why = error.reason if isinstance(error, ssl.SSLError) else error.strerror
    what = f"certificate {path} with the key {key}" if key else f"authority {path}"
    return TlsFilesUnusable(f"cannot use the {what}: {why}; give PEM files that belong together")
