"""Consistent pictures of a player and of a game, for reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import structlog

from profile_service.avatars import BlobStore
from profile_service.games import Game
from profile_service.leaderboards import Page
from profile_service.statistics import Companions, PlayedGame, PlayerStats, WeekTally
from profile_service.users import User
from profile_service.visibility import Viewer
from runtime.errors import DataLoss

# An avatar can be replaced between its row and its bytes; only one that is not there the second time is lost.
_READS = 2
_log = structlog.get_logger("snapshots")


@dataclass(frozen=True, slots=True)
class GamesAsked:
    """Of which games: of a season and a kind, empty for all, from `start` to before `end`, None for open."""

    season: str = ""
    kind: str = ""
    start: datetime | None = None
    end: datetime | None = None


EVERY_GAME = GamesAsked()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A player at one moment, for one viewer. `stats` and `games` are None when the viewer may not see them.

    Attributes:
        board: the player's place, or none, on the leaderboard by rating; None of a stretch of time.
        weeks, companions: nothing when the viewer may not see both the statistics and the games.
        avatar: empty until it is read, and when there is none that can be.
    """

    user: User
    email: str
    avatar_key: str | None
    stats: PlayerStats | None
    games: list[PlayedGame] | None
    board: Page | None
    weeks: list[WeekTally]
    companions: Companions
    read_time: datetime
    avatar: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class GameSnapshot:
    """A game at one moment, for one viewer; `names` are display names by seat, `locale` as in `SeasonSnapshot`."""

    game: Game
    names: Mapping[int, str]
    read_time: datetime
    locale: str


class SnapshotStore(Protocol):
    """Where everything but the avatar's bytes is kept."""

    async def read(self, username: str, viewer: Viewer, *, games: GamesAsked, include_email: bool) -> Snapshot:
        """Read all that the viewer may see, as of one moment. Raises UserNotFound."""


class Snapshots:
    """Takes snapshots."""

    def __init__(self, store: SnapshotStore, blobs: BlobStore) -> None:
        self._store = store
        self._blobs = blobs

    async def take(
        self, username: str, viewer: Viewer, *, games: GamesAsked = EVERY_GAME, include_email: bool = False
    ) -> Snapshot:
        """Return it with the avatar's bytes. Raises UserNotFound; a lost avatar is only logged."""
        for _ in range(_READS):
            snapshot = await self._store.read(username, viewer, games=games, include_email=include_email)
            if snapshot.avatar_key is None:
                return snapshot
            try:
                return replace(snapshot, avatar=await self._blobs.get(snapshot.avatar_key))
            except DataLoss:
                continue
        _log.warning("avatar_missing", blob_key=snapshot.avatar_key)
        return snapshot
