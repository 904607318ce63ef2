"""The settings of the standalone shape, read from variables that begin with DOSSIER_."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from profile_service.settings import MailSettings
from runtime.settings import WebAddress, read_settings, setting
from runtime.tls import Identity, identity_of

PREFIX = "DOSSIER_"


@dataclass(frozen=True, slots=True)
class Settings(MailSettings):
    """What an operator may set. Secrets are made on the first start and kept in the data directory."""

    data_dir: Path = setting("Directory that holds everything.", default=Path("data"))
    listen: str = setting("Address and port to serve on.", default="127.0.0.1:7070")
    http_listen: str = setting(
        "Address and port to serve HTTP on, for browsers and curl; `dossier up` gives 127.0.0.1:7080. Empty: nowhere.",
        default="",
    )
    tls_certificate: Path | None = setting(
        "PEM file with the certificate chain to show to clients; empty: plain text", default=None
    )
    tls_key: Path | None = setting("PEM file with the key of that certificate", default=None)
    public_url: WebAddress = setting(
        "Where anybody reaches the club over HTTP, such as https://club.example.org: the code on reports leads there, "
        "and so do links; empty: the code only names the report, and links are paths alone.",
        default=WebAddress(""),
    )
    render_workers: int = setting("Reports rendered at the same time.", default=2, minimum=1)
    image_workers: int = setting("Pictures decoded at the same time.", default=1, minimum=1)
    avatar_moderator: str = setting(
        "Moderation of pictures, as package.module:factory of a package that is installed; empty: none.", default=""
    )
    trusted_proxies: int = setting(
        "How many proxies stand in front, each of which adds the address that called it to x-forwarded-for; more than "
        "there are would let clients choose their address.",
        default=0,
        minimum=0,
    )
    sign_ups_per_hour: int = setting(
        "Accounts that can be opened in an hour from one network (/24 or /64); 0: any number.", default=30, minimum=0
    )
    deletion_grace_days: int = setting(
        "Days in which a deleted account can be brought back; 0: it is purged at once.", default=14, minimum=0
    )
    points_profile: str = setting("Points profile of games that name none.", default="federation-1")
    development: bool = setting("Try things out: what is handy for that and not for a club's real data.", default=False)
    reflection: bool = setting("Serve gRPC reflection, for grpcurl; always in development.", default=False)
    metrics_listen: str = setting(
        "Address and port to serve metrics on, over HTTP, to Prometheus alone; empty: nowhere.", default=""
    )
    tracing_endpoint: WebAddress = setting(
        "OTLP collector to send traces to by gRPC, such as http://collector:4317; needs dossier[otel]; empty: nowhere.",
        default=WebAddress(""),
    )
    log_level: str = setting("Least level of logs.", default="warning", choices=("debug", "info", "warning", "error"))
    grace_seconds: float = setting("Seconds that calls under way get at the end.", default=10.0, minimum=0)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check all settings. Raises SettingsError with every problem."""
        return read_settings(cls, environ, prefix=PREFIX, together=[("tls_certificate", "tls_key")])

    @property
    def http_address(self) -> str:
        """Where browsers reach it, empty for nowhere."""
        scheme = "https" if self.identity else "http"
        return f"{scheme}://{self.http_listen}" if self.http_listen else ""

    @property
    def identity(self) -> Identity | None:
        """What clients are shown."""
        return identity_of(self.tls_certificate, self.tls_key)
