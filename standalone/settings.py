"""The settings of the standalone shape, read from variables that begin with DOSSIER_."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from profile_service.settings import MailSettings
from runtime.settings import read_settings, setting

PREFIX = "DOSSIER_"


@dataclass(frozen=True, slots=True)
class Settings(MailSettings):
    """What an operator may set. Secrets are made on the first start and kept in the data directory."""

    data_dir: Path = setting("Directory that holds everything.", default=Path("data"))
    listen: str = setting("Address and port to serve on.", default="127.0.0.1:7070")
    render_workers: int = setting("Reports rendered at the same time.", default=2, minimum=1)
    image_workers: int = setting("Pictures decoded at the same time.", default=1, minimum=1)
    development: bool = setting("Try things out: what is handy for that and not for a club's real data.", default=False)
    reflection: bool = setting("Serve gRPC reflection, for grpcurl; always in development.", default=False)
    metrics_listen: str = setting(
        "Address and port to serve metrics on, over HTTP, to Prometheus alone; empty: nowhere.", default=""
    )
    log_level: str = setting("Least level of logs.", default="warning", choices=("debug", "info", "warning", "error"))
    grace_seconds: float = setting("Seconds that calls under way get at the end.", default=10.0, minimum=0)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check all settings. Raises SettingsError with every problem."""
        return read_settings(cls, environ, prefix=PREFIX)
