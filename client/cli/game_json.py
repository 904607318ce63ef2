"""Games as JSON, as `game list --json` prints them."""

from __future__ import annotations

import json
from bisect import bisect_left
from json.decoder import JSONObject  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from client.cli.game_tables import Problem, Told, ToldGame

if TYPE_CHECKING:
    from google.protobuf.message import Message


def read_json(text: str) -> Told:
    """Return the games of a text, which holds one or a list of them, and what is wrong with it."""
    decoder = _LineDecoder(text)
    try:
        values = decoder.decode(text)
    except json.JSONDecodeError as error:
        return Told([], [Problem(error.lineno, "", f"{error.msg} (column {error.colno})")])
    except (RecursionError, ValueError):  # also a number of thousands of digits
        return Told([], [Problem(1, "", "this is not a list of games")])
    told = Told([], [])
    for value in values if isinstance(values, list) else [values]:
        _read_game(value, decoder, told)
    return told


def _read_game(value: Any, decoder: _LineDecoder, told: Told) -> None:
    from dossier.stats.v1 import game_pb2 as game_pb

    if not isinstance(value, dict):
        told.problems.append(Problem(1, "", "a game is a JSON object"))
        return
    seats = value.get("seats")
    seats = seats if isinstance(seats, list) and all(isinstance(seat, dict) for seat in seats) else []
    game = game_pb.Game()
    problems = _parse({key: item for key, item in value.items() if key != "seats" or not seats}, game, decoder, value)
    for seat in seats:
        problems += _parse(seat, game.seats.add(), decoder, seat)
    told.problems.extend(problems)
    if not problems:
        told.games.append(ToldGame(game, lambda field: decoder.line_of(value, field)))


def _parse(fields: dict[str, Any], message: Message, decoder: _LineDecoder, whole: dict[str, Any]) -> list[Problem]:
    """Read one field after the other, so that each bad one is told."""
    from google.protobuf.json_format import ParseDict, ParseError

    problems = []
    for name, item in fields.items():
        try:
            ParseDict({name: item}, message)
        except ParseError as error:
            problems.append(Problem(decoder.line_of(whole, name), name, str(error)))
    return problems


class _LineDecoder(json.JSONDecoder):
    """Remembers on which line each object begins."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._breaks = [index for index, character in enumerate(text) if character == "\n"]
        self._lines: dict[int, int] = {}
        self.parse_object = self._object
        self.scan_once = py_make_scanner(self)  # the one in C asks nobody

    def line_of(self, value: dict[str, Any], field: str) -> int:
        """Return the line of the innermost object that a path such as `seats[3].role` leads through."""
        found: Any = value
        line = self._lines[id(value)]
        for step in field.replace("[", ".[").split("."):
            try:
                found = found[int(step[1:-1])] if step.startswith("[") else _item(found, step)
            except (LookupError, TypeError, ValueError):
                break
            line = self._lines.get(id(found), line) if isinstance(found, dict) else line
        return line

    def _object(self, text_and_end: tuple[str, int], *rest: Any) -> tuple[Any, int]:
        value, end = JSONObject(text_and_end, *rest)
        self._lines[id(value)] = bisect_left(self._breaks, text_and_end[1]) + 1
        return value, end


def _item(value: Any, name: str) -> Any:
    first, *others = name.split("_")
    camel_case = first + "".join(map(str.title, others))
    return value[name] if name in value else value[camel_case]
