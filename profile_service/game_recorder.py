"""Records games, corrects and voids them, and gives guests' games to players."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from profile_service import points, rule_sets
from profile_service.errors import GameRefused
from profile_service.games import Game
from runtime.errors import Violation


@dataclass(frozen=True, slots=True)
class ToldGame:
    """A game as it was told, with its seats in the order of the request; `field` is where in the request it stands."""

    field: str
    game: Game


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks. `request_id` is empty when a mix-up need not be seen; `digest` tells what was asked for."""

    recorder_id: str
    request_id: str = ""
    digest: str = ""


class GameWriter(Protocol):
    """Where games are written. Each is one transaction, with everything that is reckoned from games."""

    async def record(self, told: Sequence[ToldGame], request: Request, *, dry_run: bool) -> list[Game]:
        """Record games, all or none, and return them as recorded; those that were before are returned as they are.

        Raises:
            PlayerUnknown: seats name usernames without an account.
            GameIdTaken: another game has one of the ids.
            RequestIdReused: the request's id stands for something else.
        """

    async def find_unknown(self, told: Sequence[ToldGame]) -> list[Violation]:
        """Return which seats name usernames without an account."""

    async def correct(self, told: ToldGame, *, etag: str, actor_id: str) -> Game:
        """Put a game in the place of the recorded one of its id and return it.

        Whoever sits in a seat that names nobody stays there: the recorded game need not show them to who corrects it.

        Raises:
            GameRefused: a seat that names nobody was not there.
            PlayerUnknown: seats name usernames without an account.
            GameNotFound: there is none of this id.
            GameVoided: it was voided.
            EtagStale: it is not the one that `etag` tells of; an empty one tells of any.
        """

    async def void(self, game_id: str, *, etag: str, actor_id: str) -> Game:
        """Have a game count for nothing and return it. Raises GameNotFound or EtagStale."""

    async def merge_guest(self, nickname: str, username: str, *, actor_id: str) -> int:
        """Give a guest's games to a player and return how many.

        Raises:
            GuestNotFound: no guest is called so.
            UserNotFound: no player is.
            GuestSatBesidePlayer: they sat in one game.
        """


class GameRecorder:
    """Checks games by their rules before they are written.

    Args:
        wake: called when something was written, since more may have to be reckoned from it than was at once.
    """

    def __init__(self, writer: GameWriter, *, wake: Callable[[], None]) -> None:
        self._writer = writer
        self._wake = wake

    async def record(self, told: Sequence[ToldGame], request: Request, *, dry_run: bool = False) -> list[Game]:
        """Record games, all or none, each once, and return them as recorded. With `dry_run` nothing is written.

        Raises GameRefused when one breaks its rules, and as `GameWriter.record`.
        """
        await self._require_rules(told)
        games = await self._writer.record(told, request, dry_run=dry_run)
        self._wake()
        return games

    async def correct(self, told: ToldGame, *, etag: str, actor_id: str) -> Game:
        """Put a game in the place of the recorded one. Raises GameRefused, and as `GameWriter.correct`."""
        await self._require_rules([told], may_keep=True)
        game = await self._writer.correct(told, etag=etag, actor_id=actor_id)
        self._wake()
        return game

    async def void(self, game_id: str, *, etag: str, actor_id: str) -> Game:
        """Have a game count for nothing. Raises as `GameWriter.void`."""
        game = await self._writer.void(game_id, etag=etag, actor_id=actor_id)
        self._wake()
        return game

    async def merge_guest(self, nickname: str, username: str, *, actor_id: str) -> int:
        """Give a guest's games to a player. Raises as `GameWriter.merge_guest`."""
        count = await self._writer.merge_guest(nickname, username, actor_id=actor_id)
        self._wake()
        return count

    async def _require_rules(self, told: Sequence[ToldGame], *, may_keep: bool = False) -> None:
        faults = [fault for each in told for fault in _faults(each, may_keep=may_keep)]
        if faults:
            # One answer names everything that must be mended.
            raise GameRefused([*faults, *await self._writer.find_unknown(told)])


def _faults(told: ToldGame, *, may_keep: bool) -> list[Violation]:
    found = rule_sets.faults(told.game, may_keep=may_keep)
    faults = [Violation(f"{told.field}.{field}", sentence) for field, sentence in found]
    if told.game.points_profile not in points.PROFILES:
        faults.append(Violation(f"{told.field}.points_profile", "names no points profile; ListRules has all of them"))
    return faults
