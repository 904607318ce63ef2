"""Games as rows: what is told of one, and who sat there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from profile_service.game_messages import game_of_record, record_of
from profile_service.games import Game, Seat, result_for
from profile_service.storage.totals import NOBODY
from runtime.database import Row, Session
from runtime.times import MICRO, micros, moment

# Games that were recorded before there were rule sets.
_OLD_RULES, _OLD_POINTS = "open-1", "federation-1"
_LEFT = {"username": ""}
_ERASED = {"username": "", "erased": True}


async def load_games(session: Session, game_ids: Sequence[str]) -> list[Game]:
    """Return games whole, in the order of their ids here; those that do not exist are left out.

    The seats of who left have no account, and no names.
    """
    rows = await session.many("get_game", [{"game_id": game_id} for game_id in game_ids])
    seats = await session.many("get_seats", [{"game_id": game_id} for game_id in game_ids])
    return games_of(rows, seats)


def games_of(rows: Sequence[Row], seats: Sequence[Row]) -> list[Game]:
    """Return the games of these rows with their seats."""
    seated: dict[str, list[Row]] = defaultdict(list)
    for seat in seats:
        seated[seat["game_id"]].append(seat)
    return [_game(row, seated[row["game_id"]]) for row in rows]


def told_game(row: Row, seats: Sequence[Row]) -> Game:
    """Return what was told of a game, without who sat at it."""
    return _told(row, seats, lambda _: _LEFT, game_id=row["game_id"])


async def insert_games(session: Session, games: Sequence[Game]) -> None:
    """Insert games whose seats name accounts."""
    await session.many("insert_game", [_columns(game) for game in games])
    await session.many("insert_seat", [columns for game in games for columns in _seat_columns(game)])


async def replace_game(session: Session, game: Game) -> None:
    """Put a game in the place of the one of the same id."""
    await session.many("update_game", [_columns(game)])
    await session.many("delete_seats", [{"game_id": game.game_id}])
    await session.many("insert_seat", _seat_columns(game))


def is_same(recorded: Game, told: Game) -> bool:
    """Return whether a game says what is recorded. Who left, or is about to, could have been anybody."""
    return record_of(recorded) == record_of(told) and all(
        one.account_id in ("", other.account_id) or not (other.account_id or one.username or one.nickname)
        for one, other in zip(recorded.seats, told.seats, strict=True)
    )


def is_unchanged(recorded: Game, corrected: Game) -> bool:
    """Return whether a correction leaves everything as it is, and everybody in their seats."""
    return record_of(recorded) == record_of(corrected) and all(
        one.account_id == other.account_id for one, other in zip(recorded.seats, corrected.seats, strict=True)
    )


def _columns(game: Game) -> dict[str, Any]:
    return {
        "game_id": game.game_id,
        "start_time": micros(game.start_time),
        "duration": game.duration // MICRO,
        "winner": game.winner,
        "season": game.season,
        "kind": game.kind,
        "revision": game.revision,
        "recorder_id": game.recorder_id,
        "record": record_of(game),
    }


def _seat_columns(game: Game) -> list[dict[str, Any]]:
    return [
        {
            "game_id": game.game_id,
            "seat_number": seat.seat_number,
            "account_id": seat.account_id or NOBODY,
            "role": seat.role,
            "result": seat.result,
            "start_time": micros(game.start_time),
            "duration": game.duration // MICRO,
            "season": game.season,
            "kind": game.kind,
        }
        for seat in game.seats
        if not seat.erased
    ]


def _game(row: Row, seats: Sequence[Row]) -> Game:
    sat = {seat["seat_number"]: _who(seat) for seat in seats}
    return _told(
        row,
        seats,
        lambda number: sat.get(number, _ERASED),
        game_id=row["game_id"],
        state=row["state"],
        revision=row["revision"],
        create_time=moment(row["create_time"]),
        update_time=moment(row["update_time"]),
        red_chance=row["red_chance"],
    )


def _told(row: Row, seats: Sequence[Row], who: Callable[[int], Mapping[str, Any]], **columns: Any) -> Game:
    if row["record"] is not None:
        return game_of_record(row["record"], who, **columns)
    return Game(
        start_time=moment(row["start_time"]),
        duration=row["duration"] * MICRO,
        winner=row["winner"],
        seats=tuple(
            Seat(
                seat["seat_number"],
                role=seat["role"],
                result=result_for(seat["role"], row["winner"]),
                **who(seat["seat_number"]),
            )
            for seat in seats
        ),
        rule_set=_OLD_RULES,
        points_profile=_OLD_POINTS,
        **columns,
    )


def _who(seat: Mapping[str, Any]) -> Mapping[str, Any]:
    if seat["account_id"] == NOBODY:
        return _LEFT
    return {"username": seat["username"], "nickname": seat["nickname"], "account_id": seat["account_id"]}
