"""Fail points: off by default, refused unless wanted twice, deadly at the right pass."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from profile_service.settings import Settings as ProfileSettings
from report_service.fail_points import ALL_NAMES
from report_service.settings import Settings
from runtime.fail_points import fail_point, nowhere, parse
from runtime.settings import SettingsError

NEEDED = {
    "DOSSIER_REPORT_INTERNAL_SECRET": "an-internal-secret-of-the-tests-01",
    "DOSSIER_REPORT_PAGE_SECRET": "a-secret-for-pages-of-the-tests-02",
}
NAMED = NEEDED | {"DOSSIER_REPORT_FAIL_POINT": "worker_after_claim:2"}
PASSES = """
from profile_service.settings import Settings as ProfileSettings
from report_service.fail_points import NAMES
from runtime.fail_points import fail_point
passes = fail_point("worker_after_claim:3", NAMES)
for _ in range(2):
    passes("worker_after_claim")
    passes("worker_before_ack")
print("alive", flush=True)
passes("worker_after_claim")
print("alive still", flush=True)
"""


def test_every_place_passes_when_nothing_is_set() -> None:
    """Production runs through the one function that does nothing."""
    assert fail_point(Settings.from_env(NEEDED).fail_point, ALL_NAMES) is nowhere
    for name in ALL_NAMES:
        nowhere(name)


def test_process_dies_by_sigkill_at_the_pass_that_was_set() -> None:
    """Other places and earlier passes are survived; no handler, buffer or exit hook gets a chance."""
    ended = subprocess.run([sys.executable, "-c", PASSES], capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout == "alive\n"


def test_fail_point_is_refused_when_not_enabled() -> None:
    """One variable that was left over cannot kill a server."""
    with pytest.raises(SettingsError, match="DOSSIER_REPORT_FAIL_POINT kills the process and is for tests; unset it"):
        Settings.from_env(NAMED)
    enabled = Settings.from_env(NAMED | {"DOSSIER_REPORT_FAIL_POINTS_ENABLED": "true"})
    assert parse(enabled.fail_point, ALL_NAMES) == ("worker_after_claim", 2)


def test_fail_point_of_the_profile_service_is_refused_alike() -> None:
    """It too must be wanted twice, and name a place."""
    secrets = ("INTERNAL", "REFRESH", "PAGE", "DELETION")
    environ = {f"DOSSIER_PROFILE_{name}_SECRET": f"a-secret-for-{name.lower()}-of-the-tests-03" for name in secrets}
    environ["DOSSIER_PROFILE_FAIL_POINT"] = "worker_after_claim"
    with pytest.raises(SettingsError, match="DOSSIER_PROFILE_FAIL_POINT kills the process"):
        ProfileSettings.from_env(environ)
    with pytest.raises(SettingsError, match="DOSSIER_PROFILE_FAIL_POINT must be one of purge_before_begin, "):
        ProfileSettings.from_env(environ | {"DOSSIER_PROFILE_FAIL_POINTS_ENABLED": "true"})


@pytest.mark.parametrize(
    "text", ["nowhere_known", "worker_after_claim:0", "worker_after_claim:", "worker_after_claim "]
)
def test_fail_point_is_refused_when_it_names_no_place(text: str) -> None:
    """A test that would break nothing does not run."""
    environ = NEEDED | {"DOSSIER_REPORT_FAIL_POINTS_ENABLED": "true", "DOSSIER_REPORT_FAIL_POINT": text}
    with pytest.raises(SettingsError, match="DOSSIER_REPORT_FAIL_POINT must be one of create_before_commit, "):
        Settings.from_env(environ)
