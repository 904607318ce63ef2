"""Played games: recorded, corrected, voided, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import uuid_utils
from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import game_service_pb2 as game_service_pb

from client.connection import Connection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
    from datetime import datetime

# As many as the server takes in one call, of games and of bytes; recording them takes it longer than other calls take.
BATCH_SIZE: Final = 500
BATCH_BYTES: Final = 1_000_000
BATCH_TIMEOUT_SECONDS: Final = 60.0


class GameCalls:
    """The calls about games."""

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

    async def record_games(self, games: Iterable[game_pb.Game]) -> AsyncIterator[list[game_pb.Game]]:
        """Record any number of finished games, up to 500 in a call; yield those of each call as recorded.

        The games of a call are recorded together or not at all; those of the calls before stay. Games without `game_id`
        get a new one. Raises DossierError as `record_game`, with violations such as `games[3].winner`, counted from
        the first game of the call.
        """
        for batch in batches(games):
            request = game_service_pb.BatchRecordGamesRequest(games=batch)
            for game in request.games:
                game.game_id = game.game_id or str(uuid_utils.uuid7())
            yield list((await self._batch_record(request)).games)

    async def check_games(self, games: Sequence[game_pb.Game]) -> None:
        """Return when up to 500 games, all with their `game_id`, could be recorded. Raises as `record_games`.

        A refusal names 20 fields at most.
        """
        await self._batch_record(game_service_pb.BatchRecordGamesRequest(games=games, validate_only=True))

    async def _batch_record(
        self, request: game_service_pb.BatchRecordGamesRequest
    ) -> game_service_pb.BatchRecordGamesResponse:
        method = self._connection.stubs.games.BatchRecordGames
        return await self._connection.unary(
            method, request, signed_in=True, repeatable=True, timeout_seconds=BATCH_TIMEOUT_SECONDS
        )

    async def correct_game(self, game: game_pb.Game, *, etag: str = "") -> game_pb.Game:
        """Put a whole game in the place of the recorded one of its `game_id` and return it.

        `etag` is that of the game as it was read; without one the game is corrected whatever it is now.

        Raises DossierError (GAME_NOT_FOUND, GAME_VOIDED, ETAG_STALE, PLAYER_UNKNOWN, INVALID_REQUEST, ROLE_MISSING).
        """
        request = game_service_pb.CorrectGameRequest(game=game, etag=etag)
        method = self._connection.stubs.games.CorrectGame
        answer = await self._connection.unary(method, request, signed_in=True, repeatable=True)
        return answer.game

    async def void_game(self, game_id: str, *, etag: str = "") -> game_pb.Game:
        """Have a game count for nothing and return it; `etag` as for `correct_game`.

        Raises DossierError (GAME_NOT_FOUND, ETAG_STALE, ROLE_MISSING).
        """
        request = game_service_pb.VoidGameRequest(game_id=game_id, etag=etag)
        method = self._connection.stubs.games.VoidGame
        answer = await self._connection.unary(method, request, signed_in=True, repeatable=True)
        return answer.game

    async def merge_guest(self, nickname: str, username: str) -> int:
        """Give all games of a guest to a player, return how many. Needs the role referee.

        Raises DossierError (GUEST_NOT_FOUND, USER_NOT_FOUND, GUEST_SAT_BESIDE_PLAYER, ROLE_MISSING).
        """
        request = game_service_pb.MergeGuestRequest(nickname=nickname, username=username)
        answer = await self._connection.unary(self._connection.stubs.games.MergeGuest, request, signed_in=True)
        return answer.game_count

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


def batches(games: Iterable[game_pb.Game]) -> Iterator[list[game_pb.Game]]:
    """Yield the games, in order, in parts that the server takes in one call."""
    batch: list[game_pb.Game] = []
    size_bytes = 0
    for game in games:
        if batch and (len(batch) == BATCH_SIZE or size_bytes + game.ByteSize() > BATCH_BYTES):
            yield batch
            batch, size_bytes = [], 0
        batch.append(game)
        size_bytes += game.ByteSize()
    if batch:
        yield batch
