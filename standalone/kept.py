"""What both services keep, in a data directory or by the settings of services that run on their own."""

from __future__ import annotations

import os
from pathlib import Path

import profile_service.settings
import report_service.settings
from runtime.stored import StorageSettings, Stored, StoredUnusable

STORED = (profile_service.settings.STORED, report_service.settings.STORED)
# The profile service's first: see `standalone.backups` for why.
Kept = tuple[tuple[Stored, StorageSettings], ...]


def kept_in(data: Path) -> Kept:
    """Return what the data directory of a standalone installation holds."""
    profile = profile_service.settings.Places(data_dir=data / "profile")
    report = report_service.settings.Places(data_dir=data / "report")
    return tuple(zip(STORED, (profile, report), strict=True))


def kept_by_settings() -> Kept:
    """Return what the services of the environment's settings keep. Raises SettingsError."""
    profile = profile_service.settings.Places.from_env(os.environ)
    report = report_service.settings.Places.from_env(os.environ)
    return tuple(zip(STORED, (profile, report), strict=True))


def require_installation(data: Path) -> None:
    """Raises StoredUnusable when the directory is not that of a standalone installation."""
    if not all((settings.data_dir / stored.database).exists() for stored, settings in kept_in(data)):
        raise StoredUnusable(f"there is no installation in {data}; name the folder of a standalone server")
