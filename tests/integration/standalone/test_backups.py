"""A data directory is kept in one file while it is served, and brought back."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import sys
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

import standalone.backups
from client import DossierClient
from runtime.data_directory import DataDirectoryUnusable, hold
from runtime.stored import StoredUnusable
from standalone.archives import Archive
from standalone.backups import back_up, restore
from tests.e2e.processes import Part
from tests.integration.standalone.clubs import Club, contents, make_club
from tests.integration.standalone.commands import run
from tests.picture_files import a_picture, saved
from tests.provision.ports import free_port

CLUB = Club(users=30, pictures=60, reports=20)


async def test_backup_brings_back_the_same(tmp_path: Path) -> None:
    """All rows, files and secrets are there again; whoever is not the owner may not read the file."""
    data, back, file = tmp_path / "data", tmp_path / "back", tmp_path / "club.tar"
    await make_club(data, CLUB)
    back_up(data, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["club.tar", "data"]
    restore(file, back)
    assert contents(back) == contents(data)
    assert sorted(path.name for path in back.iterdir()) == ["lock", "profile", "report", "secrets"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in back.rglob("*") if path.is_file())


async def test_backup_names_no_file_that_was_deleted_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that goes with its row between the snapshot and the copy is in neither."""
    data, back, file = tmp_path / "data", tmp_path / "back", tmp_path / "club.tar"
    await make_club(data, CLUB)
    snapshots: list[Path] = []

    def snapshot(path: Path, copy: Path) -> None:
        real(path, copy)
        snapshots.append(path)
        if len(snapshots) == 1:
            with closing(sqlite3.connect(path)) as database, database:
                [[key]] = database.execute("SELECT blob_key FROM avatar_variants WHERE blob_key LIKE '000007/%'")
                database.execute("DELETE FROM avatar_variants WHERE blob_key = ?", (key,))
            (data / "profile" / "avatars" / key).unlink()

    real = standalone.backups.snapshot
    monkeypatch.setattr(standalone.backups, "snapshot", snapshot)
    back_up(data, file)
    assert len(snapshots) == 4
    restore(file, back)
    assert contents(back) == contents(data)


async def test_files_lost_before_the_backup_are_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is missing without being deleted, or is not what its row says, holds nothing up."""
    data, back, file = tmp_path / "data", tmp_path / "back", tmp_path / "club.tar"
    await make_club(data, CLUB)
    [gone, spoilt] = sorted(path for path in (data / "report" / "reports").rglob("*") if path.is_file())[:2]
    gone.unlink()
    spoilt.write_bytes(b"spoilt")
    back_up(data, file)
    told = capsys.readouterr().out
    assert f"2 files that rows name are missing or damaged in {data}" in told
    assert gone.name in told
    assert spoilt.name in told
    restore(file, back)
    assert contents(back) == contents(data)


async def test_damaged_backup_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    """Neither a changed byte, nor a missing end, nor another kind of file becomes an installation."""
    data, back, file = tmp_path / "data", tmp_path / "back", tmp_path / "club.tar"
    await make_club(data, CLUB)
    back_up(data, file)
    whole = file.read_bytes()
    with tarfile.open(file) as tar:
        middle = tar.getmember("profile/profile.db").offset_data + 5000
    for content, message in (
        (whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], "damaged: profile/profile.db"),
        (whole[: len(whole) // 2], "no backup of Dossier, or not all of one"),
        (b"something else", "no backup of Dossier, or not all of one"),
    ):
        file.write_bytes(content)
        with pytest.raises(StoredUnusable, match=message):
            restore(file, back)
        assert [path.name for path in back.iterdir()] == ["lock"]
    file.write_bytes(whole)
    restore(file, back)
    assert contents(back) == contents(data)


_KILLED = """
import os, signal, sys
from pathlib import Path
from standalone.backups import restore

left, rename = int(sys.argv[1]), Path.rename

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def rename_or_die(path, target):
    global left
    if left == 0:
        die()
    left -= 1
    return rename(path, target)

Path.rename, Path.rmdir = rename_or_die, die
restore(Path(sys.argv[2]), Path(sys.argv[3]))
"""


async def test_restore_that_was_killed_is_used_by_nobody_until_it_was_run_again(tmp_path: Path) -> None:
    """Before, between and after the renames: a server is refused in one sentence, and the second restore has it all."""
    data, file = tmp_path / "data", tmp_path / "club.tar"
    await make_club(data, Club(users=2, pictures=2, reports=2))
    back_up(data, file)
    for renames in range(4):
        back = tmp_path / f"back-{renames}"
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", _KILLED, str(renames), file, back)
        assert await process.wait() == -signal.SIGKILL
        found = {path.name for path in back.iterdir()} - {"lock"}
        assert found == {".unfinished-restore", *["secrets", "report", "profile"][:renames]}
        told = "has not ended; run `dossier admin restore` once more"
        with pytest.raises(DataDirectoryUnusable, match=told), hold(back):
            pass
        restore(file, back)
        with hold(back):
            assert contents(back) == contents(data)


async def test_restore_that_was_interrupted_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C between two renames takes back the first."""
    data, back, file = tmp_path / "data", tmp_path / "back", tmp_path / "club.tar"
    await make_club(data, Club(users=2, pictures=2, reports=2))
    back_up(data, file)
    rename = Path.rename

    def interrupted(path: Path, target: Path) -> Path:
        if path.name == "profile":
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        restore(file, back)
    assert [path.name for path in back.iterdir()] == ["lock"]


def test_backup_that_names_other_places_is_refused(tmp_path: Path) -> None:
    """Nothing is written outside of the directory, whatever a file claims to be."""
    file = tmp_path / "club.tar"
    with tarfile.open(file, "w") as tar:
        archive = Archive(tar)
        names = ["../outside.key", "profile/profile.db", "report/report.sqlite3", "secrets/deletions.key"]
        for name in names:
            archive.add_bytes(b"x", name)
        digest = [1, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"]
        manifest = {"format": 1, "version": "0", "time": "now", "files": dict.fromkeys(names, digest)}
        archive.add_bytes(json.dumps(manifest).encode(), "manifest.json")
    with pytest.raises(StoredUnusable, match=r"damaged: \.\./outside\.key"):
        restore(file, tmp_path / "back")
    assert not (tmp_path / "outside.key").exists()


async def test_nothing_is_written_over(tmp_path: Path) -> None:
    """A backup takes no other file's place, and is not brought back where something is or a server runs."""
    data, file = tmp_path / "data", tmp_path / "club.tar"
    await make_club(data, CLUB)
    back_up(data, file)
    with pytest.raises(StoredUnusable, match="already"):
        back_up(data, file)
    with pytest.raises(StoredUnusable, match="is not empty"):
        restore(file, data)
    with pytest.raises(StoredUnusable, match="there is no installation"):
        back_up(tmp_path / "nowhere", tmp_path / "other.tar")
    with hold(tmp_path / "held"):
        refused = await run("standalone.stored", "restore", file, "--data", tmp_path / "held")
    assert refused.code == 1
    assert "another Dossier is running" in refused.err


@asynccontextmanager
async def serving(data: Path) -> AsyncIterator[str]:
    """Serve a data directory; yield the address."""
    address = f"127.0.0.1:{free_port()}"
    environ = {"DOSSIER_DATA_DIR": str(data), "DOSSIER_LISTEN": address, "DOSSIER_SIGN_UPS_PER_HOUR": "0"}
    part = Part("standalone", environ=environ, folder=data.parent, address=address)
    try:
        part.start()
        await asyncio.to_thread(part.wait_serving)
        yield address
    finally:
        await asyncio.to_thread(part.clean_up)


async def play(address: str, username: str, first: asyncio.Event) -> None:
    """Sign up, and change the avatar over and over until cancelled."""
    async with DossierClient(address) as player:
        await player.sign_up(username, email=f"{username}@example.org", password="correct horse battery")
        while True:
            await player.set_avatar(saved(a_picture(), "PNG"))
            first.set()


@pytest.mark.timeout(120)
async def test_backup_of_a_busy_server_starts_and_serves(tmp_path: Path) -> None:
    """What is brought back has every account with the avatar that it had at some moment, and lets people in."""
    data, back, file = tmp_path / "data", tmp_path / "back", tmp_path / "club.tar"
    names = ["anna", "boris", "vera"]
    async with serving(data) as address, asyncio.TaskGroup() as tasks:
        begun = [asyncio.Event() for _ in names]
        players = [
            tasks.create_task(play(address, name, first), name=name) for name, first in zip(names, begun, strict=True)
        ]
        for first in begun:
            await first.wait()
        result = await run("standalone.stored", "backup", file, "--data", data)
        for player in players:
            player.cancel()
    assert result.code == 0, result.err
    assert "missing or damaged" not in result.out
    assert (await run("standalone.stored", "restore", file, "--data", back)).code == 0
    async with serving(back) as address, DossierClient(address) as anna:
        await anna.sign_in("anna", password="correct horse battery")
        for name in names:
            assert not (await anna.get_avatar(name)).generated
