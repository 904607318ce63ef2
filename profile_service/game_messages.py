"""Games as the contract's messages and back: for callers, for the broker, and for the column that keeps one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dossier.stats.v1 import game_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from profile_service.game_recorder import Request
from profile_service.games import POINT, BestMove, Game, Move, Seat, result_for
from profile_service.points import ledger
from runtime.errors import InvalidInput, Violation
from runtime.times import EPOCH

_NANOS = range(1_000_000_000)


def timestamp(time: datetime) -> Timestamp:
    """Return an aware moment as a message."""
    # FromDatetime takes three times as long, and every resource has a few of these.
    since = time - EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1000)


def duration(length: timedelta) -> Duration:
    """Return a length of time as a message."""
    return Duration(seconds=length.days * 86_400 + length.seconds, nanos=length.microseconds * 1000)


class Words:
    """An enum of the contract by the words that models and rows use for its values."""

    def __init__(self, enum: Any, prefix: str, *, unspecified: str = "unspecified") -> None:
        self._values = {name.removeprefix(prefix).lower(): value for name, value in enum.items()}
        self._words: dict[int, str] = {value: word for word, value in self._values.items()} | {0: unspecified}
        self._values[unspecified] = 0

    def value(self, word: str) -> Any:
        """Return the contract's value."""
        return self._values[word]

    def word(self, value: int) -> str:
        """Return the word for a value."""
        return self._words[value]


ROLE = Words(game_pb2.Role, "ROLE_")
WINNER = Words(game_pb2.Winner, "WINNER_")
RESULT = Words(game_pb2.Result, "RESULT_", unspecified="")
FATE = Words(game_pb2.Fate, "FATE_", unspecified="")
KIND = Words(game_pb2.GameKind, "GAME_KIND_", unspecified="")
STAGE = Words(game_pb2.Stage, "STAGE_", unspecified="")
STATE = Words(game_pb2.GameState, "GAME_STATE_", unspecified="")
REASON = Words(game_pb2.PointsReason, "POINTS_REASON_")


def game_message(game: Game) -> game_pb2.Game:
    """Return a recorded game as callers see it, with results and points."""
    message = _told(game)
    del message.seats[:]
    message.seats.extend(_shown_seat(game, seat) for seat in game.seats if not seat.erased)
    message.game_id = game.game_id
    message.state = STATE.value(game.state)
    message.etag = etag_of(game)
    if game.create_time is not None:
        message.create_time.CopyFrom(timestamp(game.create_time))
    if game.update_time is not None:
        message.update_time.CopyFrom(timestamp(game.update_time))
    if game.red_chance is not None:
        message.red_chance = game.red_chance
    return message


def points_entry(reason: str, points: int) -> game_pb2.PointsEntry:
    """Return points for one reason as a message."""
    return game_pb2.PointsEntry(reason=REASON.value(reason), points=points / POINT)


def game_of(message: game_pb2.Game, field: str, *, default_points_profile: str) -> Game:
    """Return a valid message as a game; output-only fields are ignored. Raises InvalidInput.

    Args:
        field: where in the request the message stands, such as "game".
        default_points_profile: the profile of a game that names none.
    """
    require_nanos(message.start_time, f"{field}.start_time")
    require_nanos(message.duration, f"{field}.duration")
    game = _heard(message, map(_told_seat, message.seats), game_id=message.game_id)
    return replace(
        game,
        kind=game.kind or "club",
        stage=game.stage or "main",
        rule_set=game.rule_set or "classic-1",
        points_profile=game.points_profile or default_points_profile,
    )


def record_of(game: Game) -> bytes:
    """Return what is told of a game for its row: all but who sat there and what follows."""
    return _told(game).SerializeToString(deterministic=True)


def game_of_record(record: bytes, who: Callable[[int], Mapping[str, Any]], **columns: Any) -> Game:
    """Return what `record_of` kept.

    Args:
        who: returns who sat at the seat of a number, as fields of Seat.
        columns: what follows, as fields of Game.
    """
    message = game_pb2.Game.FromString(record)
    winner = WINNER.word(message.winner)
    seats = []
    for seat in message.seats:
        result = result_for(ROLE.word(seat.role), winner)
        seats.append(_seat(seat, result=result, **who(seat.seat_number)))
    return _heard(message, seats, **columns)


def request_of(message: Any, games: Iterable[game_pb2.Game], *, recorder_id: str) -> Request:
    """Return who asks to record games, and by which `request_id` of the message."""
    if not message.request_id:
        return Request(recorder_id)
    told = b"".join(game.SerializeToString(deterministic=True) for game in games)
    return Request(recorder_id, message.request_id, hashlib.sha256(told).hexdigest())


def etag_of(game: Game) -> str:
    """Return the tag of a game's revision."""
    return hashlib.sha256(f"{game.game_id}/{game.revision}".encode()).hexdigest()[:16]


def require_nanos(message: Timestamp | Duration, field: str) -> None:
    """Raise InvalidInput for a part out of bounds, which the contract's rules do not see: they know the sum only."""
    if message.nanos not in _NANOS:
        raise InvalidInput(
            f"'{field}' must have nanos from 0 to 999999999; mend it and try again.",
            Violation(f"{field}.nanos", "must be from 0 to 999999999"),
        )


def _told(game: Game) -> game_pb2.Game:
    return game_pb2.Game(
        start_time=timestamp(game.start_time),
        duration=duration(game.duration),
        winner=WINNER.value(game.winner),
        seats=[_seat_message(seat) for seat in game.seats],
        table=game.table,
        season=game.season,
        kind=KIND.value(game.kind),
        stage=STAGE.value(game.stage),
        rule_set=game.rule_set,
        points_profile=game.points_profile,
        awarded=game.awarded,
        best_move=None
        if game.best_move is None
        else game_pb2.BestMove(seat_number=game.best_move.seat_number, suspects=game.best_move.suspects),
        nominations=[game_pb2.Nomination(day=move.round, **_seats_of(move)) for move in game.nominations],
        votes=[game_pb2.Vote(day=move.round, **_seats_of(move)) for move in game.votes],
        checks=[game_pb2.Check(night=move.round, **_seats_of(move)) for move in game.checks],
        shots=[game_pb2.Shot(night=move.round, **_seats_of(move)) for move in game.shots],
    )


def _seats_of(move: Move) -> dict[str, int]:
    return {"by_seat": move.by_seat, "seat_number": move.seat_number}


def _shown_seat(game: Game, seat: Seat) -> game_pb2.Seat:
    message = _seat_message(seat)
    message.username = seat.username
    message.nickname = seat.nickname
    message.result = RESULT.value(seat.result)
    message.points.extend(points_entry(reason, points) for reason, points in ledger(game, seat))
    return message


def _seat_message(seat: Seat) -> game_pb2.Seat:
    return game_pb2.Seat(
        seat_number=seat.seat_number,
        role=ROLE.value(seat.role),
        fate=FATE.value(seat.fate),
        fate_round=seat.fate_round,
        fouls=seat.fouls,
        yellow_cards=seat.yellow_cards,
        best_play=seat.best_play,
        bonus=seat.bonus / POINT,
        penalty=seat.penalty / POINT,
    )


def _heard(message: game_pb2.Game, seats: Iterable[Seat], **columns: Any) -> Game:
    return Game(
        start_time=message.start_time.ToDatetime(UTC),
        duration=message.duration.ToTimedelta(),
        winner=WINNER.word(message.winner),
        seats=tuple(seats),
        table=message.table,
        season=message.season,
        kind=KIND.word(message.kind),
        stage=STAGE.word(message.stage),
        rule_set=message.rule_set,
        points_profile=message.points_profile,
        awarded=message.awarded,
        best_move=BestMove(message.best_move.seat_number, tuple(message.best_move.suspects))
        if message.HasField("best_move")
        else None,
        nominations=_by_day(message.nominations),
        votes=_by_day(message.votes),
        checks=_by_night(message.checks),
        shots=_by_night(message.shots),
        **columns,
    )


def _told_seat(message: game_pb2.Seat) -> Seat:
    return _seat(message, username=message.username, nickname=" ".join(message.nickname.split()))


def _seat(message: game_pb2.Seat, **who: Any) -> Seat:
    return Seat(
        seat_number=message.seat_number,
        role=ROLE.word(message.role),
        fate=FATE.word(message.fate),
        fate_round=message.fate_round,
        fouls=message.fouls if message.HasField("fouls") else None,
        yellow_cards=message.yellow_cards,
        best_play=message.best_play,
        bonus=round(message.bonus * POINT),
        penalty=round(message.penalty * POINT),
        **who,
    )


def _by_day(moves: Iterable[Any]) -> tuple[Move, ...]:
    return tuple(Move(move.day, move.by_seat, move.seat_number) for move in moves)


def _by_night(moves: Iterable[Any]) -> tuple[Move, ...]:
    return tuple(Move(move.night, move.by_seat, move.seat_number) for move in moves)
