"""What services keep in PostgreSQL and S3 is kept in one file while they serve, and brought back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import standalone.server_backups
from client.cli.progress import CountProgress
from runtime.blobs import open_blobs
from runtime.stored import StoredUnusable
from standalone.backups import back_up, restore
from standalone.kept import kept_by_settings
from standalone.moving import move_to_servers
from standalone.server_backups import copy_of_servers
from tests.integration.standalone.clubs import Club, contents, make_club
from tests.integration.standalone.commands import run
from tests.integration.standalone.conftest import Servers

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def served(tmp_path: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """A club of `tmp_path / "data"` that was moved to servers; return the settings, which the environment has too."""
    await make_club(tmp_path / "data", Club(users=20, pictures=30, reports=10))
    environ = await servers(tmp_path / "data")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    await move_to_servers(tmp_path / "data")
    return environ


async def test_backup_of_servers_brings_back_the_same(tmp_path: Path, served: Mapping[str, str]) -> None:
    """Rows, files and secrets are there again, though a service is connected; no scrap is left beside the file."""
    file, back = tmp_path / "kept" / "club.tar", tmp_path / "back"
    file.parent.mkdir()
    connection = await asyncpg.connect(served["DOSSIER_PROFILE_DATABASE_URL"])
    try:
        done = await run("standalone.stored", "backup", file, environ=served)
    finally:
        await connection.close()
    assert done.code == 0, done.err
    assert "holds all of what the services keep" in done.out
    assert [path.name for path in file.parent.iterdir()] == ["club.tar"]
    restore(file, back)
    assert contents(back) == contents(tmp_path / "data")


async def test_backup_of_servers_is_as_of_one_moment(
    tmp_path: Path, served: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What goes with its file while files are copied is in none of it, and counts as no loss."""
    between = _Once(lambda: _forget_a_picture(served))
    monkeypatch.setattr(standalone.server_backups, "CountProgress", between.progress)
    file, back = tmp_path / "club.tar", tmp_path / "back"
    async with copy_of_servers(file) as data:
        back_up(data, file)
    assert "missing" not in capsys.readouterr().out
    restore(file, back)
    before, after = contents(tmp_path / "data"), contents(back)
    assert set(before["avatars"]) - set(after["avatars"]) == {between.result}
    assert len(before["avatar_variants"]) - len(after["avatar_variants"]) == 1


class _Once:
    """Does something when the first files of the profile service are about to be copied."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self.result: Any = None

    def progress(self, name: str, total: int) -> CountProgress:
        if name == "profile_service files" and self.result is None:
            self.result = self._work()
        return CountProgress(name, total)


def _forget_a_picture(environ: Mapping[str, str]) -> str:
    """Delete the row of a picture and its file, as the service does; from a thread, as the loop is at work."""

    async def forget() -> str:
        connection = await asyncpg.connect(environ["DOSSIER_PROFILE_DATABASE_URL"])
        try:
            key: str = await connection.fetchval(
                "DELETE FROM avatar_variants WHERE blob_key LIKE '000007/%' RETURNING blob_key"
            )
        finally:
            await connection.close()
        [(stored, settings), _] = kept_by_settings()
        blobs = await open_blobs(settings.blobs_url, settings.data_dir / stored.files, settings.blobs_credentials)
        await blobs.delete([key])
        return key

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, forget()).result()


async def test_backup_of_another_versions_servers_is_refused(tmp_path: Path, served: Mapping[str, str]) -> None:
    """It neither changes their schema nor leaves anything out of what it does not know."""
    connection = await asyncpg.connect(served["DOSSIER_REPORT_DATABASE_URL"])
    try:
        await connection.execute("INSERT INTO schema_version VALUES (9999)")
    finally:
        await connection.close()
    with pytest.raises(StoredUnusable, match="report_service: the schema is at version 9999"):
        async with copy_of_servers(tmp_path / "club.tar"):
            pass


async def test_backup_of_settings_without_a_database_is_refused(
    tmp_path: Path, served: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders that services serve are kept by naming them."""
    monkeypatch.delenv("DOSSIER_REPORT_DATABASE_URL")
    with pytest.raises(StoredUnusable, match="report_service: the settings name no database"):
        async with copy_of_servers(tmp_path / "club.tar"):
            pass
