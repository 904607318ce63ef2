"""Reads a season's whole picture in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from profile_service.games import POINT, ROLES
from profile_service.leaderboards import Board, Page
from profile_service.rating.calibration import Prediction
from profile_service.seasons import (
    Calibration,
    Record,
    RecordHolder,
    SeasonSnapshot,
    SeasonWeek,
    StandingExtras,
    calibration,
)
from profile_service.statistics import PlayerStats
from profile_service.storage.leaderboard_store import Question, Start, page_of
from profile_service.storage.snapshot_store import read_now, week_tally
from profile_service.storage.stats_store import Games
from profile_service.storage.totals import CLUB, Scope, read_totals
from profile_service.storage.viewers import present
from profile_service.visibility import Viewer
from runtime.database import Database, Row, Session
from runtime.times import moment

MAX_PLACES = 100


class SeasonStore:
    """Reads seasons."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def snapshot(self, games: Games, viewer: Viewer) -> SeasonSnapshot:
        """Return all that the viewer may see of the games of a season and kind, as of one moment."""
        scope = {"season": games.season, "kind": games.kind}
        async with self._database.read() as session:
            viewer, locale = await present(session, viewer)
            question = Question(Board.POINTS, viewer, games)
            board = await page_of(session, question, Start(), count=MAX_PLACES)
            totals = await read_totals(session, Scope(CLUB, **scope))
            club = PlayerStats(totals, club=totals)
            shares = {role: club.club_share(role) for role in ROLES}
            return SeasonSnapshot(
                weeks=[_week(row) for row in await session.all("list_weeks_of_season", **scope)],
                players=await _players(session, scope),
                club=club,
                board=board,
                extras=await _extras(session, board, scope | shares),
                records=await _records(session, question.parameters | shares),
                calibration=await _calibration(session, scope),
                read_time=await read_now(session),
                locale=locale,
            )


async def _players(session: Session, scope: dict[str, str]) -> int:
    row = await session.one("count_players_of_season", **scope)
    return 0 if row is None else int(row["players"])


async def _extras(session: Session, board: Page, parameters: dict[str, Any]) -> dict[str, StandingExtras]:
    keys = [{**parameters, "account_id": place.account_id} for place in board.places]
    rows = await session.many("get_standing_extras", keys)
    return {row["account_id"]: StandingExtras(row["wins_above"], row["rating_bound"]) for row in rows}


async def _records(session: Session, parameters: dict[str, Any]) -> dict[Record, RecordHolder]:
    """Return who is the best at what; the best at nothing, such as with no win or no point, holds no record."""
    records = {}
    for record in Record:
        row = await session.one(f"get_{record}", **parameters)
        if row is not None and row["value"] > 0:
            value = row["value"] / POINT if record is Record.MOST_POINTS else row["value"]
            records[record] = RecordHolder(row["username"], row["display_name"], value)
    return records


async def _calibration(session: Session, scope: dict[str, str]) -> Calibration | None:
    rows = await session.all("list_chances", **scope)
    # A season has some thousand games, but all seasons together may have a hundred thousand.
    return await asyncio.to_thread(_calibrated, rows)


def _calibrated(rows: Sequence[Row]) -> Calibration | None:
    return calibration([Prediction(row["red_chance"], row["winner"] == "red") for row in rows])


def _week(row: Row) -> SeasonWeek:
    tally = week_tally(row)
    return SeasonWeek(tally, row["voids"], moment(row["first_time"]), moment(row["last_time"]))
