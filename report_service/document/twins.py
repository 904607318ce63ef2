"""The same snapshot for programs: as JSON by `report.schema.json`, and as a table in CSV."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from report_service.document.rounding import rounded
from report_service.document.snapshot import (
    GameLine,
    GameSnapshot,
    PlayerSnapshot,
    SeasonSnapshot,
    SeatLine,
    Snapshot,
    StandingLine,
)

_KINDS = {
    PlayerSnapshot: "player_report",
    SeasonSnapshot: "season_report",
    GameSnapshot: "game_certificate",
}
_GAME_COLUMNS = (
    "game_id",
    "start_time",
    "duration_seconds",
    "season",
    "kind",
    "table",
    "seat",
    "role",
    "result",
    "fate",
    "fate_round",
    "points",
    "rating_before",
    "rating_after",
    "deviation_after",
)
_STANDING_COLUMNS = (
    "place",
    "username",
    "display_name",
    "points",
    "games",
    "wins",
    "losses",
    "win_rate",
    "wins_above_club",
    "rating_bound",
)
_SEAT_COLUMNS = ("seat", "username", "name", "role", "result", "fate", "fate_round", "fouls", "points")
# What a spreadsheet would take for a formula. Source: OWASP, "CSV Injection".
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE

Row = Sequence[object]


def to_json(snapshot: Snapshot) -> bytes:
    """Return all that the document shows and some more: times as RFC 3339, lengths in seconds, pictures in base64."""
    kind = _KINDS[type(snapshot)]
    try:
        return orjson.dumps({"kind": kind, "snapshot": snapshot}, default=_plain, option=_OPTIONS)
    except orjson.JSONEncodeError:
        # Half of a surrogate pair, which UTF-8 cannot hold.
        return orjson.dumps({"kind": kind, "snapshot": _whole(asdict(snapshot))}, default=_plain, option=_OPTIONS)


def to_csv(snapshot: Snapshot) -> bytes:
    """Return a row for each game of a player, each place of a season, or each seat of a game; empty means None."""
    if isinstance(snapshot, PlayerSnapshot):
        return _table(_GAME_COLUMNS, map(_game, snapshot.games or ()))
    if isinstance(snapshot, SeasonSnapshot):
        return _table(_STANDING_COLUMNS, map(_standing, snapshot.standings))
    return _table(_SEAT_COLUMNS, map(_seat, snapshot.seats))


def is_blank(table: bytes) -> bool:
    """Return whether a table has a header and no rows."""
    return table.count(b"\n") == 1


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(type(value).__name__)


def _whole(value: Any) -> Any:
    """Return the same with a question mark for each half of a surrogate pair."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _whole(inside) for key, inside in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(inside) for inside in value]
    return value


def _table(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8", "replace")


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def _game(game: GameLine) -> Row:
    return (
        game.game_id,
        game.start_time,
        rounded(game.duration.total_seconds()),
        game.season,
        game.kind,
        game.table,
        game.seat,
        game.role,
        game.result,
        game.fate,
        game.fate_round or None,
        game.points,
        game.rating_before,
        game.rating_after,
        game.deviation_after,
    )


def _standing(line: StandingLine) -> Row:
    return (
        line.rank,
        line.username,
        line.display_name,
        line.points,
        line.sessions,
        line.wins,
        line.losses,
        line.win_rate,
        line.wins_above_club,
        line.rating_bound,
    )


def _seat(seat: SeatLine) -> Row:
    points = round(sum(entry.points for entry in seat.points), 4)
    return (
        seat.seat,
        seat.username,
        seat.name,
        seat.role,
        seat.result,
        seat.fate,
        seat.fate_round or None,
        seat.fouls,
        points,
    )
