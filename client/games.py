"""Played games and what they add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uuid_utils
from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from dossier.stats.v1 import player_stats_pb2 as player_stats_pb
from dossier.stats.v1 import stats_service_pb2 as stats_service_pb

from client.connection import Connection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime


class GameCalls:
    """The calls about games and statistics."""

    _connection: Connection

    async def record_game(self, game: game_pb.Game) -> game_pb.Game:
        """Record a finished game and return it with its results; a game without `game_id` gets a new one.

        Needs the role referee or service. Recording the same game again under its id is safe.

        Raises DossierError (ROLE_MISSING, PLAYER_UNKNOWN, GAME_ID_TAKEN, INVALID_REQUEST).
        """
        request = game_service_pb.RecordGameRequest(game=game)
        request.game.game_id = game.game_id or str(uuid_utils.uuid7())
        method = self._connection.stubs.games.RecordGame
        answer = await self._connection.unary(method, request, signed_in=True, repeatable=True)
        return answer.game

    async def get_game(self, game_id: str) -> game_pb.Game:
        """Return one game. Raises DossierError (GAME_NOT_FOUND)."""
        request = game_service_pb.GetGameRequest(game_id=game_id)
        answer = await self._connection.read(self._connection.stubs.games.GetGame, request)
        return answer.game

    async def list_games(
        self,
        *,
        username: str = "",
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        page_size: int = 0,
    ) -> AsyncIterator[game_pb.Game]:
        """Yield games, newest first, page after page as they are needed: all, one player's, or those of a time.

        The times are aware; `start_time` is included, `end_time` is not. Raises DossierError (USER_NOT_FOUND).
        """
        request = game_service_pb.ListGamesRequest(
            username=username, start_time=start_time, end_time=end_time, page_size=page_size
        )
        while True:
            page = await self._connection.read(self._connection.stubs.games.ListGames, request)
            for game in page.games:
                yield game
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return

    async def player_stats(
        self, username: str, *, start_time: datetime | None = None, end_time: datetime | None = None
    ) -> player_stats_pb.PlayerStats:
        """Return one player's statistics, over all games or those of a period. Raises DossierError (USER_NOT_FOUND)."""
        request = stats_service_pb.GetPlayerStatsRequest(username=username, start_time=start_time, end_time=end_time)
        answer = await self._connection.read(self._connection.stubs.stats.GetPlayerStats, request)
        return answer.stats
