"""Who sits at a table: usernames, guests, and whoever a game no longer names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from profile_service.errors import GameRefused, PlayerUnknown
from profile_service.game_recorder import ToldGame
from profile_service.games import Game, Seat, result_for
from profile_service.users import search_key
from runtime.database import Session
from runtime.errors import Violation

# No username has a colon, so no player is called like a guest.
_GUEST = "guest:"


async def accounts_of(session: Session, told: Sequence[ToldGame]) -> dict[str, str]:
    """Return the accounts of whoever is named, by username or what stands for a guest; unknown ones are left out."""
    names = {_name(seat) for each in told for seat in each.game.seats}
    rows = await session.many("find_player", [{"username": name} for name in sorted(names)])
    return {row["username"]: row["account_id"] for row in rows}


async def find_account(session: Session, name: str) -> str | None:
    """Return the account of a username or of what stands for a guest, None when there is none."""
    rows = await session.all("find_player", username=name)
    return rows[0]["account_id"] if rows else None


async def merged_guests(session: Session, game: Game) -> dict[str, str]:
    """Return the accounts that guests of a game were merged into since."""
    guests = [{"guest": guest_name(seat.nickname)} for seat in game.seats if seat.nickname]
    return {row["guest"]: row["account_id"] for row in await session.many("find_merged_guest", guests)}


def require_known(told: Sequence[ToldGame], accounts: dict[str, str]) -> None:
    """Raise PlayerUnknown when a seat names a username without an account."""
    violations = unknown_players(told, accounts)
    if violations:
        raise PlayerUnknown(_first_unknown(told, accounts), violations)


def unknown_players(told: Sequence[ToldGame], accounts: dict[str, str]) -> list[Violation]:
    """Return which seats name usernames without an account."""
    return [
        Violation(f"{each.field}.seats[{index}].username", "names a player who has no account")
        for each in told
        for index, seat in enumerate(each.game.seats)
        if seat.username and seat.username not in accounts
    ]


def _first_unknown(told: Sequence[ToldGame], accounts: dict[str, str]) -> str:
    names = (seat.username for each in told for seat in each.game.seats if seat.username)
    return next(name for name in names if name not in accounts)


def kept_seats(told: ToldGame, recorded: Game) -> Game:
    """Return the told game with those whom it does not name in the seats that they have in the recorded one.

    Raises GameRefused when a seat that names nobody was not there.
    """
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


def require_single(told: ToldGame, game: Game) -> None:
    """Raise GameRefused when somebody is named who keeps another seat."""
    seats = [seat for seat in game.seats if seat.account_id]
    if len({seat.account_id for seat in seats}) < len(seats):
        raise GameRefused([Violation(f"{told.field}.seats", "must name whoever changes the seat only once")])


def with_accounts(game: Game, accounts: dict[str, str]) -> Game:
    """Return the game with accounts and results, seats in the order of their numbers."""
    seats = (
        replace(seat, account_id=accounts.get(_name(seat), seat.account_id), result=result_for(seat.role, game.winner))
        for seat in game.seats
    )
    return replace(game, seats=tuple(sorted(seats, key=lambda seat: seat.seat_number)))


def _name(seat: Seat) -> str:
    return seat.username or guest_name(seat.nickname)


def guest_name(nickname: str) -> str:
    """Return what stands in place of a username for a guest: lookalike nicknames are one."""
    return _GUEST + search_key(" ".join(nickname.split()))
