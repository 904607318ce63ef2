"""Turns models into the contract's messages and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from dossier.profile.v1 import user_pb2, visibility_pb2
from dossier.stats.v1 import game_pb2, player_stats_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from profile_service.games import Game, Seat
from profile_service.statistics import PlayerStats, Tally
from profile_service.storage.periods import Period
from profile_service.users import Avatar, User, etag_of
from profile_service.visibility import FIELDS, Audience, Viewer, Visibility
from runtime.errors import InvalidInput, Violation
from runtime.times import EPOCH

# The contract's enum values by the words that models and rows use.
_ENUMS: tuple[tuple[Any, str], ...] = (
    (user_pb2.Gender, "GENDER_"),
    (game_pb2.Role, "ROLE_"),
    (game_pb2.Winner, "WINNER_"),
    (game_pb2.Result, "RESULT_"),
)
_VALUES: dict[str, dict[str, Any]] = {
    prefix: {name.removeprefix(prefix).lower(): value for name, value in enum.items()} for enum, prefix in _ENUMS
}
_NANOS = range(1_000_000_000)
_WORDS: dict[str, dict[int, str]] = {
    prefix: {value: word for word, value in words.items()} for prefix, words in _VALUES.items()
}


def gender_word(value: int) -> str:
    """Return a gender as models have it."""
    return _WORDS["GENDER_"][value]


def timestamp(time: datetime) -> Timestamp:
    """Return an aware moment as a message."""
    # FromDatetime takes three times as long, and every resource has a few of these.
    since = time - EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1000)


def duration(length: timedelta) -> Duration:
    """Return a length of time as a message."""
    message = Duration()
    message.FromTimedelta(length)
    return message


def user_message(user: User, viewer: Viewer) -> user_pb2.User:
    """Return a player, as the viewer may see them, as a message."""
    user = user.shown_to(viewer)
    return user_pb2.User(
        username=user.username,
        display_name=user.display_name,
        gender=_VALUES["GENDER_"][user.gender],
        city=user.city,
        club=user.club,
        about=user.about,
        locale=user.locale,
        avatar=None if user.avatar is None else avatar_message(user.avatar),
        create_time=timestamp(user.create_time),
        update_time=timestamp(user.update_time),
        etag=etag_of(user),
        email=user.email,
    )


def visibility_message(visibility: Visibility) -> visibility_pb2.Visibility:
    """Return the audiences of a player's fields as a message."""
    values = {name: visibility_pb2.Audience.Value(f"AUDIENCE_{getattr(visibility, name).name}") for name in FIELDS}
    return visibility_pb2.Visibility(**values)  # type: ignore[arg-type]


def audiences_of(message: visibility_pb2.Visibility) -> dict[str, Audience]:
    """Return the audiences that are set, by field."""
    given = {name: getattr(message, name) for name in FIELDS if getattr(message, name)}
    names = {name: visibility_pb2.Audience.Name(value).removeprefix("AUDIENCE_") for name, value in given.items()}
    return {name: Audience[audience] for name, audience in names.items()}


def avatar_message(avatar: Avatar) -> user_pb2.Avatar:
    """Return what is known of an avatar as a message."""
    return user_pb2.Avatar(
        sha256=avatar.sha256,
        content_type=avatar.content_type,
        size_bytes=avatar.size_bytes,
        update_time=timestamp(avatar.update_time),
    )


def game_message(game: Game) -> game_pb2.Game:
    """Return a recorded game as a message."""
    return game_pb2.Game(
        game_id=game.game_id,
        start_time=timestamp(game.start_time),
        duration=duration(game.duration),
        winner=_VALUES["WINNER_"][game.winner],
        seats=[_seat_message(seat) for seat in game.seats],
        create_time=None if game.create_time is None else timestamp(game.create_time),
    )


def game_of(message: game_pb2.Game) -> Game:
    """Return a valid message as a game; output-only fields are ignored. Raises InvalidInput."""
    _require_nanos(message.start_time, "game.start_time")
    _require_nanos(message.duration, "game.duration")
    return Game(
        game_id=message.game_id,
        start_time=message.start_time.ToDatetime(UTC),
        duration=message.duration.ToTimedelta(),
        winner=_WORDS["WINNER_"][message.winner],
        seats=tuple(Seat(seat.seat_number, seat.username, _WORDS["ROLE_"][seat.role], "") for seat in message.seats),
    )


def stats_message(stats: PlayerStats) -> player_stats_pb2.PlayerStats:
    """Return statistics as a message."""
    return player_stats_pb2.PlayerStats(
        overall=_tally_message(stats.overall),
        roles=[
            player_stats_pb2.RoleTally(role=role_value(role), tally=_tally_message(tally))
            for role, tally in stats.roles
        ],
    )


def role_value(word: str) -> Any:
    """Return a role in a game as the contract's value."""
    return _VALUES["ROLE_"][word]


def result_value(word: str) -> Any:
    """Return a result as the contract's value."""
    return _VALUES["RESULT_"][word]


def period_of(request: Any) -> Period:
    """Return the period of a request that has `start_time` and `end_time`. Raises InvalidInput."""
    return Period(moment_of(request, "start_time"), moment_of(request, "end_time"))


def moment_of(request: Any, field: str) -> datetime | None:
    """Return a request's moment, None when it has none. Raises InvalidInput."""
    if not request.HasField(field):
        return None
    message: Timestamp = getattr(request, field)
    _require_nanos(message, field)
    return message.ToDatetime(UTC)


def _require_nanos(message: Timestamp | Duration, field: str) -> None:
    """The contract's rules see the sum of seconds and nanos only, so a part out of bounds passes them."""
    if message.nanos not in _NANOS:
        raise InvalidInput(
            f"'{field}' must have nanos from 0 to 999999999; mend it and try again.",
            Violation(f"{field}.nanos", "must be from 0 to 999999999"),
        )


def _seat_message(seat: Seat) -> game_pb2.Seat:
    return game_pb2.Seat(
        seat_number=seat.seat_number,
        username=seat.username,
        role=role_value(seat.role),
        result=result_value(seat.result),
    )


def _tally_message(tally: Tally) -> player_stats_pb2.Tally:
    return player_stats_pb2.Tally(
        sessions=tally.sessions,
        wins=tally.wins,
        losses=tally.losses,
        draws=tally.draws,
        play_time=duration(tally.play_time),
        win_rate=tally.win_rate,
    )
