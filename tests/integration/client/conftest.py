"""A fake server, and clients of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from client.credentials import FileCredentialStore, MemoryCredentialStore
from client.dossier_client import DossierClient
from client.patience import Backoff
from tests.integration.client.command import Command
from tests.integration.client.fakes import PASSWORD, FakeServer
from tests.integration.client.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from client.credentials import CredentialStore

QUICK = Backoff(first_seconds=0.001, cap_seconds=0.002, attempts=3)


@pytest.fixture
async def fake() -> AsyncIterator[FakeServer]:
    """Serve a fake server."""
    async with serving(FakeServer()) as server:
        yield server


@pytest.fixture
def make_client(fake: FakeServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., DossierClient]:
    """Return a function that makes a client of the fake server, with pauses too short to notice."""
    monkeypatch.setattr("client.connection.REPEAT_PAUSE_SECONDS", 0.001)

    def make(store: CredentialStore | None = None, backoff: Backoff = QUICK) -> DossierClient:
        return DossierClient(fake.address, credentials=store, backoff=backoff)

    return make


@pytest.fixture
def store() -> MemoryCredentialStore:
    """Return a store that the test can look into."""
    return MemoryCredentialStore()


@pytest.fixture
async def anna(
    fake: FakeServer, make_client: Callable[..., DossierClient], store: MemoryCredentialStore
) -> AsyncIterator[DossierClient]:
    """Return a client that is signed in as anna."""
    async with make_client(store) as client:
        await client.sign_in("anna", PASSWORD)
        yield client


@pytest.fixture
def file_store(tmp_path: Path) -> FileCredentialStore:
    """Return a store in a file that is not there yet."""
    return FileCredentialStore(tmp_path / "config" / "credentials.json")


@pytest.fixture
def command(fake: FakeServer, tmp_path: Path) -> Command:
    """Return the command for the fake server, with nobody signed in."""
    return Command(fake.address, tmp_path)


@pytest.fixture
async def signed_in(command: Command) -> Command:
    """Return the command, signed in as anna."""
    result = await command("sign-in", "ANNA", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert result.code == 0, result.err
    return command
