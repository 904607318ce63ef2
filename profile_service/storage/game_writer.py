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
    GameRefused,
    GameVoided,
    GuestNotFound,
    GuestSatBesidePlayer,
    PlayerUnknown,
    RequestIdReused,
    UserNotFound,
)
from profile_service.game_messages import etag_of
from profile_service.game_recorder import Request, ToldGame
from profile_service.games import Game, Seat, result_for
from profile_service.storage import reckoning
from profile_service.storage.audit_store import record as record_event
from profile_service.storage.game_rows import insert_games, is_same, load_games, replace_game
from profile_service.users import search_key
from runtime.database import Database, Session
from runtime.errors import DomainError, Violation
from runtime.shielding import to_the_end
from runtime.times import MICRO

REQUEST_AGE = timedelta(days=1)
# So many games share one commit at most, but for those of one call.
TOGETHER = 100
# No username has a colon, so no player is called like a guest.
_GUEST = "guest:"


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
            async with self._database.write() as session:
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
            accounts = await _accounts(session, call.told)
            told_ids = [told.game.game_id for told in call.told]
            before = {game.game_id: game for game in await load_games(session, told_ids)}
            _require_known([told for told in call.told if told.game.game_id not in before], accounts)
            await _require_same(session, before | new, call.told, accounts)
        except DomainError as error:
            call.fail(error)
            return False
        if not call.dry_run:
            await _note(session, call.request)
            await self._seat_guests(session, call.told, accounts)
            for told in call.told:
                if told.game.game_id not in before | new:
                    game = _with_accounts(told.game, accounts)
                    new[game.game_id] = replace(game, recorder_id=call.request.recorder_id)
        return True

    async def find_unknown(self, told: Sequence[ToldGame]) -> list[Violation]:
        """See `game_recorder.GameWriter`."""
        async with self._database.read() as session:
            return _unknown(told, await _accounts(session, told))

    async def correct(self, told: ToldGame, *, etag: str, actor_id: str) -> Game:
        """See `game_recorder.GameWriter`."""
        async with self._database.write() as session:
            recorded = await _get(session, told.game.game_id)
            if recorded.state == "voided":
                raise GameVoided(recorded.game_id)
            accounts = await _accounts(session, [told])
            _require_known([told], accounts)
            await self._seat_guests(session, [told], accounts)
            game = _with_accounts(_kept(told, recorded), accounts)
            _require_single(told, game)
            if is_same(recorded, game):
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
        async with self._database.write() as session:
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
        async with self._database.write() as session:
            guest = await _find(session, _guest_name(nickname))
            player = await _find(session, username)
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
            await session.all("insert_merged_guest", guest=_guest_name(nickname), account_id=player)
            await record_event(session, Kind.GUEST_MERGED, player, actor_id=actor_id, games=str(len(rows)))
            return len(rows)

    async def _seat_guests(self, session: Session, told: Sequence[ToldGame], accounts: dict[str, str]) -> None:
        """Add to the accounts those of guests who sit down for the first time."""
        for seat in (seat for each in told for seat in each.game.seats if seat.nickname):
            name = _guest_name(seat.nickname)
            if name not in accounts:
                accounts[name] = self._new_id()
                await session.all("insert_guest", account_id=accounts[name], username=name, nickname=seat.nickname)

    async def _forget_guests(self, session: Session, seats: Iterable[Seat]) -> None:
        """Delete guests who sit in no game any more: they were a slip of the pen."""
        for seat in seats:
            if seat.nickname and not await session.all("list_games_of", account_id=seat.account_id):
                await session.all("delete_guest", account_id=seat.account_id)


def _kept(told: ToldGame, recorded: Game) -> Game:
    """Return the told game with those whom it does not name in the seats that they have in the recorded one."""
    sat = {seat.seat_number: seat for seat in recorded.seats}
    seats, faults = [], []
    for index, seat in enumerate(told.game.seats):
        before = sat.get(seat.seat_number)
        if seat.username or seat.nickname:
            seats.append(seat)
        elif before is None:
            faults.append(Violation(f"{told.field}.seats[{index}].username", "must name who sat there"))
        else:
            seats.append(replace(seat, account_id=before.account_id, erased=before.erased))
    if faults:
        raise GameRefused(faults)
    return replace(told.game, seats=tuple(seats))


def _require_single(told: ToldGame, game: Game) -> None:
    """Refuse a game in which somebody is named who keeps another seat."""
    seats = [seat for seat in game.seats if seat.account_id]
    if len({seat.account_id for seat in seats}) < len(seats):
        raise GameRefused([Violation(f"{told.field}.seats", "must name whoever changes the seat only once")])


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


async def _accounts(session: Session, told: Sequence[ToldGame]) -> dict[str, str]:
    names = {_name(seat) for each in told for seat in each.game.seats}
    rows = await session.many("find_player", [{"username": name} for name in sorted(names)])
    return {row["username"]: row["account_id"] for row in rows}


async def _find(session: Session, name: str) -> str | None:
    rows = await session.all("find_player", username=name)
    return rows[0]["account_id"] if rows else None


async def _require_same(
    session: Session, recorded: dict[str, Game], told: Sequence[ToldGame], accounts: dict[str, str]
) -> None:
    for game in (each.game for each in told if each.game.game_id in recorded):
        if is_same(recorded[game.game_id], _with_accounts(game, accounts)):
            continue
        merged = await _merged(session, game)
        if not is_same(recorded[game.game_id], _with_accounts(game, accounts | merged)):
            raise GameIdTaken(game.game_id)


async def _merged(session: Session, game: Game) -> dict[str, str]:
    """Return the accounts that guests of a game were merged into since."""
    guests = [{"guest": _guest_name(seat.nickname)} for seat in game.seats if seat.nickname]
    return {row["guest"]: row["account_id"] for row in await session.many("find_merged_guest", guests)}


def _require_etag(game: Game, etag: str) -> None:
    if etag and etag != etag_of(game):
        raise EtagStale()


def _require_known(told: Sequence[ToldGame], accounts: dict[str, str]) -> None:
    violations = _unknown(told, accounts)
    if violations:
        raise PlayerUnknown(_first_unknown(told, accounts), violations)


def _unknown(told: Sequence[ToldGame], accounts: dict[str, str]) -> list[Violation]:
    return [
        Violation(f"{each.field}.seats[{index}].username", "names a player who has no account")
        for each in told
        for index, seat in enumerate(each.game.seats)
        if seat.username and seat.username not in accounts
    ]


def _first_unknown(told: Sequence[ToldGame], accounts: dict[str, str]) -> str:
    names = (seat.username for each in told for seat in each.game.seats if seat.username)
    return next(name for name in names if name not in accounts)


def _with_accounts(game: Game, accounts: dict[str, str]) -> Game:
    """Return the game with accounts and results, seats in the order of their numbers."""
    seats = (
        replace(seat, account_id=accounts.get(_name(seat), seat.account_id), result=result_for(seat.role, game.winner))
        for seat in game.seats
    )
    return replace(game, seats=tuple(sorted(seats, key=lambda seat: seat.seat_number)))


def _name(seat: Seat) -> str:
    return seat.username or _guest_name(seat.nickname)


def _guest_name(nickname: str) -> str:
    return _GUEST + search_key(" ".join(nickname.split()))
