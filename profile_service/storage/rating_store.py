"""Rates games in the order in which they were played, and undoes ratings when something earlier changes.

The rated games are always the first ones of that order, so that a rating depends on the games alone and not on when
they were recorded. A late, corrected or voided game undoes the ratings from there on, the newest first, each by what
was believed before it; then they are made again. A few are done in the transaction that records the game, more by
`replays.Replays` step by step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from typing import Any

from profile_service.games import Game, Seat, side_of
from profile_service.rating.display import overall
from profile_service.rating.elo import Elo
from profile_service.rating.rated_games import Player, RatedGame, rate_game
from profile_service.rating.two_sided import FRESH_BIAS, SideBias, Skill
from profile_service.storage.game_rows import load_games
from profile_service.storage.leaderboard_rows import update_ratings
from profile_service.storage.totals import NOBODY, Scope, scopes_of
from runtime.database import Row, Session
from runtime.times import micros

# So many games are undone or rated again before a recorded game is answered; that takes a few hundredths of a second.
AT_ONCE = 50


async def undo_from(session: Session, start_time: int, game_id: str) -> None:
    """Have the ratings of games from this one on undone, as soon as there is time for it."""
    row = await session.one("get_rewind")
    if row is not None and (row["game_id"] is None or (start_time, game_id) < (row["start_time"], row["game_id"])):
        await session.one("set_rewind", start_time=start_time, game_id=game_id)


async def place(session: Session, games: Iterable[Game]) -> None:
    """Note that these games were added: later ratings are undone when there are any."""
    first = min(((micros(game.start_time), game.game_id) for game in games if is_rated(game)), default=None)
    latest = await session.one("get_latest_rated")
    if first is not None and latest is not None and first < (latest["rated_time"], latest["game_id"]):
        await undo_from(session, *first)


async def settle_few(session: Session, *, also: int = 0, written_later: Set[Scope] = frozenset()) -> bool:
    """Bring the ratings up to date when that is soon done; return whether they are.

    Args:
        also: how many games are new.
        written_later: scopes whose leaderboard rows are written after this anyway, so that they need not be now.
    """
    rewind = await session.one("get_rewind")
    if rewind is not None and rewind["game_id"] is not None:
        ahead = await session.all("list_rated_games_from", **_position(rewind), row_limit=AT_ONCE + 1)
        if len(ahead) > AT_ONCE:
            return False
    waiting = await session.all("list_unrated_games", row_limit=AT_ONCE + also + 1)
    if len(waiting) > AT_ONCE + also:
        return False
    while not await advance(session, limit=2 * AT_ONCE + also, written_later=written_later):
        pass
    return True


async def advance(session: Session, *, limit: int, written_later: Set[Scope] = frozenset()) -> bool:
    """Undo or rate up to `limit` games; return whether nothing is left to do. `written_later`: as for `settle_few`."""
    rewind = await session.one("get_rewind")
    if rewind is not None and rewind["game_id"] is not None:
        undone = await session.all("list_rated_games_from", **_position(rewind), row_limit=limit)
        changes = await _undo(session, undone)
        await update_ratings(session, _scopes(changes) - written_later)
        if len(undone) < limit:
            await session.one("set_rewind", start_time=None, game_id=None)
        return False
    rows = await session.all("list_unrated_games", row_limit=limit)
    changes = await _rate(session, await load_games(session, [row["game_id"] for row in rows]))
    await update_ratings(session, _scopes(changes) - written_later)
    return len(rows) < limit


async def rate_next(session: Session, games: Sequence[Game]) -> None:
    """Rate games at once that are the next ones in order, as they are when everything is reckoned anew; else none.

    Leaderboards do not show it before `leaderboard_rows.update_rows`.
    """
    rated = [game for game in games if is_rated(game)]
    waiting = await session.all("list_unrated_games", row_limit=len(rated))
    if [row["game_id"] for row in waiting] == [game.game_id for game in rated]:
        await _rate(session, rated)


def is_rated(game: Game) -> bool:
    """Return whether a game says anything of its players' strength."""
    return game.state == "counted" and game.winner in ("red", "black")


async def _undo(session: Session, games: Sequence[Row]) -> list[Row]:
    """Undo the ratings of these games, which are the latest, the newest first; return what they had changed."""
    changes = await session.many("list_changes_of_games", map(_rated_position, games))
    # Of several changes of one player the last in this order is the earliest game's.
    before = {row["account_id"]: row for row in changes}
    await session.many(
        "put_rating",
        [_rating_columns(account, player_of(row)) for account, row in before.items() if row["rated_games"]],
    )
    await session.many(
        "delete_rating", [{"account_id": account} for account, row in before.items() if not row["rated_games"]]
    )
    await _undo_biases(session, games)
    await session.many("delete_changes_of_game", map(_rated_position, games))
    await session.many("mark_rated", [_unrated(row["game_id"]) for row in games])
    await session.many("delete_empty_game", [{"game_id": row["game_id"]} for row in games])
    return changes


async def _undo_biases(session: Session, games: Sequence[Row]) -> None:
    undone = Counter(row["rated_kind"] for row in games)
    earliest = {row["rated_kind"]: row for row in games}
    for kind, (_, count) in (await _biases(session, undone)).items():
        before = SideBias(earliest[kind]["bias_mean_before"], earliest[kind]["bias_variance_before"])
        if count > undone[kind]:
            await session.all("put_side_bias", **_bias_columns(kind, before, count - undone[kind]))
        else:
            await session.all("delete_side_bias", kind=kind)


async def _rate(session: Session, games: Sequence[Game]) -> list[dict[str, Any]]:
    """Rate games that are the next ones, and return what that changed."""
    players = await _players(session, games)
    biases = await _biases(session, {game.kind for game in games})
    changes: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    for game in games:
        bias, count = biases[game.kind]
        rated = rate_game(game, players, bias)
        players |= rated.after
        biases[game.kind] = (rated.bias, count + 1)
        changes.extend(_change_columns(game, seat, before, rated) for seat, before in rated.before)
        marks.append(_mark(game, rated.red_chance, bias))
    stored = [_rating_columns(account, player) for account, player in players.items() if player.rated_games]
    await session.many("put_rating", stored)
    await session.many("put_side_bias", [_bias_columns(kind, bias, count) for kind, (bias, count) in biases.items()])
    await session.many("insert_change", changes)
    await session.many("mark_rated", marks)
    return changes


async def _players(session: Session, games: Iterable[Game]) -> dict[str, Player]:
    accounts = {seat.account_id for game in games for seat in game.seats} - {"", NOBODY}
    rows = await session.many("get_rating", [{"account_id": account} for account in accounts])
    return {row["account_id"]: player_of(row) for row in rows}


async def _biases(session: Session, kinds: Iterable[str]) -> dict[str, tuple[SideBias, int]]:
    rows = await session.many("get_side_bias", [{"kind": kind} for kind in kinds])
    return dict.fromkeys(kinds, (FRESH_BIAS, 0)) | {
        row["kind"]: (SideBias(row["mean"], row["variance"]), row["rated_games"]) for row in rows
    }


def _scopes(changes: Iterable[Any]) -> set[Scope]:
    return {scope for row in changes for scope in scopes_of(row["account_id"], row["season"], row["kind"])}


def player_of(row: Row) -> Player:
    """Return what a row believes of a player."""
    skill = Skill(row["red"], row["black"], row["red_variance"], row["black_variance"], row["covariance"])
    return Player(skill, Elo(row["elo_red"], row["elo_black"]), row["rated_games"])


def _rating_columns(account_id: str, player: Player) -> dict[str, Any]:
    skill = player.skill
    return {
        "account_id": account_id,
        "rated_games": player.rated_games,
        "red": skill.red,
        "black": skill.black,
        "red_variance": skill.red_variance,
        "black_variance": skill.black_variance,
        "covariance": skill.covariance,
        "elo_red": player.elo.red,
        "elo_black": player.elo.black,
    }


def _change_columns(game: Game, seat: Seat, before: Player, rated: RatedGame) -> dict[str, Any]:
    after = rated.after[seat.account_id]
    side = side_of(seat.role)
    shown_before, shown_after = overall(before.skill), overall(after.skill)
    return {
        **_rating_columns(seat.account_id, before),
        "start_time": micros(game.start_time),
        "game_id": game.game_id,
        "season": game.season,
        "kind": game.kind,
        "role": seat.role,
        "result": seat.result,
        "chance": rated.red_chance if side == "red" else 1 - rated.red_chance,
        "rating_before": shown_before.rating,
        "rating_after": shown_after.rating,
        "deviation_before": shown_before.deviation,
        "deviation_after": shown_after.deviation,
        "elo_before": getattr(before.elo, side),
        "elo_after": getattr(after.elo, side),
        "bound_after": shown_after.lower_bound,
    }


def _bias_columns(kind: str, bias: SideBias, count: int) -> dict[str, Any]:
    return {"kind": kind, "rated_games": count, "mean": bias.mean, "variance": bias.variance}


def _mark(game: Game, red_chance: float, bias: SideBias) -> dict[str, Any]:
    return {
        "game_id": game.game_id,
        "rated_time": micros(game.start_time),
        "rated_kind": game.kind,
        "red_chance": red_chance,
        "bias_mean_before": bias.mean,
        "bias_variance_before": bias.variance,
    }


def _unrated(game_id: str) -> dict[str, Any]:
    names = ("rated_time", "rated_kind", "red_chance", "bias_mean_before", "bias_variance_before")
    return {"game_id": game_id, **dict.fromkeys(names)}


def _position(row: Row) -> dict[str, Any]:
    return {"start_time": row["start_time"], "game_id": row["game_id"]}


def _rated_position(row: Row) -> dict[str, Any]:
    return {"rated_time": row["rated_time"], "game_id": row["game_id"]}
