"""Reads a player's whole picture in one transaction."""

from __future__ import annotations

from profile_service.avatars import LARGEST_PIXELS
from profile_service.errors import UserNotFound
from profile_service.snapshots import Snapshot
from profile_service.storage.game_store import played_games, stats_of
from profile_service.storage.periods import Period
from profile_service.storage.user_store import moment, user_of
from runtime.database import Database

MAX_GAMES = 500


class SnapshotStore:
    """Implements `snapshots.SnapshotStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, username: str, *, include_email: bool) -> Snapshot:
        """See `snapshots.SnapshotStore`."""
        async with self._database.read() as session:
            row = await session.one("get_user_now", username=username)
            if row is None:
                raise UserNotFound(username)
            variant = await session.one("get_avatar_variant", username=username, pixels=LARGEST_PIXELS)
            return Snapshot(
                user=user_of(row),
                email=row["email"] if include_email else "",
                avatar_key=None if variant is None else variant["blob_key"],
                stats=await stats_of(session, row["account_id"], Period()),
                games=await played_games(session, row["account_id"], count=MAX_GAMES),
                read_time=moment(row["now"]),
            )
