"""The gateway's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runtime.service_tokens import MIN_SECRET_BYTES
from runtime.settings import Secret, WebAddress, read_settings, setting
from runtime.tls import INTERNAL_TLS, Identity, identity_of

PREFIX: Final = "DOSSIER_GATEWAY_"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a gateway process is told by its environment."""

    signing_key_file: Path = setting(
        "PEM file with the P-256 keys of access tokens, read again when it changes; the first signs, all verify; the "
        "same on every gateway"
    )
    internal_secret: Secret = setting(
        "what all parts of the installation share to know each other, in bytes", minimum=MIN_SECRET_BYTES
    )
    profile_address: str = setting("host:port or gRPC target of profile_service", default="127.0.0.1:7071")
    report_address: str = setting("host:port or gRPC target of report_service", default="127.0.0.1:7072")
    listen: str = setting("host:port to listen on", default="127.0.0.1:7070")
    workers: int = setting(
        "processes that listen there together, one for each processor that it may use", default=1, minimum=1
    )
    http_listen: str = setting(
        "host:port to serve HTTP with JSON on, for browsers and curl; empty: nowhere", default=""
    )
    tls_certificate: Path | None = setting(
        "PEM file with the certificate chain to show to clients; empty: plain text", default=None
    )
    tls_key: Path | None = setting("PEM file with the key of that certificate", default=None)
    internal_certificate: Path | None = setting(
        "PEM file with the certificate chain to show to the other parts; empty: plain text", default=None
    )
    internal_key: Path | None = setting("PEM file with the key of that certificate", default=None)
    internal_authority: Path | None = setting(
        "PEM file of the authority that signed every part's certificate, and nobody else's", default=None
    )
    create_signing_key: bool = setting(
        "whether to make the key file when it is missing; for a single gateway only", default=False
    )
    trusted_proxies: int = setting(
        "how many proxies stand in front, each of which adds the address that called it to x-forwarded-for; more than "
        "there are would let clients choose their address",
        default=0,
        minimum=0,
    )
    development: bool = setting("try things out: what is handy for that and not for a club's real data", default=False)
    reflection: bool = setting(
        "whether tools may ask for the descriptors of the public services; always in development", default=False
    )
    metrics_listen: str = setting(
        "host:port to serve metrics on, over HTTP, to Prometheus alone; further workers on the ports after it; empty: "
        "nowhere",
        default="",
    )
    tracing_endpoint: WebAddress = setting(
        "OTLP collector to send traces to by gRPC, such as http://collector:4317; needs dossier[otel]; empty: nowhere",
        default=WebAddress(""),
    )
    log_level: str = setting(
        "the least level of log lines", default="info", choices=("debug", "info", "warning", "error")
    )
    grace_seconds: float = setting("how long calls under way may take at shutdown, in seconds", default=10.0, minimum=0)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check all settings. Raises SettingsError with every problem."""
        return read_settings(cls, environ, prefix=PREFIX, together=[("tls_certificate", "tls_key"), INTERNAL_TLS])

    @property
    def identity(self) -> Identity | None:
        """What clients are shown."""
        return identity_of(self.tls_certificate, self.tls_key)

    @property
    def internal_identity(self) -> Identity | None:
        """What the other parts are shown and must show."""
        return identity_of(self.internal_certificate, self.internal_key, self.internal_authority)
