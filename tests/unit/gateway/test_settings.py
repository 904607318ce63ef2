"""The gateway's settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.settings import Settings
from runtime.settings import SettingsError

ENVIRON = {
    "DOSSIER_GATEWAY_SIGNING_KEY_FILE": "/run/keys.pem",
    "DOSSIER_GATEWAY_INTERNAL_SECRET": "a-secret-of-the-tests-0123456789ab",
}


def test_defaults_are_safe() -> None:
    """Without being told otherwise it listens to this machine only, shows nothing and makes no key."""
    settings = Settings.from_env(ENVIRON)
    assert settings.listen == "127.0.0.1:7070"
    assert not settings.reflection
    assert not settings.development
    assert not settings.create_signing_key
    assert settings.signing_key_file == Path("/run/keys.pem")


def test_all_problems_are_told_at_once() -> None:
    """An operator mends the environment in one go."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"DOSSIER_GATEWAY_INTERNAL_SECRET": "short", "DOSSIER_GATEWAY_GRACE_SECONDS": "-1",
                           "DOSSIER_GATEWAY_LOG_LEVEL": "loud"})  # fmt: skip
    told = " ".join(caught.value.problems)
    assert len(caught.value.problems) == 4
    for name in ("SIGNING_KEY_FILE", "INTERNAL_SECRET", "GRACE_SECONDS", "LOG_LEVEL"):
        assert f"DOSSIER_GATEWAY_{name}" in told
    assert "short" not in told
