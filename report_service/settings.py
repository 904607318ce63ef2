"""The settings of report_service, read from DOSSIER_REPORT_… variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from report_service.fail_points import ALL_NAMES
from report_service.reports import Rules
from runtime import fail_points
from runtime.s3_urls import BLOB_KEYS
from runtime.service_tokens import MIN_SECRET_BYTES
from runtime.settings import Secret, SettingsError, WebAddress, read_settings, setting
from runtime.stored import StorageSettings, Stored
from runtime.tls import INTERNAL_TLS, Identity, identity_of

PREFIX = "DOSSIER_REPORT_"
STORED = Stored(
    "report_service",
    Path(__file__).parent / "storage",
    database="report.sqlite3",
    files="reports",
    files_table="reports",
)


@dataclass(frozen=True, kw_only=True)
class Places(StorageSettings):
    """Where the service keeps its rows and files: all that its operator's commands need."""

    data_dir: Path = setting("Directory of the database and the finished files.", default=Path("data/report"))

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read and check the settings. Raises SettingsError with every problem."""
        return read_settings(cls, environ, prefix=PREFIX, together=[BLOB_KEYS])


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Places):
    """See each field's description."""

    internal_secret: Secret = setting(
        "what the parts of one installation know each other by; the same for all, 32 bytes at least",
        minimum=MIN_SECRET_BYTES,
    )
    page_secret: Secret = setting(
        "what page tokens are sealed and links to reports signed with; the same for all replicas, 32 bytes at least",
        minimum=32,
    )
    listen: str = setting("address to serve gRPC on", default="127.0.0.1:7072")
    workers: int = setting(
        "processes that serve the API there together; more than one need PostgreSQL and RabbitMQ", default=1, minimum=1
    )
    profile_address: str = setting("gRPC address of profile_service", default="127.0.0.1:7071")
    gateway_address: str = setting("gRPC address of the gateway, for its public keys", default="127.0.0.1:7070")
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
    amqp_url: Secret = setting(
        "AMQP address of RabbitMQ, with user and password, or those of a cluster's nodes with commas between them; "
        "empty keeps hints inside this process",
        default=Secret(b""),
    )
    embedded_worker: str = setting(
        "whether the API process makes reports itself; auto: only without RabbitMQ",
        default="auto",
        choices=("auto", "true", "false"),
    )
    render_workers: int = setting(
        "render processes of a worker; 0: one for every two processors, two at least", default=0, minimum=0
    )
    max_active_reports: int = setting("reports that one owner may have under way", default=5, minimum=1)
    max_kept_reports: int = setting("reports that one owner may have in all", default=50, minimum=1)
    retention_days: int = setting("days that a report is kept after it was finished", default=30, minimum=1)
    lease_seconds: int = setting(
        "seconds after which a silent worker's report goes to another; longer than a report may take",
        default=120,
        minimum=90,
    )
    public_url: WebAddress = setting(
        "where anybody reaches the club over HTTP, such as https://club.example.org: the code on reports leads there, "
        "and so do links; empty: the code only names the report, and links are paths alone",
        default=WebAddress(""),
    )
    purge_poll_seconds: float = setting(
        "seconds between looks for deleted accounts whose reports are to be purged", default=30.0, minimum=0.1
    )
    grace_seconds: float = setting("seconds that reports and calls under way get to finish", default=20.0, minimum=0)
    development: bool = setting("try things out: what is handy for that and not for a club's real data", default=False)
    reflection: bool = setting("whether to serve gRPC reflection; always in development", default=False)
    metrics_listen: str = setting(
        "address to serve metrics on, over HTTP, to Prometheus alone; further workers of the API on the ports after "
        "it; empty: nowhere; one for each process",
        default="",
    )
    tracing_endpoint: WebAddress = setting(
        "OTLP collector to send traces to by gRPC, such as http://collector:4317; needs dossier[otel]; empty: nowhere",
        default=WebAddress(""),
    )
    log_level: str = setting(
        "least important log line to print", default="info", choices=("debug", "info", "warning", "error")
    )

    fail_points_enabled: bool = setting("whether FAIL_POINT is obeyed, for tests only", default=False)
    fail_point: str = setting(
        "place at which the process kills itself, NAME or NAME:NTH, for tests only; empty: nowhere", default=""
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check the settings. Raises SettingsError with every problem."""
        unset = f"{PREFIX}AMQP_URL"
        settings = read_settings(
            cls,
            {key: value for key, value in environ.items() if value or key != unset},
            prefix=PREFIX,
            together=[INTERNAL_TLS, BLOB_KEYS],
        )
        if problem := fail_points.problem(settings.fail_point, ALL_NAMES, enabled=settings.fail_points_enabled):
            raise SettingsError([f"{PREFIX}FAIL_POINT {problem}"])
        if not settings.uses_amqp and settings.embedded_worker == "false":
            raise SettingsError([f"{PREFIX}EMBEDDED_WORKER cannot be false without {PREFIX}AMQP_URL; set one of them"])
        if settings.workers > 1 and not (settings.database_url.reveal() and settings.uses_amqp):
            raise SettingsError(
                [
                    f"{PREFIX}WORKERS must be 1 without {PREFIX}DATABASE_URL and {PREFIX}AMQP_URL; SQLite has one "
                    "writer, and hints that are kept inside a process reach no other"
                ]
            )
        return settings

    def require_amqp(self) -> None:
        """Return when a worker of its own can be reached. Raises SettingsError."""
        if not self.uses_amqp:
            raise SettingsError(
                [f"{PREFIX}AMQP_URL must be set for a worker process; the API hands it work over RabbitMQ"]
            )

    @property
    def internal_identity(self) -> Identity | None:
        """What the other parts are shown and must show."""
        return identity_of(self.internal_certificate, self.internal_key, self.internal_authority)

    @property
    def uses_amqp(self) -> bool:
        """Whether hints go over RabbitMQ."""
        return bool(self.amqp_url.reveal())

    @property
    def embeds_worker(self) -> bool:
        """Whether the API process makes reports itself."""
        return self.embedded_worker == "true" or (self.embedded_worker == "auto" and not self.uses_amqp)

    @property
    def render_children(self) -> int:
        """How many render processes a worker has. With two, one report that hangs does not stop the others."""
        return self.render_workers or max(2, (os.cpu_count() or 1) // 2)

    @property
    def rules(self) -> Rules:
        """The numbers by which reports live."""
        return Rules(
            max_active=self.max_active_reports,
            max_kept=self.max_kept_reports,
            lease_seconds=self.lease_seconds,
            retention_days=self.retention_days,
        )
