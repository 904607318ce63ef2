"""Games as a spreadsheet: a line for each seat."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from client.cli.game_tables import Problem, Told, ToldGame

if TYPE_CHECKING:
    from dossier.stats.v1 import game_pb2 as game_pb

GAME_COLUMNS: Final = (
    *("game_id", "start_time", "duration", "winner", "season"),
    *("kind", "table", "stage", "rule_set", "points_profile", "awarded"),
)
SEAT_COLUMNS: Final = (
    *("seat", "username", "nickname", "role", "fate"),
    *("fate_round", "fouls", "yellow_cards", "best_play", "bonus", "penalty", "best_move"),
)
_NEEDED: Final = ("start_time", "duration", "winner", "seat", "role")
_DURATION: Final = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})")


def read_csv(text: str) -> Told:
    """Return the games of a text, and what is wrong with it."""
    table = _Table()
    try:
        _read_rows(text, table)
    except csv.Error as error:
        table.problems.append(Problem(table.line, "", f"this is not CSV: {error}"))
    # A game of which not all could be read is not asked about.
    broken = {id(sheet) for sheet in table.broken}
    sheets = [sheet for sheet in table.sheets.values() if id(sheet) not in broken]
    return Told([ToldGame(sheet.game, sheet.line_of) for sheet in sheets], table.problems)


@dataclass(slots=True)
class _Sheet:
    """A game as it comes together."""

    game: game_pb.Game
    cells: dict[str, str]
    lines: list[int] = field(default_factory=list)
    best_move_line: int = 0

    def line_of(self, path: str) -> int:
        found = re.match(r"seats\[(\d+)\]", path)
        if found and int(found[1]) < len(self.lines):
            return self.lines[int(found[1])]
        return self.best_move_line if path.startswith("best_move") and self.best_move_line else self.lines[0]


@dataclass(slots=True)
class _Table:
    """What was read so far."""

    line: int = 1
    sheets: dict[tuple[str, ...], _Sheet] = field(default_factory=dict)
    broken: list[_Sheet] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def bad(self, column: str, description: str) -> None:
        self.problems.append(Problem(self.line, column, description))


def _read_rows(text: str, table: _Table) -> None:
    header = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in header else ",", strict=True)
    columns = [name.strip().lower() for name in next(reader, [])]
    if not _has_columns(columns, table):
        return
    while True:
        table.line = reader.line_num + 1  # where the row begins: a cell may hold line breaks
        cells = next(reader, None)
        if cells is None:
            return
        if not any(cells):
            continue
        if len(cells) != len(columns):
            table.bad("", f"has {len(cells)} cells where the first line has {len(columns)}")
            continue
        _read_row(dict(zip(columns, (cell.strip() for cell in cells), strict=True)), table)


def _has_columns(columns: list[str], table: _Table) -> bool:
    for name in columns:
        if name not in GAME_COLUMNS + SEAT_COLUMNS:
            table.bad(name, "is no column of games; see dossier game import --help")
    for name in _NEEDED:
        if name not in columns:
            table.bad(name, "is a column that is needed")
    for name in sorted({name for name in columns if columns.count(name) > 1}):
        table.bad(name, "is there twice")
    return not table.problems


def _read_row(cells: dict[str, str], table: _Table) -> None:
    known = len(table.problems)
    sheet = _sheet_of(cells, table)
    sheet.lines.append(table.line)
    seat = sheet.game.seats.add()
    for column in SEAT_COLUMNS:
        if text := cells.get(column, ""):
            _set(seat, column, text, table)
    if cells.get("best_move"):
        sheet.best_move_line = table.line
        _set_best_move(sheet.game, seat.seat_number, cells["best_move"], table)
    if len(table.problems) > known:
        table.broken.append(sheet)


def _sheet_of(cells: dict[str, str], table: _Table) -> _Sheet:
    """Return the game that a row belongs to: by its id, or by when and at which table it was played."""
    from dossier.stats.v1 import game_pb2 as game_pb

    told = {column: cells.get(column, "") for column in GAME_COLUMNS}
    key = (told["game_id"].lower(),) if told["game_id"] else (told["start_time"], told["table"])
    if key not in table.sheets:
        sheet = table.sheets[key] = _Sheet(game_pb.Game(), told)
        for column, text in told.items():
            if text:
                _set(sheet.game, column, text, table)
            elif column in _NEEDED:
                table.bad(column, "must be told on the first line of a game")
        return sheet
    sheet = table.sheets[key]
    for column, text in told.items():
        if text and text != sheet.cells[column]:
            table.bad(column, f"is not what line {sheet.lines[0]} says of the same game")
    return sheet


def _set(message: Any, column: str, text: str, table: _Table) -> None:
    try:
        _SETTERS.get(column, _set_text)(message, column, text)
    except (ValueError, OverflowError) as error:
        table.bad(column, str(error))


def _set_text(message: Any, column: str, text: str) -> None:
    setattr(message, column, text)


def _set_name(message: Any, column: str, text: str) -> None:
    setattr(message, column, text.lower())  # ids and usernames have no capitals


def _set_start_time(message: Any, column: str, text: str) -> None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = datetime.min  # noqa: DTZ901 - refused below
    if time.tzinfo is None:
        raise ValueError("must be a date and time with its zone, such as 2026-11-22T18:00:00Z")
    message.start_time.FromDatetime(time)


def _set_duration(message: Any, column: str, text: str) -> None:
    parts = _DURATION.fullmatch(text)
    if not parts and not text.isdecimal():
        raise ValueError("must be seconds, such as 2700, or 45:00 or 0:45:00")
    hours, minutes, seconds = (int(part or 0) for part in parts.groups()) if parts else (0, 0, int(text))
    message.duration.seconds = min(hours * 3600 + minutes * 60 + seconds, 10**9)


def _set_whole(message: Any, column: str, text: str) -> None:
    if not text.isdecimal() or len(text) > 4:
        raise ValueError("must be a whole number")
    setattr(message, "seat_number" if column == "seat" else column, int(text))


def _set_truth(message: Any, column: str, text: str) -> None:
    if text.lower() not in ("yes", "no"):
        raise ValueError("must be yes or no")
    setattr(message, column, text.lower() == "yes")


def _set_points(message: Any, column: str, text: str) -> None:
    if not re.fullmatch(r"\d{1,6}([.,]\d{1,6})?", text):
        raise ValueError("must be points, such as 0.4")
    setattr(message, column, float(text.replace(",", ".")))


def _set_best_move(game: game_pb.Game, seat_number: int, text: str, table: _Table) -> None:
    suspects = text.replace(",", " ").split()
    if not all(suspect.isdecimal() and len(suspect) <= 4 for suspect in suspects):
        table.bad("best_move", "must be the seats that were named, such as 3 5 9")
    elif game.HasField("best_move"):
        table.bad("best_move", "was told of another seat; only the first night's victim has one")
    else:
        game.best_move.seat_number = seat_number
        game.best_move.suspects.extend(map(int, suspects))


def _word_setter(prefix: str) -> Callable[[Any, str, str], None]:
    def set_word(message: Any, column: str, text: str) -> None:
        enum = message.DESCRIPTOR.fields_by_name[column].enum_type
        values = {value.name.removeprefix(prefix).lower(): value.number for value in enum.values if value.number}
        word = re.sub(r"[ -]+", "_", text.lower())
        if word not in values:
            raise ValueError(f"must be one of {', '.join(values)}")
        setattr(message, column, values[word])

    return set_word


_SETTERS: Final[dict[str, Callable[[Any, str, str], None]]] = {
    "game_id": _set_name,
    "start_time": _set_start_time,
    "duration": _set_duration,
    "winner": _word_setter("WINNER_"),
    "season": _set_text,
    "kind": _word_setter("GAME_KIND_"),
    "stage": _word_setter("STAGE_"),
    "awarded": _set_truth,
    "seat": _set_whole,
    "username": _set_name,
    "role": _word_setter("ROLE_"),
    "fate": _word_setter("FATE_"),
    "fate_round": _set_whole,
    "fouls": _set_whole,
    "yellow_cards": _set_whole,
    "best_play": _set_truth,
    "bonus": _set_points,
    "penalty": _set_points,
    "best_move": lambda message, column, text: None,  # of the game, not of the seat
}
