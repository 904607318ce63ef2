"""GameService: decode, use case, encode."""

from __future__ import annotations

from typing import Any

import grpc
from dossier.stats.v1 import game_pb2
from dossier.stats.v1 import game_service_pb2 as game_pb
from dossier.stats.v1 import game_service_pb2_grpc as game_rpc

from profile_service.errors import GameNotFound
from profile_service.game_messages import game_message, game_of, request_of
from profile_service.game_recorder import GameRecorder, ToldGame
from profile_service.rpc.messages import games_of
from profile_service.storage.game_store import GameStore, position_of
from profile_service.visibility import calling_viewer
from runtime.calls import caller
from runtime.pages import PageTokens, page_size

Context = grpc.aio.ServicerContext[Any, Any]


class GameServicer(game_rpc.GameServiceServicer):
    """Serves games. `points_profile` is that of games which name none."""

    def __init__(self, store: GameStore, recorder: GameRecorder, pages: PageTokens, *, points_profile: str) -> None:
        self._store = store
        self._recorder = recorder
        self._pages = pages
        self._points_profile = points_profile

    async def RecordGame(self, request: game_pb.RecordGameRequest, context: Context) -> game_pb.RecordGameResponse:
        who = request_of(request, [request.game], recorder_id=caller().account_id)
        [game] = await self._recorder.record([self._told("game", request.game)], who)
        return game_pb.RecordGameResponse(game=game_message(game))

    async def BatchRecordGames(
        self, request: game_pb.BatchRecordGamesRequest, context: Context
    ) -> game_pb.BatchRecordGamesResponse:
        told = [self._told(f"games[{index}]", game) for index, game in enumerate(request.games)]
        who = request_of(request, request.games, recorder_id=caller().account_id)
        games = await self._recorder.record(told, who, dry_run=request.validate_only)
        return game_pb.BatchRecordGamesResponse(games=map(game_message, games))

    async def CorrectGame(self, request: game_pb.CorrectGameRequest, context: Context) -> game_pb.CorrectGameResponse:
        game = await self._recorder.correct(
            self._told("game", request.game), etag=request.etag, actor_id=caller().account_id
        )
        return game_pb.CorrectGameResponse(game=game_message(game))

    async def VoidGame(self, request: game_pb.VoidGameRequest, context: Context) -> game_pb.VoidGameResponse:
        voided = await self._recorder.void(request.game_id, etag=request.etag, actor_id=caller().account_id)
        # As the caller may see it, who need not have told it.
        game = await self._store.get(request.game_id, calling_viewer())
        return game_pb.VoidGameResponse(game=game_message(game or voided))

    async def MergeGuest(self, request: game_pb.MergeGuestRequest, context: Context) -> game_pb.MergeGuestResponse:
        count = await self._recorder.merge_guest(request.nickname, request.username, actor_id=caller().account_id)
        return game_pb.MergeGuestResponse(game_count=count)

    async def GetGame(self, request: game_pb.GetGameRequest, context: Context) -> game_pb.GetGameResponse:
        game = await self._store.get(request.game_id, calling_viewer())
        if game is None:
            raise GameNotFound(request.game_id)
        return game_pb.GetGameResponse(game=game_message(game))

    async def ListGames(self, request: game_pb.ListGamesRequest, context: Context) -> game_pb.ListGamesResponse:
        games = games_of(request)
        query = ("games", request.username, request.show_voided, *games.parameters.values())
        position = self._pages.open(request.page_token, *query)
        size = page_size(request.page_size)
        found = await self._store.list_games(
            username=request.username,
            games=games,
            show_voided=request.show_voided,
            before=None if position is None else (int(position[0]), str(position[1])),
            viewer=calling_viewer(),
            count=size + 1,
        )
        more = len(found) > size
        return game_pb.ListGamesResponse(
            games=map(game_message, found[:size]),
            next_page_token=self._pages.seal(position_of(found[size - 1]), *query) if more else "",
        )

    def _told(self, field: str, message: game_pb2.Game) -> ToldGame:
        return ToldGame(field, game_of(message, field, default_points_profile=self._points_profile))
