"""Games that end-to-end tests record."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from dossier.stats.v1 import game_pb2

ROLES = (
    game_pb2.ROLE_DON,
    game_pb2.ROLE_MAFIA,
    game_pb2.ROLE_MAFIA,
    game_pb2.ROLE_SHERIFF,
    *[game_pb2.ROLE_CIVILIAN] * 6,
)


def a_game(usernames: Sequence[str], winner: game_pb2.Winner, *, minutes: int = 45) -> game_pb2.Game:
    """Return a game that ended an hour ago; the first player is the don."""
    game = game_pb2.Game(
        game_id=str(uuid.uuid4()),
        winner=winner,
        rule_set="classic-1" if len(usernames) == len(ROLES) else "open-1",
        seats=[
            game_pb2.Seat(seat_number=number, username=username, role=role)
            for number, (username, role) in enumerate(zip(usernames, ROLES, strict=False), start=1)
        ],
    )
    game.start_time.FromDatetime(datetime.now(UTC) - timedelta(hours=2))
    game.duration.FromTimedelta(timedelta(minutes=minutes))
    return game
