"""What report_service reads from its environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from report_service.settings import Settings
from runtime.s3_urls import S3Credentials, S3Url
from runtime.settings import SettingsError

NEEDED = {
    "DOSSIER_REPORT_INTERNAL_SECRET": "an-internal-secret-of-the-tests-01",
    "DOSSIER_REPORT_PAGE_SECRET": "a-secret-for-pages-of-the-tests-02",
}
AMQP = {"DOSSIER_REPORT_AMQP_URL": "amqp://user:secret@broker/"}


def test_defaults_make_one_process_that_does_it_all() -> None:
    """Two secrets are enough to start with."""
    settings = Settings.from_env(NEEDED)
    assert settings.embeds_worker
    assert not settings.uses_amqp
    assert settings.render_children >= 2
    assert settings.listen == "127.0.0.1:7072"
    assert settings.rules.retention_seconds == 30 * 24 * 3600


def test_files_are_in_the_data_directory_unless_a_bucket_is_named(tmp_path: Path) -> None:
    """The secret may come from a file, and without a key the environment's are used."""
    settings = Settings.from_env(NEEDED)
    assert (settings.blobs_url, settings.blobs_credentials) == (None, None)
    (tmp_path / "secret").write_text("hidden\n")
    url, key = {"DOSSIER_REPORT_BLOBS_URL": "s3://club/x"}, {"DOSSIER_REPORT_BLOBS_ACCESS_KEY_ID": "key"}
    settings = Settings.from_env(NEEDED | url)
    assert (settings.blobs_url, settings.blobs_credentials) == (S3Url("club", "x"), None)
    file = {"DOSSIER_REPORT_BLOBS_SECRET_ACCESS_KEY_FILE": str(tmp_path / "secret")}
    assert Settings.from_env(NEEDED | url | key | file).blobs_credentials == S3Credentials("key", "hidden")
    with pytest.raises(SettingsError, match="must be set together"):
        Settings.from_env(NEEDED | url | key)


def test_several_processes_need_servers_to_meet_at() -> None:
    """Rows in SQLite, or hints inside a process, are for one."""
    rows = {"DOSSIER_REPORT_DATABASE_URL": "postgresql://user:secret@host/name"}
    several = NEEDED | {"DOSSIER_REPORT_WORKERS": "2"}
    assert Settings.from_env(several | AMQP | rows).workers == 2
    for missing in (AMQP, rows, {}):
        with pytest.raises(SettingsError, match="WORKERS must be 1 without") as caught:
            Settings.from_env(several | missing)
        assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    ("environ", "embeds_worker"),
    [
        ({}, True),
        ({"DOSSIER_REPORT_AMQP_URL": ""}, True),
        (AMQP, False),
        (AMQP | {"DOSSIER_REPORT_EMBEDDED_WORKER": "true"}, True),
        (AMQP | {"DOSSIER_REPORT_EMBEDDED_WORKER": "false"}, False),
    ],
)
def test_worker_is_embedded_when_no_broker_has_others(environ: dict[str, str], embeds_worker: bool) -> None:
    """By itself the API makes reports only when nobody else could."""
    assert Settings.from_env(NEEDED | environ).embeds_worker is embeds_worker


def test_settings_are_refused_when_nobody_would_make_reports() -> None:
    """An API without worker and without broker is a mistake."""
    with pytest.raises(SettingsError, match="EMBEDDED_WORKER"):
        Settings.from_env(NEEDED | {"DOSSIER_REPORT_EMBEDDED_WORKER": "false"})


def test_worker_process_is_refused_without_broker() -> None:
    """A worker of its own has to be reached."""
    with pytest.raises(SettingsError, match="DOSSIER_REPORT_AMQP_URL must be set"):
        Settings.from_env(NEEDED).require_amqp()
    Settings.from_env(NEEDED | AMQP).require_amqp()


def test_secrets_do_not_show() -> None:
    """Neither secrets nor the broker's password are printed with the settings."""
    printed = repr(Settings.from_env(NEEDED | AMQP))
    assert "secret@" not in printed
    assert "iiii" not in printed


def test_all_problems_are_told_at_once() -> None:
    """One run tells everything that is to be mended."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"DOSSIER_REPORT_PAGE_SECRET": "short", "DOSSIER_REPORT_LEASE_SECONDS": "5"})
    assert len(caught.value.problems) == 3


def test_public_address_is_one_that_a_path_can_be_added_to() -> None:
    """A slash at the end is no matter; what is no address stops the process."""
    url = {"DOSSIER_REPORT_PUBLIC_URL": "https://club.example.org/mafia/"}
    assert Settings.from_env(NEEDED | url).public_url == "https://club.example.org/mafia"
    assert (
        Settings.from_env(NEEDED | {"DOSSIER_REPORT_PUBLIC_URL": "HTTPS://club.example"}).public_url
        == "https://club.example"
    )
    for bad in (
        "club.example.org",
        "javascript:alert(1)",
        "https://",
        "https://a/?b=c",
        "https://a b/",
        "https://клуб.example",
        f"https://{'a' * 120}.example",
    ):
        with pytest.raises(SettingsError, match="PUBLIC_URL must be an address"):
            Settings.from_env(NEEDED | {"DOSSIER_REPORT_PUBLIC_URL": bad})
