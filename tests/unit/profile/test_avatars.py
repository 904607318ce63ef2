"""Avatars and their files: what is stored is named by a row, whatever goes wrong in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from profile_service.avatars import Avatars, Variant
from profile_service.imaging import CONTENT_TYPE, VARIANT_SIZES, Processed
from profile_service.snapshots import GamesAsked, Snapshot, Snapshots
from profile_service.statistics import NO_GAMES, Companions
from profile_service.users import Avatar, User
from profile_service.visibility import ANYBODY, Viewer
from runtime.calls import Caller
from runtime.errors import DataLoss, Unavailable

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ANNA = User("a-1", "anna", "Anna", "female", "", "", "", "", None, NOW, NOW, 1)
CALLER = Caller("a-1", "anna", frozenset(), "s-1", NOW + timedelta(minutes=10), "token")


@dataclass
class FakeBlobs:
    """Blobs in a dictionary; `failing` is the number of the put that fails."""

    stored: dict[str, bytes] = field(default_factory=dict)
    failing: int = 0
    puts: int = 0

    async def put(self, key: str, data: bytes) -> None:
        self.puts += 1
        if self.puts == self.failing:
            raise Unavailable("no room", dependency="blobs")
        self.stored[key] = data

    async def get(self, key: str) -> bytes:
        if key not in self.stored:
            raise DataLoss("gone")
        return self.stored[key]

    async def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.stored.pop(key, None)

    async def list_keys(self) -> AsyncGenerator[list[str], None]:
        yield list(self.stored)


@dataclass
class FakeRows:
    """The rows of one account; `held` keeps a commit waiting, `broken` says when it fails."""

    keys: list[str] = field(default_factory=list)
    broken: str = ""
    committing: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event | None = None

    async def get_user(self, username: str) -> User | None:
        return ANNA

    async def find_variant(self, username: str, pixels: int) -> Variant | None:
        return None

    async def set_avatar(self, account_id: str, variants: Sequence[Variant]) -> tuple[Avatar, list[str]] | None:
        self.committing.set()
        if self.held is not None:
            await self.held.wait()
        if self.broken == "before":
            raise Unavailable("not committed", dependency="database")
        if self.broken == "deleted":
            return None
        old_keys, self.keys = self.keys, [variant.blob_key for variant in variants]
        if self.broken == "after":
            raise Unavailable("perhaps committed", dependency="database")
        return Avatar("0" * 64, CONTENT_TYPE, 1, NOW), old_keys

    async def clear_avatar(self, account_id: str) -> list[str]:
        old_keys, self.keys = self.keys, []
        return old_keys

    async def avatar_keys(self, account_id: str) -> list[str]:
        return self.keys


class FakeImages:
    """Pictures of one byte."""

    async def process(self, data: bytes) -> Processed:
        return Processed(dict.fromkeys(VARIANT_SIZES, b"p"), CONTENT_TYPE)

    async def initials_disc(self, display_name: str, *, size: int, seed: str) -> bytes:
        return b"d"


def avatars(rows: FakeRows, blobs: FakeBlobs) -> Avatars:
    numbers = count(1)
    return Avatars(rows, blobs, FakeImages(), new_id=lambda: f"upload-{next(numbers)}")


async def test_upload_whose_third_file_cannot_be_stored_leaves_none() -> None:
    """Files that were put before one failed are taken back."""
    rows, blobs = FakeRows(), FakeBlobs(failing=3)
    with pytest.raises(Unavailable):
        await avatars(rows, blobs).upload(CALLER, b"")
    assert not blobs.stored


@pytest.mark.parametrize("broken", ["before", "deleted", "after"])
async def test_upload_whose_rows_are_not_set_for_sure_keeps_what_rows_name(broken: str) -> None:
    """Whether a failed commit happened is for the rows to say: files that they name stay, others go."""
    rows, blobs = FakeRows(broken=broken), FakeBlobs()
    with pytest.raises(Exception, match=r"."):
        await avatars(rows, blobs).upload(CALLER, b"")
    assert sorted(blobs.stored) == sorted(rows.keys)
    assert bool(rows.keys) == (broken == "after")


async def test_sweep_deletes_strays_and_spares_an_upload_under_way() -> None:
    """Files without a row go, but not those whose rows are about to be written."""
    rows, blobs = FakeRows(held=asyncio.Event()), FakeBlobs({"a-1/stray/64": b"p", "a-2/stray/64": b"p"})
    service = avatars(rows, blobs)
    uploading = asyncio.create_task(service.upload(CALLER, b""))
    await rows.committing.wait()
    await service.sweep()
    assert rows.held is not None
    rows.held.set()
    await uploading
    await service.sweep()
    assert sorted(blobs.stored) == sorted(rows.keys)
    assert len(rows.keys) == len(VARIANT_SIZES)


@dataclass
class FakeSnapshots:
    """Snapshots whose avatar is another at each reading."""

    keys: list[str]

    async def read(self, username: str, viewer: Viewer, *, games: GamesAsked, include_email: bool) -> Snapshot:
        return Snapshot(ANNA, "", self.keys.pop(0), NO_GAMES, [], None, [], Companions(), NOW)


async def test_snapshot_of_a_player_who_changes_the_avatar_meanwhile_has_the_new_one() -> None:
    """An avatar that is replaced between its row and its bytes is read once more."""
    store = FakeSnapshots(["old", "new"])
    snapshot = await Snapshots(store, FakeBlobs({"new": b"picture"})).take("anna", ANYBODY)
    assert (snapshot.avatar_key, snapshot.avatar) == ("new", b"picture")
