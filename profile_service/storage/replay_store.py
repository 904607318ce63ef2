"""Does, step by step, what was too much for the transaction that recorded a game."""

from __future__ import annotations

import orjson

from profile_service.storage import rating_store
from profile_service.storage.game_rows import load_games
from profile_service.storage.leaderboard_rows import moved_baselines, update_baselines, update_rows
from profile_service.storage.parts import GAMES
from profile_service.storage.totals import Scope, add_games
from runtime.database import Database, Session

# What one step does, which has the one writer for itself: a second for totals, of which each row is written once a
# step, and a tenth of that for ratings and for the leaderboards' rows of so many players.
ADDED_GAMES = 2000
RATED_GAMES = 500
SHOWN_PLAYERS = 50
_CLEARING = (
    "clear_totals",
    "clear_leaderboard",
    "clear_baselines",
    "clear_ratings",
    "clear_side_biases",
    "clear_rating_changes",
    "clear_rated",
)


class ReplayStore:
    """Implements `replays.ReplayStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def step(self) -> bool:
        """See `replays.ReplayStore`."""
        async with self._database.write(GAMES) as session:
            if await _add_up(session) or await _show(session):
                return True
            if not await rating_store.advance(session, limit=RATED_GAMES):
                return True
        await self._follow_baselines()
        return False

    async def begin(self) -> None:
        """Forget everything that is reckoned and begin anew."""
        async with self._database.write(GAMES) as session:
            for query in _CLEARING:
                await session.all(query)
            await session.one("set_rewind", start_time=None, game_id=None)
            await session.all("set_reckoning", start_time=0, game_id="")

    async def _follow_baselines(self) -> None:
        """Have `wins_above` follow the club's win rates, which each game moves for everybody."""
        async with self._database.read() as session:
            scopes = [(row["season"], row["kind"]) for row in await session.all("list_club_scopes")]
            moved = [scope for scope in scopes if await moved_baselines(session, *scope) is not None]
        for season, kind in moved:
            async with self._database.write(GAMES) as session:
                await update_baselines(session, season, kind)


async def _add_up(session: Session) -> bool:
    """Add up the next games when they are being reckoned anew; return whether they are."""
    row = await session.one("get_reckoning")
    if row is None or row["game_id"] is None:
        return False
    position = {"start_time": row["start_time"], "game_id": row["game_id"]}
    rows = await session.all("list_games_to_add_up", **position, row_limit=ADDED_GAMES)
    games = await load_games(session, [row["game_id"] for row in rows])
    await add_games(session, games, sign=1)
    await rating_store.rate_next(session, games)
    if len(rows) == ADDED_GAMES:
        await session.all("set_reckoning", start_time=rows[-1]["start_time"], game_id=rows[-1]["game_id"])
    else:
        await session.all("set_reckoning", start_time=None, game_id=None)
        await session.all("set_shown", account_id="")
    return True


async def _show(session: Session) -> bool:
    """Write the leaderboards' rows of the next players when all games were added up anew; return whether they were."""
    row = await session.one("get_shown")
    if row is None or row["account_id"] is None:
        return False
    accounts = await session.all("list_accounts_to_show", account_id=row["account_id"], row_limit=SHOWN_PLAYERS)
    rows = await session.many("list_totals_to_show", accounts)
    totals = {Scope(row["account_id"], row["season"], row["kind"]): orjson.loads(row["counters"]) for row in rows}
    await update_rows(session, totals, ())
    last = accounts[-1]["account_id"] if len(accounts) == SHOWN_PLAYERS else None
    await session.all("set_shown", account_id=last)
    return True
