"""Reads a player's whole picture in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from profile_service.avatars import LARGEST_PIXELS
from profile_service.errors import UserNotFound
from profile_service.leaderboards import Board, Page
from profile_service.snapshots import GamesAsked, Snapshot
from profile_service.statistics import (
    Companion,
    Companions,
    PlayedGame,
    PlayerStats,
    Tally,
    WeekTally,
)
from profile_service.storage.leaderboard_store import Question, Start, page_around, page_of
from profile_service.storage.periods import EVER, Period
from profile_service.storage.played_games import played_games
from profile_service.storage.stats_store import Games, shown_stats
from profile_service.storage.totals import ALL
from profile_service.storage.user_store import user_of
from profile_service.storage.viewers import present
from profile_service.users import User
from profile_service.visibility import Viewer
from runtime.database import Database, Row, Session
from runtime.times import moment

MAX_GAMES = 500
MAX_COMPANIONS = 8


class SnapshotStore:
    """Implements `snapshots.SnapshotStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, username: str, viewer: Viewer, *, games: GamesAsked, include_email: bool) -> Snapshot:
        """See `snapshots.SnapshotStore`."""
        async with self._database.read() as session:
            row = await session.one("get_user_now", username=username)
            if row is None:
                raise UserNotFound(username)
            user = user_of(row)
            variant = await session.one("get_avatar_variant", username=username, pixels=LARGEST_PIXELS)
            viewer, _ = await present(session, viewer)
            picture = _Picture(session, user, viewer, _games(games))
            return Snapshot(
                user=user.shown_to(viewer),
                email=row["email"] if include_email and viewer.account_id == user.account_id else "",
                avatar_key=None if variant is None else variant["blob_key"],
                stats=await picture.stats(),
                games=await picture.played(),
                board=await picture.board(),
                weeks=await picture.weeks(),
                companions=await picture.companions(),
                read_time=moment(row["now"]),
            )


@dataclass(frozen=True, slots=True)
class _Picture:
    """What the viewer may see of a user's games, read in `session`."""

    session: Session
    user: User
    viewer: Viewer
    asked: Games

    @property
    def sees_stats(self) -> bool:
        return self.viewer.sees(self.user.visibility.statistics, owner_id=self.user.account_id)

    @property
    def sees_games(self) -> bool:
        return self.viewer.sees(self.user.visibility.games, owner_id=self.user.account_id)

    async def stats(self) -> PlayerStats | None:
        return await shown_stats(self.session, self.user.username, self.asked, self.viewer)

    async def played(self) -> list[PlayedGame] | None:
        if not self.sees_games:
            return None
        games = await played_games(self.session, self.user.account_id, self.asked, count=MAX_GAMES)
        return games if self.sees_stats else [game.without_rating() for game in games]

    async def board(self) -> Page | None:
        if self.asked.period != EVER:
            return None
        question = Question(Board.RATING, self.viewer, self.asked)
        page = await page_around(self.session, question, self.user.account_id, count=1)
        return await page_of(self.session, question, Start(), count=0) if page is None else page

    async def weeks(self) -> list[WeekTally]:
        if not (self.sees_stats and self.sees_games):
            return []
        rows = await self.session.all("list_weeks_of_player", account_id=self.user.account_id, **self.asked.parameters)
        return [week_tally(row) for row in rows]

    async def companions(self) -> Companions:
        if not (self.sees_stats and self.sees_games):
            return Companions()
        rows = await self.session.all(
            "list_companions",
            account_id=self.user.account_id,
            **self.asked.parameters,
            sight=int(self.viewer.sight),
            viewer_id=self.viewer.account_id,
            row_limit=MAX_COMPANIONS,
        )
        partners = tuple(_companion(row) for row in rows if row["together"])
        return Companions(partners, tuple(_companion(row) for row in rows if not row["together"]))


async def read_now(session: Session) -> datetime:
    """Return what time it is by the database."""
    row = await session.one("get_now")
    return moment(0 if row is None else row["now"])


def week_tally(row: Row) -> WeekTally:
    """Decode a row of a week."""
    return WeekTally(moment(row["week_time"]), row["wins"], row["losses"], row["draws"], row["play_time"])


def _games(asked: GamesAsked) -> Games:
    return Games(Period(asked.start, asked.end), asked.season or ALL, asked.kind or ALL)


def _companion(row: Row) -> Companion:
    counts = (row["sessions"], row["wins"], row["losses"], row["draws"], row["voids"], row["play_time"])
    return Companion(row["username"], row["display_name"], Tally(*counts, expected=None))
