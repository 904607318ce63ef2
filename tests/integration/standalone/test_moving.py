"""An installation is moved from a data directory to PostgreSQL and S3 and back, whatever interrupts that."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Coroutine, Mapping
from contextlib import closing
from pathlib import Path

import pytest

import profile_service.settings
import standalone.moving
from client.cli.progress import CountProgress
from runtime.data_directory import hold
from runtime.database import DatabaseUnusable, open_database
from runtime.stored import StorageSettings, StoredUnusable
from standalone.kept import STORED, kept_in
from standalone.moving import move_to_directory, move_to_servers
from tests.integration.standalone.clubs import Club, contents, make_club
from tests.integration.standalone.commands import kill_after, run
from tests.integration.standalone.conftest import Servers

pytestmark = pytest.mark.timeout(120)
SMALL = Club(users=20, pictures=30, reports=10)


class StoppedShort(Exception):
    """What ends a move after its first steps."""


class Short(CountProgress):
    """Ends a move in the middle of its rows."""

    def add(self, count: int) -> None:
        """Count, to a certain number."""
        super().add(count)
        if self._done > 100:
            raise StoppedShort


async def stop_short(move: Coroutine[None, None, None]) -> None:
    """Run a move that ends before all is there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standalone.moving, "CountProgress", Short)
        with pytest.raises(StoppedShort):
            await move


def use(environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)


async def test_move_that_is_killed_again_and_again_brings_everything_once(tmp_path: Path, servers: Servers) -> None:
    """After five kills the next move ends with all rows and files there, and back they are the same."""
    data, back = tmp_path / "data", tmp_path / "back"
    await make_club(data, Club(users=600, pictures=120, reports=40))
    environ, chance = await servers(data), random.Random(5)
    for arguments in (("--from", data), ("--to", back)):
        kills = 0
        while kills < (5 if arguments[0] == "--from" else 1):
            kills += await kill_after(chance.randrange(1, 90), "standalone.stored", "move", *arguments, environ=environ)
        done = await run("standalone.stored", "move", *arguments, environ=environ)
        assert done.code == 0, done.err
        assert "the same as in the source" in done.out
    assert contents(back) == contents(data)


async def test_move_that_has_ended_may_be_run_again_and_changes_nothing(
    tmp_path: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It compares everything once more and says what is there; a source that changed since is another thing."""
    data = tmp_path / "data"
    await make_club(data, SMALL)
    use(await servers(data), monkeypatch)
    await move_to_servers(data)
    first = capsys.readouterr().out
    await move_to_servers(data)
    assert capsys.readouterr().out == first
    with closing(sqlite3.connect(data / "profile" / "profile.db")) as database, database:
        database.execute("UPDATE users SET city = 'Tbilisi' WHERE username LIKE '000007%'")
    with pytest.raises(StoredUnusable, match="the target holds something else: 21 rows of users"):
        await move_to_servers(data)


async def test_target_of_another_installation_is_refused(
    tmp_path: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither an unfinished move of one club lets another in, nor a club that is there."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    await make_club(ours, SMALL)
    await make_club(theirs, Club(users=30, pictures=30, reports=10))
    environ, others = await servers(ours), await servers(theirs)
    use(environ, monkeypatch)
    with pytest.raises(StoredUnusable, match="DOSSIER_PROFILE_DELETION_SECRET is not the secret of"):
        await move_to_servers(theirs)
    await stop_short(move_to_servers(ours))
    use({name: value for name, value in others.items() if name.endswith("_SECRET_FILE")}, monkeypatch)
    with pytest.raises(StoredUnusable, match="a move of another installation into the target has not ended"):
        await move_to_servers(theirs)
    use(environ, monkeypatch)
    await move_to_servers(ours)
    use({name: value for name, value in others.items() if not name.endswith("_DATABASE_URL")}, monkeypatch)
    with pytest.raises(StoredUnusable, match="the target holds something else"):
        await move_to_servers(theirs)


async def test_files_of_others_in_the_target_are_refused(
    tmp_path: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A prefix in which somebody keeps files is no place for a club, which would sweep them as strays."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    await make_club(ours, SMALL)
    await make_club(theirs, Club(users=30, pictures=40, reports=10))
    environ, others = await servers(ours), await servers(theirs)
    use(others, monkeypatch)
    await move_to_servers(theirs)
    use({name: value for name, value in environ.items() if not name.endswith("_BLOBS_URL")}, monkeypatch)
    with pytest.raises(StoredUnusable, match="the target has 10 files that the source does not know"):
        await move_to_servers(ours)


async def test_half_moved_installation_does_not_start(
    tmp_path: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Services refuse the databases until the move has ended, on either engine."""
    data, back = tmp_path / "data", tmp_path / "back"
    await make_club(data, SMALL)
    use(await servers(data), monkeypatch)
    await stop_short(move_to_servers(data))
    await require_refusal(profile_service.settings.Settings.from_env(os.environ))
    await move_to_servers(data)
    await stop_short(move_to_directory(back))
    await require_refusal(kept_in(back)[0][1])
    await move_to_directory(back)
    assert contents(back) == contents(data)


async def require_refusal(settings: StorageSettings) -> None:
    opening = open_database(settings, settings.data_dir / "profile.db", storage=STORED[0].storage)
    with pytest.raises(DatabaseUnusable, match="a move into this database has not ended"):
        async with opening:
            pass


async def test_source_in_use_or_missing_is_refused(
    tmp_path: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that runs on the directory keeps it, and a directory without a club is not made one."""
    data = tmp_path / "data"
    await make_club(data, SMALL)
    use(environ := await servers(data), monkeypatch)
    with hold(data):
        refused = await run("standalone.stored", "move", "--from", data, environ=environ)
    assert refused.code == 1
    assert "another Dossier is running" in refused.err
    with pytest.raises(StoredUnusable, match="there is no installation in"):
        await move_to_servers(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


async def test_files_lost_before_the_move_are_told_of_and_hold_nothing_up(
    tmp_path: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the source's rows name and its folder does not have is listed by name; all else arrives."""
    data, back = tmp_path / "data", tmp_path / "back"
    await make_club(data, SMALL)
    [gone, spoilt] = sorted(path for path in (data / "profile" / "avatars").rglob("*") if path.is_file())[:2]
    gone.unlink()
    spoilt.write_bytes(b"x" * spoilt.stat().st_size)
    use(await servers(data), monkeypatch)
    await move_to_servers(data)
    told = capsys.readouterr().out
    assert "2 files were missing or damaged in the source already" in told
    assert gone.name in told
    await move_to_directory(back)
    assert contents(back) == contents(data)
