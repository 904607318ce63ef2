"""Runs the queries about users and avatars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from profile_service.avatars import LARGEST_PIXELS, Variant
from profile_service.storage.leaderboard_rows import update_audience
from profile_service.storage.parts import ACCOUNTS
from profile_service.users import EDITABLE, Avatar, User, search_key
from profile_service.visibility import FIELDS, Audience, Viewer, Visibility
from runtime.database import Database, Row, Session
from runtime.times import moment


class UserStore:
    """Implements `users.UserStore` and `avatars.AvatarStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get_user(self, username: str) -> User | None:
        """Return the player, None when there is none of this name."""
        row = await self._database.point.one("get_user", username=username)
        return None if row is None else user_of(row)

    async def list_users(
        self, *, after: str, search: str, city: str, club: str, viewer: Viewer, count: int
    ) -> list[User]:
        """Return up to `count` players after a username, in the order of usernames.

        The filters find only who shows the viewer what is filtered by.
        """
        async with self._database.read() as session:
            rows = await session.all(
                "list_users",
                after=after,
                pattern=f"%{like_text(search_key(search))}%",
                city=search_key(city),
                club=search_key(club),
                sight=viewer.sight,
                viewer_id=viewer.account_id,
                count=count,
            )
        return [user_of(row) for row in rows]

    async def update_user(self, account_id: str, *, revision: int, changes: Mapping[str, str]) -> User | None:
        """See `users.UserStore`."""
        columns: dict[str, str | None] = dict.fromkeys((*EDITABLE, "search_text", "city_key", "club_key"))
        columns.update(changes)
        for name in {"city", "club"} & changes.keys():
            columns[f"{name}_key"] = search_key(changes[name])
        async with self._database.write(ACCOUNTS) as session:
            if "display_name" in changes:
                account = await session.one("get_account", account_id=account_id)
                username = "" if account is None else account["username"]
                columns["search_text"] = search_key(changes["display_name"], username)
            row = await session.one("update_user", account_id=account_id, revision=revision, **columns)
        return None if row is None else user_of(row)

    async def set_visibility(self, account_id: str, changes: Mapping[str, Audience]) -> Visibility | None:
        """Change the audiences of the named fields and return all of them. None when the account is gone."""
        audiences = {name: changes.get(name) for name in FIELDS}
        async with self._database.write() as session:
            row = await session.one("set_visibility", account_id=account_id, **audiences)
            await update_audience(session, account_id)
        return None if row is None else visibility_of(row)

    async def find_variant(self, username: str, pixels: int) -> Variant | None:
        """See `avatars.AvatarStore`."""
        row = await self._database.point.one("get_avatar_variant", username=username, pixels=pixels)
        return None if row is None else variant_of(row, pixels)

    async def set_avatar(self, account_id: str, variants: Sequence[Variant]) -> tuple[Avatar, list[str]] | None:
        """See `avatars.AvatarStore`."""
        largest = next(variant for variant in variants if variant.pixels == LARGEST_PIXELS)
        async with self._database.write(ACCOUNTS) as session:
            row = await session.one(
                "set_avatar",
                account_id=account_id,
                content_type=largest.content_type,
                sha256=largest.sha256,
                size_bytes=largest.size_bytes,
            )
            if row is None:
                return None
            old_keys = await delete_variants(session, account_id)
            for variant in variants:
                await session.one(
                    "insert_avatar_variant",
                    account_id=account_id,
                    pixels=variant.pixels,
                    blob_key=variant.blob_key,
                    sha256=variant.sha256,
                    size_bytes=variant.size_bytes,
                )
        return _avatar_of(row), old_keys

    async def avatar_keys(self, account_id: str) -> list[str]:
        """Return the keys of the files that the account's rows name."""
        rows = await self._database.point.all("list_avatar_keys", account_id=account_id)
        return [row["blob_key"] for row in rows]

    async def clear_avatar(self, account_id: str) -> list[str]:
        """See `avatars.AvatarStore`."""
        async with self._database.write(ACCOUNTS) as session:
            await session.one("clear_avatar", account_id=account_id)
            return await delete_variants(session, account_id)


async def delete_variants(session: Session, account_id: str) -> list[str]:
    """Delete an avatar's rows and return the keys of its blobs."""
    return [row["blob_key"] for row in await session.all("delete_avatar_variants", account_id=account_id)]


def variant_of(row: Row, pixels: int) -> Variant:
    """Decode a row of get_avatar_variant."""
    return Variant(pixels, row["blob_key"], row["sha256"], row["size_bytes"], row["avatar_type"])


def user_of(row: Row) -> User:
    """Decode a row with a user's public columns."""
    return User(
        account_id=row["account_id"],
        username=row["username"],
        display_name=row["display_name"],
        gender=row["gender"],
        city=row["city"],
        club=row["club"],
        about=row["about"],
        locale=row["locale"],
        avatar=None if row["avatar_type"] is None else _avatar_of(row),
        create_time=moment(row["create_time"]),
        update_time=moment(row["update_time"]),
        revision=row["revision"],
        email=row["email"] if row["confirmed_email_key"] else "",
        visibility=visibility_of(row),
    )


def visibility_of(row: Row) -> Visibility:
    """Decode a row with the audiences of a user's fields."""
    return _visibility(*(row[f"{name}_audience"] for name in FIELDS))


@cache
def _visibility(*audiences: int) -> Visibility:
    return Visibility(*map(Audience, audiences))


def like_text(text: str) -> str:
    """Return text as it stands for itself in a LIKE pattern, escaped by "!"."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _avatar_of(row: Row) -> Avatar:
    return Avatar(row["avatar_sha256"], row["avatar_type"], row["avatar_size_bytes"], moment(row["avatar_time"]))
