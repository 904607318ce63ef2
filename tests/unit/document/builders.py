"""Snapshots for tests: a plain player by default, anything else by keyword."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from report_service.document.snapshot import GameLine, Gender, Result, Role, RoleTally, Snapshot, Tally

NOW = datetime(2026, 11, 23, 17, 45, tzinfo=UTC)
_RESULTS = (Result.WIN, Result.WIN, Result.LOSS, Result.WIN, Result.LOSS, Result.WIN, Result.DRAW, Result.LOSS)
_ROLES = (Role.CIVILIAN, Role.MAFIA, Role.CIVILIAN, Role.SHERIFF, Role.CIVILIAN, Role.CIVILIAN, Role.DON)
_HOURS_BETWEEN = (3, 21, 70, 4, 95, 6, 130, 48, 26)


def a_game(number: int, **changes: Any) -> GameLine:
    """Return a game; the higher the number, the longer ago."""
    ago = sum(_HOURS_BETWEEN[i % len(_HOURS_BETWEEN)] for i in range(number + 1))
    game = GameLine(
        game_id=f"game-{number}",
        start_time=NOW - timedelta(hours=ago, minutes=number % 4 * 15),
        duration=timedelta(minutes=28 + number * 13 % 47),
        seat=number * 7 % 10 + 1,
        role=_ROLES[number % len(_ROLES)],
        result=_RESULTS[number % len(_RESULTS)],
    )
    return replace(game, **changes)


def games(count: int, **changes: Any) -> tuple[GameLine, ...]:
    """Return games, newest first."""
    return tuple(a_game(number, **changes) for number in range(count))


def tally(lines: Sequence[GameLine]) -> Tally:
    """Count games."""
    results = [line.result for line in lines]
    return Tally(
        sessions=len(lines),
        wins=results.count(Result.WIN),
        losses=results.count(Result.LOSS),
        play_time=sum((line.duration for line in lines), timedelta()),
    )


def a_snapshot(lines: Sequence[GameLine] | None = None, **changes: Any) -> Snapshot:
    """Return a player whose counts are those of the games (44 unless given)."""
    played = games(44) if lines is None else tuple(lines)
    by_role = [RoleTally(role, tally([line for line in played if line.role is role])) for role in Role]
    snapshot = Snapshot(
        report_id="5f0c1d2e-7a41-4c3b-9d55-0123456789ab",
        generated_time=NOW,
        username="ana.lima",
        display_name="Ana Lima",
        gender=Gender.FEMALE,
        email=None,
        city="Porto",
        club="Night Owls",
        about="",
        member_since=datetime(2024, 3, 9, 10, 0, tzinfo=UTC),
        avatar=None,
        overall=tally(played),
        by_role=tuple(entry for entry in by_role if entry.tally.sessions),
        games=played,
    )
    return replace(snapshot, **changes)


def a_picture(kind: str = "JPEG", *, side: int = 512, **save_options: Any) -> bytes:
    """Return an encoded gradient."""
    red = Image.linear_gradient("L").resize((side, side))
    image = Image.merge("RGB", (red, red.rotate(90), Image.new("L", (side, side), 120)))
    out = io.BytesIO()
    image.save(out, kind, **save_options)
    return out.getvalue()
