"""Reads a player's whole picture in one transaction."""

from __future__ import annotations

from profile_service.avatars import LARGEST_PIXELS
from profile_service.errors import UserNotFound
from profile_service.snapshots import Snapshot
from profile_service.statistics import PlayedGame
from profile_service.storage.game_store import played_games
from profile_service.storage.stats_store import EVERY_GAME, shown_stats
from profile_service.storage.user_store import user_of
from profile_service.users import User
from profile_service.visibility import Viewer
from runtime.database import Database, Session
from runtime.times import moment

MAX_GAMES = 500


class SnapshotStore:
    """Implements `snapshots.SnapshotStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, username: str, viewer: Viewer, *, include_email: bool) -> Snapshot:
        """See `snapshots.SnapshotStore`."""
        async with self._database.read() as session:
            row = await session.one("get_user_now", username=username)
            if row is None:
                raise UserNotFound(username)
            user = user_of(row)
            variant = await session.one("get_avatar_variant", username=username, pixels=LARGEST_PIXELS)
            own = viewer.account_id == user.account_id
            return Snapshot(
                user=user.shown_to(viewer),
                email=row["email"] if include_email and own else "",
                avatar_key=None if variant is None else variant["blob_key"],
                stats=await shown_stats(session, username, EVERY_GAME, viewer),
                games=await _games(session, user, viewer),
                read_time=moment(row["now"]),
            )


async def _games(session: Session, user: User, viewer: Viewer) -> list[PlayedGame] | None:
    if not viewer.sees(user.visibility.games, owner_id=user.account_id):
        return None
    return await played_games(session, user.account_id, count=MAX_GAMES)
