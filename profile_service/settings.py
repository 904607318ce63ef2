"""The settings of profile_service, read from variables that begin with DOSSIER_PROFILE_."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from profile_service import points
from profile_service.purges import FAIL_POINTS
from runtime import fail_points
from runtime.s3_urls import BLOB_KEYS
from runtime.service_tokens import MIN_SECRET_BYTES
from runtime.settings import Secret, SettingsError, WebAddress, read_settings, setting
from runtime.stored import StorageSettings, Stored
from runtime.tls import INTERNAL_TLS, Identity, identity_of

PREFIX = "DOSSIER_PROFILE_"
STORED = Stored(
    "profile_service",
    Path(__file__).parent / "storage",
    database="profile.db",
    files="avatars",
    files_table="avatar_variants",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """How mail leaves; the same for a service by itself and for all in one process."""

    smtp_host: str = setting("Host of the mail server; empty: none is sent, or in development printed.", default="")
    smtp_port: int = setting("Port of the mail server.", default=587, minimum=1)
    smtp_security: str = setting(
        "How the connection to the mail server is encrypted.", default="starttls", choices=("starttls", "tls", "none")
    )
    smtp_user: str = setting("User to sign in to the mail server as; empty: nobody.", default="")
    smtp_password: Secret = setting("Password of that user.", default=Secret(b""))
    reset_mails_per_hour: int = setting(
        "Mails to reset a password that can be asked for in an hour from one network (/24 or /64); 0: any number.",
        default=20,
        minimum=0,
    )
    mail_from: str = setting("Address that mail comes from.", default="dossier@localhost")
    mail_link: str = setting(
        "Page that mails link to, with {action} (confirm_email, reset_password) and {token}; empty: no link.",
        default="",
    )


@dataclass(frozen=True, kw_only=True)
class Places(StorageSettings):
    """Where the service keeps its rows and files: all that its operator's commands need."""

    data_dir: Path = setting("Directory of the database and the avatars.", default=Path("data/profile"))

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read and check the settings. Raises SettingsError with every problem."""
        return read_settings(cls, environ, prefix=PREFIX, together=[BLOB_KEYS])


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Places, MailSettings):
    """What an operator may set."""

    internal_secret: Secret = setting(
        "Secret that all parts share, for calls between them; 32 bytes or more.", minimum=MIN_SECRET_BYTES
    )
    refresh_secret: Secret = setting("Secret that refresh tokens are made with; 32 bytes or more.", minimum=32)
    page_secret: Secret = setting("Secret that page tokens are sealed with; 32 bytes or more.", minimum=32)
    deletion_secret: Secret = setting(
        "Secret that names of deleted accounts are kept by and receipts are sealed with; 32 bytes or more. Never "
        "change it: those names could be given out again.",
        minimum=32,
    )
    listen: str = setting("Address and port to serve on.", default="127.0.0.1:7071")
    workers: int = setting(
        "Processes that serve there together, one for each processor that it may use; more than one need PostgreSQL.",
        default=1,
        minimum=1,
    )
    gateway_address: str = setting("Where the gateway serves its public keys.", default="127.0.0.1:7070")
    gateway_authority: Path | None = setting(
        "PEM file of the authority of the gateway's certificate; empty: plain text", default=None
    )
    internal_certificate: Path | None = setting(
        "PEM file with the certificate chain to show to the other parts; empty: plain text", default=None
    )
    internal_key: Path | None = setting("PEM file with the key of that certificate", default=None)
    internal_authority: Path | None = setting(
        "PEM file of the authority that signed every part's certificate, and nobody else's", default=None
    )
    trusted_proxies: int = setting(
        "How many proxies lead clients here past the gateway, such as an Envoy, each of which adds the address that "
        "called it to x-forwarded-for; 0: everybody comes through the gateway.",
        default=0,
        minimum=0,
    )
    image_workers: int = setting("Pictures decoded at the same time.", default=1, minimum=1)
    avatar_moderator: str = setting(
        "Moderation of pictures, as package.module:factory of a package that is installed; empty: none.", default=""
    )
    password_threads: int = setting(
        "Passwords hashed at the same time; 0 means one for each core.", default=0, minimum=0
    )
    sign_ups_per_hour: int = setting(
        "Accounts that can be opened in an hour from one network (/24 or /64); 0: any number.", default=30, minimum=0
    )
    deletion_grace_days: int = setting(
        "Days in which a deleted account can be brought back; 0: it is purged at once.", default=14, minimum=0
    )
    points_profile: str = setting(
        "Points profile of games that name none.", default="federation-1", choices=tuple(points.PROFILES)
    )
    amqp_url: Secret = setting(
        "AMQP address of the RabbitMQ that games come from, with user and password, or those of a cluster's nodes with "
        "commas between them; empty: none come so.",
        default=Secret(b""),
    )
    development: bool = setting("Try things out: what is handy for that and not for a club's real data.", default=False)
    reflection: bool = setting("Serve gRPC reflection, for grpcurl; always in development.", default=False)
    metrics_listen: str = setting(
        "Address and port to serve metrics on, over HTTP, to Prometheus alone; further workers on the ports after it; "
        "empty: nowhere.",
        default="",
    )
    tracing_endpoint: WebAddress = setting(
        "OTLP collector to send traces to by gRPC, such as http://collector:4317; needs dossier[otel]; empty: nowhere.",
        default=WebAddress(""),
    )
    log_level: str = setting("Least level of logs.", default="info", choices=("debug", "info", "warning", "error"))
    grace_seconds: float = setting("Seconds that calls under way get at the end.", default=10.0, minimum=0)

    fail_points_enabled: bool = setting("Whether FAIL_POINT is obeyed, for tests only.", default=False)
    fail_point: str = setting(
        "Place at which the process kills itself, NAME or NAME:NTH, for tests only; empty: nowhere.", default=""
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check all settings. Raises SettingsError with every problem."""
        settings = read_settings(cls, environ, prefix=PREFIX, together=[INTERNAL_TLS, BLOB_KEYS])
        if problem := fail_points.problem(settings.fail_point, FAIL_POINTS, enabled=settings.fail_points_enabled):
            raise SettingsError([f"{PREFIX}FAIL_POINT {problem}"])
        if settings.workers > 1 and not settings.database_url.reveal():
            raise SettingsError([f"{PREFIX}WORKERS must be 1 without {PREFIX}DATABASE_URL; SQLite has one writer"])
        return settings

    @property
    def internal_identity(self) -> Identity | None:
        """What the other parts are shown and must show."""
        return identity_of(self.internal_certificate, self.internal_key, self.internal_authority)
