"""StatsService: decode, use case, encode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from dossier.stats.v1 import stats_service_pb2_grpc as stats_rpc

from profile_service import points, rule_sets
from profile_service.game_messages import timestamp
from profile_service.leaderboards import Board, Place
from profile_service.rpc.messages import games_of
from profile_service.rpc.stats_messages import change_message, fill_stats, pair_message, standing_message
from profile_service.storage.game_store import GameStore
from profile_service.storage.leaderboard_store import LeaderboardStore, Question, Start
from profile_service.storage.periods import ALWAYS
from profile_service.storage.stats_store import StatsStore, position_of
from profile_service.visibility import calling_viewer
from runtime.pages import PageTokens, page_size

Context = grpc.aio.ServicerContext[Any, Any]
_BOARDS = {
    stats_pb.BOARD_UNSPECIFIED: Board.RATING,
    stats_pb.BOARD_RATING: Board.RATING,
    stats_pb.BOARD_WIN_RATE: Board.WIN_RATE,
    stats_pb.BOARD_POINTS: Board.POINTS,
    stats_pb.BOARD_WINS_ABOVE_CLUB: Board.WINS_ABOVE,
    stats_pb.BOARD_POINTS_PER_GAME: Board.POINTS_PER_GAME,
}


class StatsServicer(stats_rpc.StatsServiceServicer):
    """Serves what games add up to. `points_profile` is that of games which name none."""

    def __init__(
        self,
        store: StatsStore,
        boards: LeaderboardStore,
        games: GameStore,
        pages: PageTokens,
        *,
        points_profile: str,
    ) -> None:
        self._store = store
        self._boards = boards
        self._games = games
        self._pages = pages
        self._points_profile = points_profile

    async def GetPlayerStats(
        self, request: stats_pb.GetPlayerStatsRequest, context: Context
    ) -> stats_pb.GetPlayerStatsResponse:
        stats = await self._store.stats(request.username, games_of(request), calling_viewer())
        response = stats_pb.GetPlayerStatsResponse()
        fill_stats(response.stats, stats)
        return response

    async def GetPairStats(
        self, request: stats_pb.GetPairStatsRequest, context: Context
    ) -> stats_pb.GetPairStatsResponse:
        pair = await self._store.pair(request.username, request.other_username, games_of(request), calling_viewer())
        return stats_pb.GetPairStatsResponse(stats=pair_message(pair))

    async def ListRatingChanges(
        self, request: stats_pb.ListRatingChangesRequest, context: Context
    ) -> stats_pb.ListRatingChangesResponse:
        query = ("rating changes", request.username)
        position = self._pages.open(request.page_token, *query)
        size = page_size(request.page_size)
        before = (ALWAYS, "") if position is None else (int(position[0]), str(position[1]))
        changes = await self._store.rating_changes(request.username, before, calling_viewer(), count=size + 1)
        more = len(changes) > size
        return stats_pb.ListRatingChangesResponse(
            changes=map(change_message, changes[:size]),
            next_page_token=self._pages.seal(position_of(changes[size - 1]), *query) if more else "",
        )

    async def ListStandings(
        self, request: stats_pb.ListStandingsRequest, context: Context
    ) -> stats_pb.ListStandingsResponse:
        question = Question(
            _BOARDS[request.board], calling_viewer(), games_of(request), max(1, request.minimum_sessions)
        )
        # A page of one viewer is not another's: they see different players.
        query = ("standings", *question.parameters.values(), question.board)
        size = page_size(request.page_size)
        if request.around:
            page = await self._boards.around(question, request.around, count=size)
        else:
            position = self._pages.open(request.page_token, *query)
            start = Start() if position is None else _start(question.board, position)
            page = await self._boards.page(question, start, count=size)
        return stats_pb.ListStandingsResponse(
            standings=[standing_message(page, place, question.board) for place in page.places],
            next_page_token=self._pages.seal(_position(page.places[-1]), *query) if page.more else "",
            total_size=page.total,
        )

    async def ListSeasons(self, request: stats_pb.ListSeasonsRequest, context: Context) -> stats_pb.ListSeasonsResponse:
        return stats_pb.ListSeasonsResponse(
            seasons=[
                stats_pb.Season(
                    season=season.season,
                    game_count=season.game_count,
                    first_time=timestamp(season.first_time),
                    last_time=timestamp(season.last_time),
                )
                for season in await self._games.seasons()
            ]
        )

    async def ListRules(self, request: stats_pb.ListRulesRequest, context: Context) -> stats_pb.ListRulesResponse:
        return stats_pb.ListRulesResponse(
            rule_sets=[
                stats_pb.Rules(id=key, title=rules.title, text=rules.text) for key, rules in rule_sets.RULE_SETS.items()
            ],
            points_profiles=[
                stats_pb.Rules(id=key, title=profile.title, text=profile.text)
                for key, profile in points.PROFILES.items()
            ],
            default_points_profile=self._points_profile,
        )


def _position(place: Place) -> list[str | int]:
    # As text, since a page token holds no fractions; repr gives back the same number to the bit.
    key = place.key if isinstance(place.key, str) else repr(place.key)
    return [place.rank, key, place.account_id]


def _start(board: Board, position: Sequence[str | int]) -> Start:
    key = str(position[1])
    return Start(int(position[0]), key if board is Board.POINTS else float(key), str(position[2]))
