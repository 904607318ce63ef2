"""GameService and StatsService: decode, use case, encode."""

from __future__ import annotations

from typing import Any

import grpc
from dossier.stats.v1 import game_service_pb2 as game_pb
from dossier.stats.v1 import game_service_pb2_grpc as game_rpc
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from dossier.stats.v1 import stats_service_pb2_grpc as stats_rpc

from profile_service.errors import GameNotFound
from profile_service.games import GameRecorder
from profile_service.rpc.messages import game_message, game_of, period_of, stats_message
from profile_service.storage.game_store import GameStore, position_of
from profile_service.visibility import calling_viewer
from runtime.calls import caller
from runtime.pages import PageTokens, page_size

Context = grpc.aio.ServicerContext[Any, Any]


class GameServicer(game_rpc.GameServiceServicer):
    """Serves games."""

    def __init__(self, store: GameStore, recorder: GameRecorder, pages: PageTokens) -> None:
        self._store = store
        self._recorder = recorder
        self._pages = pages

    async def RecordGame(self, request: game_pb.RecordGameRequest, context: Context) -> game_pb.RecordGameResponse:
        game = await self._recorder.record(game_of(request.game), recorder_id=caller().account_id)
        return game_pb.RecordGameResponse(game=game_message(game))

    async def GetGame(self, request: game_pb.GetGameRequest, context: Context) -> game_pb.GetGameResponse:
        game = await self._store.get(request.game_id, calling_viewer())
        if game is None:
            raise GameNotFound(request.game_id)
        return game_pb.GetGameResponse(game=game_message(game))

    async def ListGames(self, request: game_pb.ListGamesRequest, context: Context) -> game_pb.ListGamesResponse:
        period = period_of(request)
        query = ("games", request.username, *period.parameters.values())
        position = self._pages.open(request.page_token, *query)
        size = page_size(request.page_size)
        games = await self._store.list_games(
            username=request.username,
            period=period,
            before=None if position is None else (int(position[0]), str(position[1])),
            viewer=calling_viewer(),
            count=size + 1,
        )
        more = len(games) > size
        return game_pb.ListGamesResponse(
            games=map(game_message, games[:size]),
            next_page_token=self._pages.seal(position_of(games[size - 1]), *query) if more else "",
        )


class StatsServicer(stats_rpc.StatsServiceServicer):
    """Serves statistics."""

    def __init__(self, store: GameStore) -> None:
        self._store = store

    async def GetPlayerStats(
        self, request: stats_pb.GetPlayerStatsRequest, context: Context
    ) -> stats_pb.GetPlayerStatsResponse:
        stats = await self._store.stats(request.username, period_of(request), calling_viewer())
        return stats_pb.GetPlayerStatsResponse(stats=stats_message(stats))
