"""The parts that pictures of players, seasons and games share, as the document takes them.

Each function raises ValueError for what cannot be printed as it was sent: an enum value that this version does not
know, or a figure that is none. No drawing code looks for such again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from dossier.profile.v1 import user_pb2 as user_pb
from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import player_stats_pb2 as stats_pb
from dossier.stats.v1 import snapshot_service_pb2 as snapshot_pb
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from report_service.document.snapshot import (
    Fate,
    GameKind,
    Gender,
    Interval,
    PointsEntry,
    PointsReason,
    RecordKind,
    Result,
    Role,
    RoleTally,
    Tally,
    Week,
    Winner,
)

Word = TypeVar("Word", bound=StrEnum)
# Beyond what any club has; sums and squares of such figures are still finite.
_MOST = 1e12
_REAL = (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT)


def check(message: Message) -> None:
    """Look whether every figure of an answer can be drawn. Raises ValueError for NaN and infinities."""
    for field, value in message.ListFields():
        if field.cpp_type in _REAL:
            # Not the other way round, as nothing is true of NaN.
            if not abs(value) <= _MOST:
                raise ValueError(f"{field.full_name} is {value}, which is no figure")
        elif field.message_type is not None:
            for part in value if field.is_repeated else (value,):
                check(part)


def moment(value: Timestamp) -> datetime:
    """Return a timestamp as an aware moment, to the microsecond."""
    return value.ToDatetime(tzinfo=UTC)


def optional_moment(message: Message, field: str) -> datetime | None:
    """Return a timestamp that may be absent."""
    return moment(getattr(message, field)) if message.HasField(field) else None


def span(value: Duration) -> timedelta:
    """Return a duration."""
    return value.ToTimedelta()


def optional(message: Message, field: str) -> Any:
    """Return a field, None when it is absent, which is not 0."""
    return getattr(message, field) if message.HasField(field) else None


def _words(words: type[Word], enum: Any, prefix: str) -> Callable[[int], Word]:
    return lambda value: words(enum.Name(value).removeprefix(prefix).lower())


gender = _words(Gender, user_pb.Gender, "GENDER_")
role = _words(Role, game_pb.Role, "ROLE_")
result = _words(Result, game_pb.Result, "RESULT_")
winner = _words(Winner, game_pb.Winner, "WINNER_")
points_reason = _words(PointsReason, game_pb.PointsReason, "POINTS_REASON_")
record_kind = _words(RecordKind, snapshot_pb.SeasonRecord.Kind, "KIND_")
_game_kind = _words(GameKind, game_pb.GameKind, "GAME_KIND_")
_fate = _words(Fate, game_pb.Fate, "FATE_")


def game_kind(value: int) -> GameKind:
    """Return a game's kind; one that is not said is read as a game of the club."""
    return _game_kind(value or game_pb.GAME_KIND_CLUB)


def fate(value: int) -> Fate | None:
    """Return how a player left a game; None when it was not told."""
    return _fate(value) if value else None


def tally(message: stats_pb.Tally) -> Tally:
    """Return counts."""
    interval = optional(message, "win_interval")
    return Tally(
        sessions=message.sessions,
        wins=message.wins,
        losses=message.losses,
        draws=message.draws,
        play_time=span(message.play_time),
        win_rate=optional(message, "win_rate"),
        win_interval=None if interval is None else Interval(interval.low, interval.high),
        club_win_rate=optional(message, "club_win_rate"),
        wins_above_club=optional(message, "wins_above_club"),
    )


def role_tally(message: stats_pb.RoleTally) -> RoleTally:
    """Return the counts in one role."""
    return RoleTally(
        role=role(message.role),
        tally=tally(message.tally),
        points=message.points,
        luck=optional(message, "luck"),
    )


def points_entry(message: game_pb.PointsEntry) -> PointsEntry:
    """Return points for one reason."""
    return PointsEntry(points_reason(message.reason), message.points)


def week(message: snapshot_pb.WeekTally) -> Week:
    """Return the games of one week."""
    return Week(
        start_time=moment(message.start_time),
        wins=message.wins,
        losses=message.losses,
        draws=message.draws,
        play_time=span(message.play_time),
    )
