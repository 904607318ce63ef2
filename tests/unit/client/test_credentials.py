"""The credentials file."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from client.credentials import Credentials, FileCredentialStore, default_credentials_path

ANNA = Credentials("anna", "access", 1_800_000_000.0, "refresh")
BEN = Credentials("ben", "access-b", 1_800_000_000.0, "refresh-b")


@pytest.fixture
def store(tmp_path: Path) -> FileCredentialStore:
    """Return a store in a folder that is not there yet."""
    return FileCredentialStore(tmp_path / "config" / "dossier" / "credentials.json")


async def save(store: FileCredentialStore, endpoint: str, credentials: Credentials) -> None:
    """Save as the client does: with the lock held."""
    async with store.exclusive():
        store.save(endpoint, credentials)


async def test_file_is_for_its_owner_only(store: FileCredentialStore) -> None:
    """File and lock have mode 0600, their folder 0700, and no other file is left."""
    await save(store, "a:1", ANNA)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
    names = {path.name for path in store.path.parent.iterdir()}
    assert names == {"credentials.json", "credentials.json.lock"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in store.path.parent.iterdir())


async def test_endpoints_are_kept_apart(store: FileCredentialStore) -> None:
    """Saving and clearing one endpoint leaves the others alone, also for another store on the same file."""
    await save(store, "a:1", ANNA)
    await save(store, "b:2", BEN)
    other = FileCredentialStore(store.path)
    assert (other.load("a:1"), other.load("b:2")) == (ANNA, BEN)
    async with other.exclusive():
        other.clear("a:1")
    assert (store.load("a:1"), store.load("b:2")) == (None, BEN)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a:1": 7}', '{"a:1": {"username": "anna"}}'])
async def test_damaged_file_counts_as_empty(store: FileCredentialStore, content: str) -> None:
    """A file that is not ours means nobody is signed in, and can be written over."""
    store.path.parent.mkdir(parents=True)
    store.path.write_text(content)
    assert store.load("a:1") is None
    await save(store, "a:1", ANNA)
    assert store.load("a:1") == ANNA


async def test_lock_keeps_another_store_out(store: FileCredentialStore) -> None:
    """Two stores on one file hold the lock one after the other."""
    entered: list[str] = []
    first_holds, first_may_end = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with store.exclusive():
            first_holds.set()
            await first_may_end.wait()
            entered.append("first")

    async def second() -> None:
        await first_holds.wait()
        asyncio.get_running_loop().call_later(0.05, first_may_end.set)
        async with FileCredentialStore(store.path).exclusive():
            entered.append("second")

    await asyncio.gather(first(), second())
    assert entered == ["first", "second"]


def test_secrets_stay_out_of_repr() -> None:
    """A printed Credentials shows no token."""
    assert "refresh" not in repr(ANNA).replace("refresh_token", "")
    assert "access'" not in repr(ANNA)


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"DOSSIER_CREDENTIALS": "/x/y.json", "XDG_CONFIG_HOME": "/c"}, Path("/x/y.json")),
        ({"XDG_CONFIG_HOME": "/c"}, Path("/c/dossier/credentials.json")),
        ({}, Path.home() / ".config/dossier/credentials.json"),
    ],
)
def test_path_follows_the_environment(environ: dict[str, str], path: Path) -> None:
    """DOSSIER_CREDENTIALS wins over XDG_CONFIG_HOME, which wins over ~/.config."""
    assert default_credentials_path(environ) == path
