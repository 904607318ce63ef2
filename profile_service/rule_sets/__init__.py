"""Rule sets: how many sit at a table, in which roles, and what cannot have happened there.

What an id stands for never changes: changed rules have a new id. The order of a game's rounds is day 1, night 1, day 2
and so on; night 1 is the first in which is shot.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from profile_service.games import RED, Game, Move, side_of
from profile_service.users import search_key

Fault = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of a table.

    Attributes:
        seats: fewest and most seats.
        roles: fewest and most of each role.
        text: the rules as they were written.
    """

    title: str
    seats: tuple[int, int]
    roles: dict[str, tuple[int, int]]
    text: str


def _read(path: Path) -> RuleSet:
    text = path.read_text(encoding="utf-8")
    rules = tomllib.loads(text)
    roles = {role: (few, many) for role, (few, many) in rules["roles"].items()}
    return RuleSet(rules["title"], (rules["seats"][0], rules["seats"][1]), roles, text)


RULE_SETS = {path.stem: _read(path) for path in sorted(Path(__file__).parent.glob("*.toml"))}


def faults(game: Game, *, may_keep: bool = False) -> list[Fault]:
    """Return what is wrong with a game: each field as a path within it, and a sentence on what it must be.

    With `may_keep` a seat need not name anybody, as in a correction.
    """
    rules = RULE_SETS.get(game.rule_set)
    if rules is None:
        return [("rule_set", "names no rule set; ListRules has all of them")]
    few, many = rules.seats
    if not few <= len(game.seats) <= many:  # then nothing else fits either
        return [("seats", f"must be {_between(few, many)} by the rule set {game.rule_set}")]
    found = [] if may_keep else list(_nameless(game))
    return found + [fault for check in _CHECKS for fault in check(game, rules)]


def _seats(game: Game, rules: RuleSet) -> Iterator[Fault]:
    many = rules.seats[1]
    numbers: set[int] = set()
    for index, seat in enumerate(game.seats):
        if seat.seat_number > many:
            yield f"seats[{index}].seat_number", f"must be 1 to {many} by the rule set {game.rule_set}"
        if seat.seat_number in numbers:
            yield f"seats[{index}].seat_number", "is that of another seat"
        numbers.add(seat.seat_number)


def _roles(game: Game, rules: RuleSet) -> Iterator[Fault]:
    counts = Counter(seat.role for seat in game.seats)
    for role, (few, many) in rules.roles.items():
        if counts[role] > many:
            index = [number for number, seat in enumerate(game.seats) if seat.role == role][many]
            yield f"seats[{index}].role", f"is one {role} too many: there may be {many} by the rule set {game.rule_set}"
        elif counts[role] < few:
            yield "seats", f"must have {few} in the role {role} by the rule set {game.rule_set}"
    for side, words in (("red", "a civilian or sheriff"), ("black", "a mafia or don")):
        if all(side_of(seat.role) != side for seat in game.seats):
            yield "seats", f"must have {words} among them"


def _nameless(game: Game) -> Iterator[Fault]:
    for index, seat in enumerate(game.seats):
        if not seat.username and not seat.nickname:
            yield f"seats[{index}].username", "must name a player, or the seat a guest by a nickname that shows"


def _players(game: Game, rules: RuleSet) -> Iterator[Fault]:
    names: set[str] = set()
    for index, seat in enumerate(game.seats):
        field, name = ("username", seat.username) if seat.username else ("nickname", search_key(seat.nickname))
        if name and f"{field} {name}" in names:
            yield f"seats[{index}].{field}", "names somebody who sits at the table already"
        names.add(f"{field} {name}")


def _fates(game: Game, rules: RuleSet) -> Iterator[Fault]:
    killed: set[int] = set()
    for index, seat in enumerate(game.seats):
        if seat.fate_round and seat.fate in ("", "survived"):
            yield f"seats[{index}].fate_round", "needs a fate that ends the player's part"
        if seat.fate == "killed" and seat.fate_round:
            if seat.fate_round in killed:
                yield f"seats[{index}].fate_round", "is a night in which another was killed"
            killed.add(seat.fate_round)


def _moves(game: Game, rules: RuleSet) -> Iterator[Fault]:
    roles = {seat.seat_number: seat.role for seat in game.seats}
    kinds: tuple[tuple[str, tuple[Move, ...], Callable[[str], bool], str], ...] = (
        ("nominations", game.nominations, lambda role: True, ""),
        ("votes", game.votes, lambda role: True, ""),
        ("checks", game.checks, lambda role: role in ("sheriff", "don"), "must be the sheriff's or the don's"),
        ("shots", game.shots, lambda role: role not in RED, "must be of the black side"),
    )
    for name, moves, may, sentence in kinds:
        for index, move in enumerate(moves):
            if move.by_seat not in roles:
                yield f"{name}[{index}].by_seat", "must be a seat at the table"
            elif not may(roles[move.by_seat]):
                yield f"{name}[{index}].by_seat", sentence
            if move.seat_number not in roles and not (name == "shots" and move.seat_number == 0):
                yield f"{name}[{index}].seat_number", "must be a seat at the table"


def _best_move(game: Game, rules: RuleSet) -> Iterator[Fault]:
    if game.best_move is None:
        return
    seats = {seat.seat_number for seat in game.seats}
    if game.best_move.seat_number not in seats:
        yield "best_move.seat_number", "must be a seat at the table"
    for seat in game.seats:
        moved = seat.seat_number == game.best_move.seat_number
        end = (seat.fate, seat.fate_round)
        # Of the mover it may be untold how or when their part ended.
        if end not in (("killed", 1), ("killed", 0), ("", 0)) if moved else end == ("killed", 1):
            yield "best_move.seat_number", "must be the seat that was killed in the first night"
            break
    for index, suspect in enumerate(game.best_move.suspects):
        if suspect not in seats or suspect == game.best_move.seat_number:
            yield f"best_move.suspects[{index}]", "must be another seat at the table"


def _winner(game: Game, rules: RuleSet) -> Iterator[Fault]:
    """Red wins when no black player is alive, black when as many black as red players are."""
    if game.awarded or game.winner not in ("red", "black"):
        return
    survivors = Counter(side_of(seat.role) for seat in game.seats if seat.fate == "survived")
    if game.winner == "red" and survivors["black"]:
        yield "winner", "cannot be red while a black player survived; mend it, or say that the game was awarded"
    # Of whom no end is told may have survived.
    blacks = sum(side_of(seat.role) == "black" and seat.fate in ("", "survived") for seat in game.seats)
    if game.winner == "black" and blacks < max(1, survivors["red"]):
        yield "winner", "cannot be black while more red players survived; mend it, or say that the game was awarded"


def _between(few: int, many: int) -> str:
    return str(few) if few == many else f"{few} to {many}"


_CHECKS = (_seats, _roles, _players, _fates, _moves, _best_move, _winner)
