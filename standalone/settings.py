"""The settings of the standalone shape, read from variables that begin with DOSSIER_."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime.settings import read_settings, setting

PREFIX = "DOSSIER_"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set. Secrets are made on the first start and kept in the data directory."""

    data_dir: Path = setting("Directory that holds everything.", default=Path("data"))
    listen: str = setting("Address and port to serve on.", default="127.0.0.1:7070")
    render_workers: int = setting("Reports rendered at the same time.", default=2, minimum=1)
    image_workers: int = setting("Pictures decoded at the same time.", default=1, minimum=1)
    deletion_grace_days: int = setting(
        "Days in which a deleted account can be brought back; 0: it is purged at once.", default=14, minimum=0
    )
    reflection: bool = setting("Serve gRPC reflection, for grpcurl and the like.", default=True)
    metrics_listen: str = setting(
        "Address and port to serve metrics on, over HTTP, to Prometheus alone; empty: nowhere.", default=""
    )
    log_level: str = setting("Least level of logs.", default="warning", choices=("debug", "info", "warning", "error"))
    grace_seconds: float = setting("Seconds that calls under way get at the end.", default=10.0, minimum=0)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check all settings. Raises SettingsError with every problem."""
        return read_settings(cls, environ, prefix=PREFIX)
