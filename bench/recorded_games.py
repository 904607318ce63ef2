"""Reads games as `dossier game list --json` prints them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from profile_service.rating.calibration import DecidedGame

_RED_ROLES: Final = ("ROLE_CIVILIAN", "ROLE_SHERIFF")
_WINNERS: Final = ("WINNER_RED", "WINNER_BLACK")
_USUAL_KIND: Final = "club"


def read_games(path: Path) -> list[DecidedGame]:
    """Return the games that a side won, oldest first."""
    games = json.loads(path.read_text(encoding="utf-8"))
    decided = [game for game in games if game["winner"] in _WINNERS]
    decided.sort(key=lambda game: (datetime.fromisoformat(game["start_time"]), game["game_id"]))
    return [_decided(game) for game in decided]


def _decided(game: dict[str, Any]) -> DecidedGame:
    seats = sorted(game["seats"], key=lambda seat: int(seat["seat_number"]))
    return DecidedGame(
        reds=tuple(seat.get("username", "") for seat in seats if seat["role"] in _RED_ROLES),
        blacks=tuple(seat.get("username", "") for seat in seats if seat["role"] not in _RED_ROLES),
        kind=game.get("kind", _USUAL_KIND).rpartition("_")[2].lower(),
        red_won=game["winner"] == "WINNER_RED",
    )
