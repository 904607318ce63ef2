"""Avatars and their files: what is stored is named by a row, whatever goes wrong in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from profile_service.avatars import Avatars, Variant
from profile_service.errors import NotOwner
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


@dataclass
class FakeRows:
    """The rows of one account; `broken` says when a commit fails."""

    keys: list[str] = field(default_factory=list)
    broken: str = ""

    async def get_user(self, username: str) -> User | None:
        return ANNA

    async def find_variant(self, username: str, pixels: int) -> Variant | None:
        return None

    async def set_avatar(self, account_id: str, variants: Sequence[Variant]) -> tuple[Avatar, list[str]] | None:
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


@pytest.mark.parametrize("broken", ["before", "after"])
async def test_upload_whose_rows_are_perhaps_set_leaves_its_files(broken: str) -> None:
    """Whether a failed commit happens, even later, is for the rows to say: only a sweep deletes the files."""
    rows, blobs = FakeRows(broken=broken), FakeBlobs()
    with pytest.raises(Unavailable):
        await avatars(rows, blobs).upload(CALLER, b"")
    assert len(blobs.stored) == len(VARIANT_SIZES)
    assert set(rows.keys) <= set(blobs.stored)


async def test_upload_for_an_account_that_is_gone_leaves_no_files() -> None:
    """Nobody will ever name them."""
    rows, blobs = FakeRows(broken="deleted"), FakeBlobs()
    with pytest.raises(NotOwner):
        await avatars(rows, blobs).upload(CALLER, b"")
    assert not blobs.stored


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
