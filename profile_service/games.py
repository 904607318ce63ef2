"""Played games: what is recorded, and what follows from it for each player."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from profile_service.errors import GameIdTaken
from profile_service.visibility import EVERYTHING, Viewer

RED = frozenset({"civilian", "sheriff"})


@dataclass(frozen=True, slots=True)
class Seat:
    """One player's part. `username` is empty when the account was deleted since, or hides its games from the viewer."""

    seat_number: int
    username: str
    role: str
    result: str


@dataclass(frozen=True, slots=True)
class Game:
    """One recorded game; seats in the order of their numbers."""

    game_id: str
    start_time: datetime
    duration: timedelta
    winner: str
    seats: tuple[Seat, ...]
    create_time: datetime | None = None


class GameStore(Protocol):
    """Where games are kept."""

    async def insert(self, game: Game, *, digest: str, recorder_id: str) -> str | None:
        """Insert the game, or return the digest of the one already recorded under its id. Raises PlayerUnknown."""

    async def get(self, game_id: str, viewer: Viewer) -> Game | None:
        """Return the game as the viewer may see it."""


class GameRecorder:
    """Records games."""

    def __init__(self, store: GameStore) -> None:
        self._store = store

    async def record(self, game: Game, *, recorder_id: str) -> Game:
        """Record a game once and return it as recorded. Raises PlayerUnknown or GameIdTaken."""
        digest = digest_of(game)
        recorded = await self._store.insert(game, digest=digest, recorder_id=recorder_id)
        stored = await self._store.get(game.game_id, EVERYTHING)
        if recorded not in (None, digest) or stored is None:
            raise GameIdTaken(game.game_id)
        return stored


def result_for(role: str, winner: str) -> str:
    """Return how a game ended for a player: "win", "loss" or "draw"."""
    if winner == "draw":
        return "draw"
    side = "red" if role in RED else "black"
    return "win" if side == winner else "loss"


def digest_of(game: Game) -> str:
    """Return a digest by which the same game sent twice is known from another under the same id."""
    seats: Sequence[tuple[int, str, str]] = sorted((s.seat_number, s.username, s.role) for s in game.seats)
    content = [game.start_time.isoformat(), game.duration / timedelta(microseconds=1), game.winner, seats]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
