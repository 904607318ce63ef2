"""Writes games, and in the same transaction everything that is reckoned from them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from profile_service.audit import Kind
from profile_service.errors import (
    EtagStale,
    GameIdTaken,
    GameNotFound,
    GameVoided,
    GuestNotFound,
    GuestSatBesidePlayer,
    RequestIdReused,
    UserNotFound,
)
from profile_service.game_messages import etag_of
from profile_service.game_recorder import Request, ToldGame
from profile_service.games import Game, Seat
from profile_service.storage import reckoning
from profile_service.storage.audit_store import record as record_event
from profile_service.storage.game_rows import insert_games, is_same, is_unchanged, load_games, replace_game
from profile_service.storage.parts import GAMES
from profile_service.storage.seating import (
    accounts_of,
    find_account,
    guest_name,
    kept_seats,
    merged_guests,
    require_known,
    require_single,
    unknown_players,
    with_accounts,
)
from runtime.database import Database, Session
from runtime.errors import DomainError, Unavailable, Violation
from runtime.shielding import to_the_end
from runtime.times import MICRO

REQUEST_AGE = timedelta(days=1)
# So many games share one commit at most, but for those of one call.
TOGETHER = 100


@dataclass(frozen=True, slots=True)
class _Call:
    """A call to record games."""

    told: Sequence[ToldGame]
    request: Request
    dry_run: bool
    answer: asyncio.Future[list[Game]]

    @property
    def game_ids(self) -> list[str]:
        """The games to answer with."""
        return [] if self.dry_run else [told.game.game_id for told in self.told]

    def succeed(self, games: list[Game]) -> None:
        """Answer, unless the caller is gone."""
        if not self.answer.done():
            self.answer.set_result(games)

    def fail(self, error: Exception) -> None:
        """Answer with an error, unless the caller is gone."""
        if not self.answer.done():
            self.answer.set_exception(error)
            self.answer.exception()  # whoever is cancelled just now does not take it


class GameStoreWriter:
    """Implements `game_recorder.GameWriter`."""

    def __init__(self, database: Database, *, new_id: Callable[[], str]) -> None:
        self._database = database
        self._new_id = new_id
        self._writing = asyncio.Lock()
        self._waiting: deque[_Call] = deque()

    async def record(self, told: Sequence[ToldGame], request: Request, *, dry_run: bool) -> list[Game]:
        """See `game_recorder.GameWriter`.

        Calls that come while another one is being written are written together: one commit for all of them.
        """
        call = _Call(told, request, dry_run, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        try:
            async with self._writing:
                if not call.answer.done():
                    await to_the_end(self._record_together(self._next_calls()))
            return await call.answer
        except asyncio.CancelledError:
            call.answer.cancel()
            raise

    def _next_calls(self) -> list[_Call]:
        """Take calls that wait, the first of them whatever its size."""
        calls: list[_Call] = []
        games = 0
        while self._waiting and (not calls or games + len(self._waiting[0].told) <= TOGETHER):
            call = self._waiting.popleft()
            if not call.answer.done():
                calls.append(call)
                games += len(call.told)
        return calls

    async def _record_together(self, calls: Sequence[_Call]) -> None:
        new: dict[str, Game] = {}
        try:
            async with self._database.write(GAMES) as session:
                accepted = [call for call in calls if await self._accept(session, call, new)]
                await insert_games(session, list(new.values()))
                await reckoning.add(session, list(new.values()))
                ids = dict.fromkeys(game_id for call in accepted for game_id in call.game_ids)
                recorded = {game.game_id: game for game in await load_games(session, list(ids))}
        except Exception as error:
            await self._fail(calls, error)
            return
        for call in accepted:
            call.succeed([recorded[game_id] for game_id in call.game_ids])

    async def _fail(self, calls: Sequence[_Call], error: Exception) -> None:
        """Answer with an error; a fault of ours may be one call's alone, so of several each is written by itself."""
        if len(calls) == 1 or isinstance(error, DomainError):
            for call in calls:
                call.fail(error)
            return
        for call in calls:
            await self._record_together([call])

    async def _accept(self, session: Session, call: _Call, new: dict[str, Game]) -> bool:
        """Add a call's games to the new ones; when it cannot be written, tell it before anything of it is."""
        try:
            await _require_own(session, call.request)
            accounts = await accounts_of(session, call.told)
            told_ids = [told.game.game_id for told in call.told]
            before = {game.game_id: game for game in await load_games(session, told_ids)}
            require_known([told for told in call.told if told.game.game_id not in before], accounts)
            await _require_same(session, before | new, call.told, accounts)
        except Unavailable:
            raise  # The database's, so all calls': nothing more can be asked in this transaction.
        except DomainError as error:
            call.fail(error)
            return False
        if not call.dry_run:
            await _note(session, call.request)
            first_told = [told for told in call.told if told.game.game_id not in before | new]
            await self._seat_guests(session, first_told, accounts)
            for told in first_told:
                game = with_accounts(told.game, accounts)
                new[game.game_id] = replace(game, recorder_id=call.request.recorder_id)
        return True

    async def find_unknown(self, told: Sequence[ToldGame]) -> list[Violation]:
        """See `game_recorder.GameWriter`."""
        async with self._database.read() as session:
            return unknown_players(told, await accounts_of(session, told))

    async def correct(self, told: ToldGame, *, etag: str, actor_id: str) -> Game:
        """See `game_recorder.GameWriter`."""
        async with self._database.write(GAMES) as session:
            recorded = await _get(session, told.game.game_id)
            if recorded.state == "voided":
                raise GameVoided(recorded.game_id)
            accounts = await accounts_of(session, [told])
            require_known([told], accounts)
            # Who told the game still says what the guest was called who is a player now.
            sat = {seat.account_id for seat in recorded.seats}
            merged = await merged_guests(session, told.game)
            accounts |= {guest: account_id for guest, account_id in merged.items() if account_id in sat}
            await self._seat_guests(session, [told], accounts)
            game = with_accounts(kept_seats(told, recorded), accounts)
            require_single(told, game)
            if is_unchanged(recorded, game):
                return recorded
            _require_etag(recorded, etag)
            # First, so that what is counted again does not find the old seats.
            await replace_game(session, replace(game, revision=recorded.revision + 1))
            await reckoning.remove(session, [recorded])
            await reckoning.add(session, [game])
            await self._forget_guests(session, recorded.seats)
            await _note_change(session, Kind.GAME_CORRECTED, game.game_id, actor_id)
            return await _get(session, game.game_id)

    async def void(self, game_id: str, *, etag: str, actor_id: str) -> Game:
        """See `game_recorder.GameWriter`."""
        async with self._database.write(GAMES) as session:
            game = await _get(session, game_id)
            if game.state == "counted":
                _require_etag(game, etag)
                await session.all("void_seats", game_id=game_id)
                await session.all("void_game", game_id=game_id)
                await reckoning.remove(session, [game])
                await reckoning.settle(session)
                await _note_change(session, Kind.GAME_VOIDED, game_id, actor_id)
            return await _get(session, game_id)

    async def merge_guest(self, nickname: str, username: str, *, actor_id: str) -> int:
        """See `game_recorder.GameWriter`."""
        async with self._database.write(GAMES) as session:
            guest = await find_account(session, guest_name(nickname))
            player = await find_account(session, username)
            if guest is None:
                raise GuestNotFound(nickname)
            if player is None:
                raise UserNotFound(username)
            shared = await session.one("find_shared_game", account_id=guest, other_id=player)
            if shared is not None:
                raise GuestSatBesidePlayer(shared["game_id"])
            rows = await session.all("list_games_of", account_id=guest)
            await reckoning.give(session, [row["game_id"] for row in rows], account_id=guest, to_id=player)
            await session.all("delete_guest", account_id=guest)
            await session.all("insert_merged_guest", guest=guest_name(nickname), account_id=player)
            await record_event(session, Kind.GUEST_MERGED, player, actor_id=actor_id, games=str(len(rows)))
            return len(rows)

    async def _seat_guests(self, session: Session, told: Sequence[ToldGame], accounts: dict[str, str]) -> None:
        """Add to the accounts those of guests who sit down for the first time."""
        for seat in (seat for each in told for seat in each.game.seats if seat.nickname):
            name = guest_name(seat.nickname)
            if name not in accounts:
                accounts[name] = self._new_id()
                await session.all("insert_guest", account_id=accounts[name], username=name, nickname=seat.nickname)

    async def _forget_guests(self, session: Session, seats: Iterable[Seat]) -> None:
        """Delete guests who sit in no game any more: they were a slip of the pen."""
        for seat in seats:
            if seat.nickname and not await session.all("list_games_of", account_id=seat.account_id):
                await session.all("delete_guest", account_id=seat.account_id)


async def _get(session: Session, game_id: str) -> Game:
    games = await load_games(session, [game_id])
    if not games:
        raise GameNotFound(game_id)
    return games[0]


async def _require_own(session: Session, request: Request) -> None:
    if not request.request_id:
        return
    known = await session.one("get_request", request_id=request.request_id)
    if known is not None and (known["recorder_id"], known["digest"]) != (request.recorder_id, request.digest):
        raise RequestIdReused()


async def _note(session: Session, request: Request) -> None:
    if not request.request_id:
        return
    await session.all("delete_old_requests", age=REQUEST_AGE // MICRO)
    columns = {"recorder_id": request.recorder_id, "digest": request.digest}
    await session.all("insert_request", request_id=request.request_id, **columns)


async def _note_change(session: Session, kind: Kind, game_id: str, actor_id: str) -> None:
    await record_event(session, kind, actor_id, game=game_id)


async def _require_same(
    session: Session, recorded: dict[str, Game], told: Sequence[ToldGame], accounts: dict[str, str]
) -> None:
    for game in (each.game for each in told if each.game.game_id in recorded):
        if is_same(recorded[game.game_id], with_accounts(game, accounts)):
            continue
        merged = await merged_guests(session, game)
        if not is_same(recorded[game.game_id], with_accounts(game, accounts | merged)):
            raise GameIdTaken(game.game_id)


def _require_etag(game: Game, etag: str) -> None:
    if etag and etag != etag_of(game):
        raise EtagStale()
