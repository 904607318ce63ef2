"""Keeps everything that is reckoned from games in step with them, in the transaction that changes them."""

from __future__ import annotations

from collections.abc import Sequence

from profile_service.games import Game
from profile_service.storage import rating_store
from profile_service.storage.game_rows import load_games
from profile_service.storage.leaderboard_rows import update_rows
from profile_service.storage.totals import add_games
from runtime.database import Session
from runtime.times import micros

_FORGETTING = (
    "forget_totals",
    "forget_leaderboard",
    "forget_rating_changes",
    "forget_game_requests",
    "forget_merged_guests",
)


async def add(session: Session, games: Sequence[Game]) -> None:
    """Reckon with games that were just written."""
    counted = await _added_up(session, games)
    ordered = sorted(counted, key=_position)
    totals = await add_games(session, ordered, sign=1)
    await rating_store.place(session, games)
    await rating_store.settle_few(session, also=len(games), written_later=totals.keys())
    await update_rows(session, totals, ordered)


async def remove(session: Session, games: Sequence[Game]) -> None:
    """Have games, as they were before they were changed or voided, count for nothing. `add` or `settle` must follow."""
    counted = await _added_up(session, games)
    totals = await add_games(session, counted, sign=-1)
    await update_rows(session, totals, ())
    rated = [_position(game) for game in games if rating_store.is_rated(game)]
    if rated:
        await rating_store.undo_from(session, *min(rated))


async def settle(session: Session) -> None:
    """Bring the ratings up to date when that is soon done."""
    await rating_store.settle_few(session)


async def give(session: Session, game_ids: Sequence[str], *, account_id: str, to_id: str) -> None:
    """Give the seats of one account in these games to another, as if the other had sat there."""
    before = await load_games(session, game_ids)
    await session.all("give_seats", account_id=account_id, to_id=to_id)
    after = await load_games(session, game_ids)
    for games, sign, owner in ((before, -1, account_id), (after, 1, to_id)):
        counted = await _added_up(session, [game for game in games if game.state == "counted"])
        totals = await add_games(session, counted, sign=sign, only=owner)
        await update_rows(session, totals, ())
    rated = [game for game in after if rating_store.is_rated(game)]
    if rated:
        await rating_store.undo_from(session, *min(map(_position, rated)))
    await settle(session)


async def forget(session: Session, account_id: str, game_ids: Sequence[str]) -> None:
    """Have nothing left of an account that sat in these games and does no longer.

    The games still count for the club and for the others; who left takes part in their ratings as a new player does.
    """
    for query in _FORGETTING:
        await session.all(query, account_id=account_id)
    await session.all("delete_rating", account_id=account_id)
    games = await load_games(session, game_ids)
    rated = [_position(game) for game in games if rating_store.is_rated(game)]
    await _void_empty(session, games)
    if rated:
        await rating_store.undo_from(session, *min(rated))
    await settle(session)
    # Those that are still rated go when their ratings are undone.
    await session.many("delete_empty_game", [{"game_id": game.game_id} for game in games])


async def _void_empty(session: Session, games: Sequence[Game]) -> None:
    """Have those games count for nothing in which nobody sits any more."""
    rows = await session.many("void_empty_game", [{"game_id": game.game_id} for game in games])
    empty = {row["game_id"] for row in rows}
    await add_games(session, await _added_up(session, [game for game in games if game.game_id in empty]), sign=-1)


async def _added_up(session: Session, games: Sequence[Game]) -> list[Game]:
    """Return those of the games that are in the totals: all, unless these are being reckoned anew from the first on."""
    row = await session.one("get_reckoning")
    if row is None or row["game_id"] is None:
        return list(games)
    return [game for game in games if _position(game) <= (row["start_time"], row["game_id"])]


def _position(game: Game) -> tuple[int, str]:
    return micros(game.start_time), game.game_id
