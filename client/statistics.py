"""What games add up to: players, pairs, ratings, leaderboards, seasons, and the rules by which they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import player_stats_pb2 as player_stats_pb
from dossier.stats.v1 import stats_service_pb2 as stats_service_pb

from client.connection import Connection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

ANY_KIND = game_pb.GAME_KIND_UNSPECIFIED


class StatisticsCalls:
    """The calls about statistics. Times are aware; `start_time` is included, `end_time` is not."""

    _connection: Connection

    async def player_stats(
        self,
        username: str,
        *,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        season: str = "",
        kind: game_pb.GameKind = ANY_KIND,
    ) -> player_stats_pb.PlayerStats:
        """Return a player's statistics over all games, or those of a time, season or kind.

        Raises DossierError (USER_NOT_FOUND).
        """
        request = stats_service_pb.GetPlayerStatsRequest(
            username=username, start_time=start_time, end_time=end_time, season=season, kind=kind
        )
        answer = await self._connection.read(self._connection.stubs.stats.GetPlayerStats, request)
        return answer.stats

    async def pair_stats(
        self,
        username: str,
        other_username: str,
        *,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        season: str = "",
        kind: game_pb.GameKind = ANY_KIND,
    ) -> player_stats_pb.PairStats:
        """Return how the first player did with and against the other. Raises DossierError (USER_NOT_FOUND)."""
        request = stats_service_pb.GetPairStatsRequest(
            username=username,
            other_username=other_username,
            start_time=start_time,
            end_time=end_time,
            season=season,
            kind=kind,
        )
        answer = await self._connection.read(self._connection.stubs.stats.GetPairStats, request)
        return answer.stats

    async def rating_changes(self, username: str, *, page_size: int = 0) -> AsyncIterator[player_stats_pb.RatingChange]:
        """Yield what each game did to a player's rating, newest first. Raises DossierError (USER_NOT_FOUND)."""
        request = stats_service_pb.ListRatingChangesRequest(username=username, page_size=page_size)
        while True:
            page = await self._connection.read(self._connection.stubs.stats.ListRatingChanges, request)
            for change in page.changes:
                yield change
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return

    async def standings(
        self,
        board: stats_service_pb.Board = stats_service_pb.BOARD_RATING,
        *,
        season: str = "",
        kind: game_pb.GameKind = ANY_KIND,
        minimum_sessions: int = 0,
        page_size: int = 0,
    ) -> AsyncIterator[player_stats_pb.Standing]:
        """Yield the places of a leaderboard, best first, page after page as they are needed. Raises DossierError."""
        request = stats_service_pb.ListStandingsRequest(
            board=board, season=season, kind=kind, minimum_sessions=minimum_sessions, page_size=page_size
        )
        while True:
            page = await self._connection.read(self._connection.stubs.stats.ListStandings, request)
            for standing in page.standings:
                yield standing
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return

    async def standings_around(
        self,
        username: str,
        board: stats_service_pb.Board = stats_service_pb.BOARD_RATING,
        *,
        season: str = "",
        kind: game_pb.GameKind = ANY_KIND,
        minimum_sessions: int = 0,
        page_size: int = 0,
    ) -> list[player_stats_pb.Standing]:
        """Return the page of a leaderboard in whose middle a player is.

        Raises DossierError (USER_NOT_FOUND, NOT_ON_BOARD).
        """
        request = stats_service_pb.ListStandingsRequest(
            board=board,
            season=season,
            kind=kind,
            minimum_sessions=minimum_sessions,
            around=username,
            page_size=page_size,
        )
        page = await self._connection.read(self._connection.stubs.stats.ListStandings, request)
        return list(page.standings)

    async def seasons(self) -> list[stats_service_pb.Season]:
        """Return the seasons in which games were played, newest first."""
        request = stats_service_pb.ListSeasonsRequest()
        answer = await self._connection.read(self._connection.stubs.stats.ListSeasons, request)
        return list(answer.seasons)

    async def rules(self) -> stats_service_pb.ListRulesResponse:
        """Return the rule sets and points profiles that games may name."""
        return await self._connection.read(self._connection.stubs.stats.ListRules, stats_service_pb.ListRulesRequest())
