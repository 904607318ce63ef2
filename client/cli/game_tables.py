"""Games to import, as a file tells them: each knows its lines, and what is wrong is told by them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from client.cli.failures import USAGE, CommandFailure

if TYPE_CHECKING:
    from collections.abc import Callable

    from dossier.stats.v1 import game_pb2 as game_pb

# Under it the ids of games that have none are made of what the games say. It must never change.
_NAMESPACE: Final = uuid.UUID("5b0c9d5e-7a34-4c0e-9f55-0d7a4f8f6f11")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something to mend: the line of the file, the field or column, and what it must be."""

    line: int
    field: str
    description: str


@dataclass(frozen=True, slots=True)
class ToldGame:
    """A game of a file. `line_of` returns the line of a field, such as `seats[3].role`; of "" the first line."""

    game: game_pb.Game
    line_of: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Told:
    """What a file tells."""

    games: list[ToldGame]
    problems: list[Problem]


def read_told(path: Path) -> Told:
    """Return the games of a CSV or JSON file, each with an id, and what is wrong with the file.

    Raises:
        CommandFailure: it is neither.
        OSError: it cannot be read.
    """
    from client.cli.game_csv import read_csv
    from client.cli.game_json import read_json

    readers = {".csv": read_csv, ".json": read_json}
    if path.suffix.lower() not in readers:
        raise CommandFailure(f"{path}: games are imported from .csv or .json files.", exit_code=USAGE)
    told = readers[path.suffix.lower()](_text(path))
    for each in told.games:
        each.game.game_id = each.game.game_id or _id_by_content(each.game)
    return Told(told.games, [*told.problems, *_repeated(told.games)])


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")  # spreadsheets begin files with a mark
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CommandFailure(f"{path}, line {line}: this is not text in UTF-8.", reason="NOT_TEXT") from error


def _id_by_content(game: game_pb.Game) -> str:
    return str(uuid.uuid5(_NAMESPACE, game.SerializeToString(deterministic=True).hex()))


def _repeated(games: list[ToldGame]) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for each in games:
        line = each.line_of("")
        if each.game.game_id in first:
            problems.append(Problem(line, "game_id", f"is the game of line {first[each.game.game_id]} again"))
        first.setdefault(each.game.game_id, line)
    return problems
