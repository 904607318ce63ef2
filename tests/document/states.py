"""The states of the reports that `make document-check` renders, and what each must say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from report_service.document.render import render
from report_service.document.snapshot import (
    GameLine,
    Gender,
    PlayerSnapshot,
    Result,
    Role,
    RoleTally,
    Scope,
    Stats,
    Tally,
)
from tests.document.check import State

_NOW = datetime(2026, 11, 23, 17, 45, tzinfo=UTC)
_GAMES = tuple(
    GameLine(
        game_id=f"game-{number}",
        start_time=_NOW - timedelta(days=number),
        duration=timedelta(minutes=35 + number % 20),
        seat=number % 10 + 1,
        role=list(Role)[number % len(Role)],
        result=(Result.WIN, Result.LOSS)[number % 2],
    )
    for number in range(44)
)
_ALL = Tally(sessions=44, wins=22, losses=22, play_time=timedelta(hours=30), win_rate=0.5)
_ROLE = Tally(sessions=11, wins=5, losses=6, play_time=timedelta(hours=7), win_rate=5 / 11)
_PLAYER = PlayerSnapshot(
    report_id="5f0c1d2e-7a41-4c3b-9d55-0123456789ab",
    generated_time=_NOW,
    scope=Scope(),
    username="ana.lima",
    display_name="Ana Lima",
    locale="en",
    gender=Gender.FEMALE,
    email=None,
    city="Porto",
    club="Night Owls",
    about="",
    member_since=datetime(2024, 3, 9, 10, 0, tzinfo=UTC),
    avatar=None,
    stats=Stats(overall=_ALL, roles=tuple(RoleTally(role, _ROLE) for role in Role)),
    games=_GAMES,
)
_NEWCOMER = replace(_PLAYER, stats=Stats(overall=Tally()), games=())
_ARABIC = replace(_PLAYER, display_name="ليلى حداد", locale="ar")

STATES = {
    "player": State(partial(render, _PLAYER), texts=("Ana Lima",), spoken=("Ana Lima",)),
    "no games": State(partial(render, _NEWCOMER), texts=("Ana Lima",), spoken=("Ana Lima",)),
    "right to left": State(partial(render, _ARABIC), spoken=("ليلى حداد",)),
}
