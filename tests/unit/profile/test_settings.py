"""What profile_service reads from its environment."""

from __future__ import annotations

import pytest

from profile_service.settings import Settings
from runtime.settings import SettingsError

NEEDED = {
    f"DOSSIER_PROFILE_{name}_SECRET": f"{name}-secret-of-the-tests-0123456789"
    for name in ("INTERNAL", "REFRESH", "PAGE", "DELETION")
}


def test_several_processes_need_postgresql() -> None:
    """SQLite has one writer; that is one sentence."""
    several = NEEDED | {"DOSSIER_PROFILE_WORKERS": "2"}
    with pytest.raises(SettingsError, match="WORKERS must be 1 without DOSSIER_PROFILE_DATABASE_URL") as caught:
        Settings.from_env(several)
    assert len(caught.value.problems) == 1
    rows = {"DOSSIER_PROFILE_DATABASE_URL": "postgresql://user:secret@host/name"}
    assert Settings.from_env(several | rows).workers == 2
