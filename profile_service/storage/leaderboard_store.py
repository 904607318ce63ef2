"""Reads leaderboards: each page is one query along an index."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from profile_service.errors import NotOnBoard, UserNotFound
from profile_service.leaderboards import Board, Page, Place
from profile_service.storage.stats_store import EVERY_GAME, Games
from profile_service.visibility import Viewer
from runtime.database import Database, Row, Session

_COLUMNS = {
    Board.RATING: "rating_bound",
    Board.WIN_RATE: "win_bound",
    Board.POINTS: "points_order",
    Board.POINTS_PER_GAME: "points_per_game",
    Board.WINS_ABOVE: "wins_above",
}
# How many places are remembered, for how long, and of how many boards at most.
LARGE_BOARD = 10_000
COUNTED_SECONDS = 60.0
COUNTED_BOARDS = 256


@dataclass(frozen=True, slots=True)
class Question:
    """Which board is asked for, and for whom. `minimum` is how many sessions a player must have."""

    board: Board
    viewer: Viewer
    games: Games = EVERY_GAME
    minimum: int = 1

    @property
    def parameters(self) -> dict[str, Any]:
        """What queries take."""
        return {
            "season": self.games.season,
            "kind": self.games.kind,
            "minimum": self.minimum,
            "sight": int(self.viewer.sight),
            "viewer_id": self.viewer.account_id,
        }


@dataclass(frozen=True, slots=True)
class Start:
    """Where a page begins: behind the place with this key and account, which has this rank; at the top without."""

    rank: int = 0
    key: float | str | None = None
    account_id: str = ""


class LeaderboardStore:
    """Reads leaderboards.

    Args:
        large: from how many places on their number is remembered for a minute: counting them takes as long as there are
            many, and reading a page does not.
        clock: seconds that only grow.
    """

    def __init__(
        self, database: Database, *, large: int = LARGE_BOARD, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._large = large
        self._clock = clock
        self._counted: OrderedDict[Hashable, tuple[int, float]] = OrderedDict()

    async def page(self, question: Question, start: Start, *, count: int) -> Page:
        """Return up to `count` places behind `start`."""
        async with self._database.read() as session:
            total = await self._total(session, question)
            return await _page(session, question, start, count, total=total)

    async def _total(self, session: Session, question: Question) -> int:
        # Who hides their own place sees one more than others do; among so many it makes no difference.
        key = (question.board, question.games, question.minimum, question.viewer.sight)
        total, until = self._counted.get(key, (0, 0.0))
        if self._clock() < until:
            return total
        total = await _count(session, question)
        if total >= self._large:
            self._counted[key] = (total, self._clock() + COUNTED_SECONDS)
            self._counted.move_to_end(key)
            if len(self._counted) > COUNTED_BOARDS:
                self._counted.popitem(last=False)
        return total

    async def around(self, question: Question, username: str, *, count: int) -> Page:
        """Return the places around a player, up to `count`. Raises UserNotFound or NotOnBoard."""
        async with self._database.read() as session:
            player = await session.one("get_player", username=username)
            if player is None:
                raise UserNotFound(username)
            page = await page_around(session, question, player["account_id"], count=count)
            if page is None:
                raise NotOnBoard(username)
            return page


async def page_of(session: Session, question: Question, start: Start, *, count: int) -> Page:
    """Return up to `count` places behind `start`, read in `session`."""
    return await _page(session, question, start, count, total=await _count(session, question))


async def page_around(session: Session, question: Question, account_id: str, *, count: int) -> Page | None:
    """Return the places around an account, up to `count`, read in `session`; None when it is not on the board."""
    key = await _key(session, question, account_id)
    if key is None:
        return None
    position = {"value": key, "before": account_id}
    # One scan for the rank and for how many there are.
    ranked = await session.one(f"count_ahead_by_{question.board}", **question.parameters, **position)
    rank = 1 if ranked is None else ranked["ahead"] + 1
    start = await _start_before(session, question, position, rank, count // 2)
    return await _page(session, question, start, count, total=_places(ranked))


async def _page(session: Session, question: Question, start: Start, count: int, *, total: int) -> Page:
    rows = await session.all(
        f"list_board_by_{question.board}",
        **question.parameters,
        value=_top(question.board) if start.key is None else start.key,
        after=start.account_id,
        row_limit=count + 1,
    )
    places = tuple(_place(row, start.rank + number) for number, row in enumerate(rows[:count], start=1))
    # One that was counted a while ago may be less than there are now.
    total = max(total, start.rank + len(places))
    return Page(places, total, more=len(rows) > count)


async def _count(session: Session, question: Question) -> int:
    return _places(await session.one(f"count_board_by_{question.board}", **question.parameters))


def _places(counted: Row | None) -> int:
    return 0 if counted is None else int(counted["places"])


def _top(board: Board) -> float | str:
    """Return what is greater than any key."""
    return ":" if board is Board.POINTS else math.inf


async def _key(session: Session, question: Question, account_id: str) -> float | str | None:
    rows = await session.all(
        "get_leaderboard_row",
        account_id=account_id,
        season=question.games.season,
        kind=question.games.kind,
    )
    column = _COLUMNS[question.board]
    for row in rows:
        shown = question.viewer.sees(row["audience"], owner_id=account_id)
        if shown and row["sessions"] >= question.minimum and row[column] is not None:
            key: float | str = row[column]
            return key
    return None


async def _start_before(
    session: Session, question: Question, position: dict[str, Any], rank: int, places: int
) -> Start:
    """Return where a page begins that has `places` places before the one of this position and rank."""
    rows = await session.all(
        f"list_board_by_{question.board}_backwards", **question.parameters, **position, row_limit=places + 1
    )
    if len(rows) <= places:
        return Start()
    return Start(rank - len(rows), rows[-1]["place"], rows[-1]["account_id"])


def _place(row: Row, rank: int) -> Place:
    return Place(
        rank,
        row["account_id"],
        row["username"],
        row["display_name"],
        row["value"],
        row["place"],
        row["sessions"],
        row["wins"],
        row["losses"],
    )
