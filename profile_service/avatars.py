"""Players' pictures: set, read, removed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from profile_service.errors import IMAGE_ERRORS, ImageNotAllowed, NotOwner, UserNotFound
from profile_service.imaging import ImageRefused, Processed
from profile_service.users import Avatar, User
from runtime.calls import Caller
from runtime.errors import DataLoss, Unavailable
from runtime.shielding import to_the_end

DEFAULT_PIXELS = 256
LARGEST_PIXELS = 512
MODERATION_SECONDS = 10.0
_log = structlog.get_logger("avatars")


@dataclass(frozen=True, slots=True)
class Variant:
    """One stored size of an avatar."""

    pixels: int
    blob_key: str
    sha256: str
    size_bytes: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to send. `data` is empty when the client has it already."""

    data: bytes
    content_type: str
    sha256: str
    size_bytes: int
    generated: bool = False
    not_modified: bool = False


class AvatarStore(Protocol):
    """Where it is kept which pictures there are."""

    async def get_user(self, username: str) -> User | None:
        """Return the player."""

    async def find_variant(self, username: str, pixels: int) -> Variant | None:
        """Return one size of a player's avatar."""

    async def set_avatar(self, account_id: str, variants: Sequence[Variant]) -> tuple[Avatar, list[str]] | None:
        """Replace the avatar; return it and the keys of the blobs to delete. None when the account is gone."""

    async def clear_avatar(self, account_id: str) -> list[str]:
        """Remove the avatar; return the keys of the blobs to delete."""


class BlobStore(Protocol):
    """Where the bytes are kept."""

    async def put(self, key: str, data: bytes) -> None:
        """Store bytes under a new key."""

    async def get(self, key: str) -> bytes:
        """Return the bytes of a key. Raises DataLoss."""

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete the keys that exist. Raises Unavailable."""


class Images(Protocol):
    """What turns an upload into variants, and a name into a disc."""

    async def process(self, data: bytes) -> Processed:
        """Decode an untrusted picture. Raises ImageRefused or Exhausted."""

    async def initials_disc(self, display_name: str, *, size: int, seed: str) -> bytes:
        """Draw a disc with initials."""


class Moderation(Protocol):
    """Looks at each picture before anybody else may see it; see `profile_service.moderation` for where it is from."""

    async def __call__(self, caller: Caller, picture: Processed) -> bool:
        """Return whether the picture may be stored, which is made of pixels alone. Has MODERATION_SECONDS."""


async def allow_everything(caller: Caller, picture: Processed) -> bool:
    """Let every picture pass: the moderation of a club that has none."""
    return True


class Avatars:
    """The use cases."""

    def __init__(
        self,
        store: AvatarStore,
        blobs: BlobStore,
        images: Images,
        *,
        new_id: Callable[[], str],
        moderate: Moderation = allow_everything,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._images = images
        self._new_id = new_id
        self._moderate = moderate

    async def upload(self, caller: Caller, data: bytes) -> Avatar:
        """Make `data` the caller's avatar.

        Raises ImageUnusable, Exhausted, Unavailable when nobody looked at it, or NotOwner when the account is gone.
        """
        try:
            processed = await self._images.process(data)
        except ImageRefused as error:
            raise IMAGE_ERRORS[error.reason_code](error.message) from error
        await self._require_allowed(caller, processed)
        # Cut off half-way, it would leave files that no row names, or not know whether one does.
        return await to_the_end(self._keep(caller.account_id, processed))

    async def _require_allowed(self, caller: Caller, picture: Processed) -> None:
        try:
            async with asyncio.timeout(MODERATION_SECONDS):
                allowed = await self._moderate(caller, picture)
        except TimeoutError as error:
            raise Unavailable("Nobody could look at the picture; try again later.", dependency="moderation") from error
        if not allowed:
            raise ImageNotAllowed()

    async def picture(self, username: str, *, pixels: int, if_none_match: str) -> Picture:
        """Return a player's avatar or a drawn disc. Raises UserNotFound or DataLoss."""
        variant = await self._store.find_variant(username, pixels)
        if variant is None:
            return await self._disc(username, pixels, if_none_match)
        if variant.sha256 == if_none_match:
            return Picture(b"", variant.content_type, variant.sha256, variant.size_bytes, not_modified=True)
        try:
            data = await self._blobs.get(variant.blob_key)
        except DataLoss:
            # Replaced between the two reads, or truly gone.
            newer = await self._store.find_variant(username, pixels)
            if newer is None or newer.blob_key == variant.blob_key:
                raise
            variant, data = newer, await self._blobs.get(newer.blob_key)
        return Picture(data, variant.content_type, variant.sha256, variant.size_bytes)

    async def remove(self, caller: Caller, username: str) -> None:
        """Remove the caller's avatar, if there is one. Raises NotOwner."""
        if username != caller.username:
            raise NotOwner()
        await discard(self._blobs, await self._store.clear_avatar(caller.account_id))

    async def _keep(self, account_id: str, processed: Processed) -> Avatar:
        folder = f"{account_id}/{self._new_id()}"
        variants = [_variant(folder, pixels, image, processed) for pixels, image in processed.variants.items()]
        keys = [variant.blob_key for variant in variants]
        try:
            for variant in variants:
                await self._blobs.put(variant.blob_key, processed.variants[variant.pixels])
        except BaseException:
            await discard(self._blobs, keys)
            raise
        # Should this fail, nobody knows yet whether rows name the files; a sweep asks them when it is settled.
        replaced = await self._store.set_avatar(account_id, variants)
        if replaced is None:
            await discard(self._blobs, keys)
            raise NotOwner()
        avatar, old_keys = replaced
        await discard(self._blobs, old_keys)
        return avatar

    async def _disc(self, username: str, pixels: int, if_none_match: str) -> Picture:
        user = await self._store.get_user(username)
        if user is None:
            raise UserNotFound(username)
        data = await self._images.initials_disc(user.display_name, size=pixels, seed=user.account_id)
        digest = hashlib.sha256(data).hexdigest()
        if digest == if_none_match:
            return Picture(b"", "image/webp", digest, len(data), generated=True, not_modified=True)
        return Picture(data, "image/webp", digest, len(data), generated=True)


async def discard(blobs: BlobStore, keys: Sequence[str]) -> None:
    """Delete blobs that no row names any more. What fails is logged only: the change was made, and a sweep follows."""
    try:
        await blobs.delete(keys)
    except Unavailable as error:
        _log.warning("avatar_files_left", files=len(keys), cause=repr(error.__cause__))


def _variant(folder: str, pixels: int, image: bytes, processed: Processed) -> Variant:
    return Variant(
        pixels=pixels,
        blob_key=f"{folder}/{pixels}",
        sha256=hashlib.sha256(image).hexdigest(),
        size_bytes=len(image),
        content_type=processed.content_type,
    )
