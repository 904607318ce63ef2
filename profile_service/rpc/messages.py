"""Turns models into the contract's messages and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dossier.profile.v1 import user_pb2, visibility_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from profile_service.game_messages import KIND, Words, require_nanos, timestamp
from profile_service.storage.periods import EVER, Period
from profile_service.storage.stats_store import Games
from profile_service.storage.totals import ALL
from profile_service.users import Avatar, User, etag_of
from profile_service.visibility import FIELDS, Audience, Viewer, Visibility

_GENDER = Words(user_pb2.Gender, "GENDER_")


def gender_word(value: int) -> str:
    """Return a gender as models have it."""
    return _GENDER.word(value)


def user_message(user: User, viewer: Viewer) -> user_pb2.User:
    """Return a player, as the viewer may see them, as a message."""
    user = user.shown_to(viewer)
    return user_pb2.User(
        username=user.username,
        display_name=user.display_name,
        gender=_GENDER.value(user.gender),
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


def period_of(request: Any) -> Period:
    """Return the period of a request that has `start_time` and `end_time`. Raises InvalidInput."""
    return Period(moment_of(request, "start_time"), moment_of(request, "end_time"))


def games_of(request: Any) -> Games:
    """Return which games a request with `season` and `kind`, and maybe a period, asks for. Raises InvalidInput."""
    timed = "start_time" in request.DESCRIPTOR.fields_by_name
    return Games(
        period_of(request) if timed else EVER,
        request.season or ALL,
        KIND.word(request.kind) or ALL,
    )


def moment_of(request: Any, field: str) -> datetime | None:
    """Return a request's moment, None when it has none. Raises InvalidInput."""
    if not request.HasField(field):
        return None
    message: Timestamp = getattr(request, field)
    require_nanos(message, field)
    return message.ToDatetime(UTC)
