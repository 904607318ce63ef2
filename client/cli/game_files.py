"""Reads games from a JSON file, and says where in it something is wrong."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from client.cli.failures import CommandFailure

if TYPE_CHECKING:
    from dossier.stats.v1 import game_pb2 as game_pb


def read_games(name: str) -> list[game_pb.Game]:
    """Return the games in the file `name` ("-": standard input): one as a JSON object, or a list of them.

    Raises:
        CommandFailure: it is not JSON, or not games.
        OSError: it cannot be read.
    """
    values = _read_json(name)
    many = isinstance(values, list)
    games = []
    for number, value in enumerate(values if many else [values], start=1):
        games.append(_game(value, f"{_shown(name)}, game {number}" if many else _shown(name)))
    return games


def _read_json(name: str) -> Any:
    try:
        if name == "-":
            return json.load(sys.stdin)
        with open(name, encoding="utf-8") as file:
            return json.load(file)
    except json.JSONDecodeError as error:
        where = f"{_shown(name)}, line {error.lineno}, column {error.colno}"
        raise CommandFailure(f"{where}: {error.msg}.", reason="NOT_JSON") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise CommandFailure(f"{_shown(name)}: this is not JSON text.", reason="NOT_JSON") from error


def _game(value: Any, where: str) -> game_pb.Game:
    from dossier.stats.v1 import game_pb2 as game_pb
    from google.protobuf.json_format import ParseDict, ParseError

    if not isinstance(value, dict):
        raise CommandFailure(f"{where}: a game is a JSON object.", reason="NOT_A_GAME")
    try:
        return ParseDict(value, game_pb.Game())
    except ParseError as error:
        raise CommandFailure(f"{where}: {error}", reason="NOT_A_GAME") from error


def _shown(name: str) -> str:
    return "standard input" if name == "-" else name
