"""The settings of profile_service, read from variables that begin with DOSSIER_PROFILE_."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from profile_service.purges import FAIL_POINTS
from runtime import fail_points
from runtime.service_tokens import MIN_SECRET_BYTES
from runtime.settings import Secret, SettingsError, read_settings, setting

PREFIX = "DOSSIER_PROFILE_"


@dataclass(frozen=True, slots=True)
class Settings:
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
    data_dir: Path = setting("Directory of the database and the avatars.", default=Path("data/profile"))
    gateway_address: str = setting("Where the gateway serves its public keys.", default="127.0.0.1:7070")
    image_workers: int = setting("Pictures decoded at the same time.", default=1, minimum=1)
    password_threads: int = setting(
        "Passwords hashed at the same time; 0 means one for each core.", default=0, minimum=0
    )
    deletion_grace_days: int = setting(
        "Days in which a deleted account can be brought back; 0: it is purged at once.", default=14, minimum=0
    )
    reflection: bool = setting("Serve gRPC reflection, for grpcurl and the like.", default=False)
    metrics_listen: str = setting(
        "Address and port to serve metrics on, over HTTP, to Prometheus alone; empty: nowhere.", default=""
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
        settings = read_settings(cls, environ, prefix=PREFIX)
        if problem := fail_points.problem(settings.fail_point, FAIL_POINTS, enabled=settings.fail_points_enabled):
            raise SettingsError([f"{PREFIX}FAIL_POINT {problem}"])
        return settings
