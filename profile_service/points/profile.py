"""A points profile, as its file has it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from profile_service.games import POINT, ROLES


@dataclass(frozen=True, slots=True)
class Compensation:
    """How being killed in the first night is made good. What each number means the formula says."""

    formula: str
    factor: float
    offset: float
    cap: float
    share: float


@dataclass(frozen=True, slots=True)
class PointsProfile:
    """What is given and taken, in POINTs.

    Attributes:
        results: by result ("win", "loss", "draw") and role.
        best_move: by how many of the suspects were black, 0 to 3; for red victims.
        referee: whether what the referee gave and took counts.
        removal, removal_that_loses: taken for being removed; the second when the game went to the other side for it.
        last_foul: with this many fouls `last_foul_penalty` is taken.
        stages: what the points of a stage are multiplied by; 1 for those that are not there.
        text: the profile as it was written.
    """

    title: str
    taking_part: int
    results: Mapping[str, Mapping[str, int]]
    best_move: tuple[int, int, int, int]
    best_play: int
    referee: bool
    removal: int
    removal_that_loses: int
    last_foul: int
    last_foul_penalty: int
    yellow_card: int
    stages: Mapping[str, float]
    compensation: Compensation | None
    text: str


def read_profile(path: Path) -> PointsProfile:
    """Read a profile's file. Raises KeyError, ValueError or TypeError when it is not one."""
    text = path.read_text(encoding="utf-8")
    told = tomllib.loads(text)
    removal = told.get("removal", {})
    fouls = told.get("fouls", {})
    moves = told.get("best_move", [0, 0, 0, 0])
    return PointsProfile(
        title=told["title"],
        taking_part=_points(told.get("taking_part", 0)),
        results={result: _by_role(told.get(result, 0)) for result in ("win", "loss", "draw")},
        best_move=(_points(moves[0]), _points(moves[1]), _points(moves[2]), _points(moves[3])),
        best_play=_points(told.get("best_play", 0)),
        referee=told.get("referee", True),
        removal=_points(removal.get("points", 0)),
        removal_that_loses=_points(removal.get("that_loses", removal.get("points", 0))),
        last_foul=fouls.get("last", 4),
        last_foul_penalty=_points(fouls.get("points", 0)),
        yellow_card=_points(told.get("yellow_card", 0)),
        stages=told.get("stages", {}),
        compensation=_compensation(told.get("compensation")),
        text=text,
    )


def _points(points: float) -> int:
    return round(points * POINT)


def _by_role(told: float | dict[str, float]) -> dict[str, int]:
    points = told if isinstance(told, dict) else dict.fromkeys(ROLES, told)
    return {role: _points(points[role]) for role in ROLES}


def _compensation(told: Any) -> Compensation | None:
    if told is None:
        return None
    return Compensation(
        told["formula"], told.get("factor", 0.0), told.get("offset", 0.0), told.get("cap", 0.0), told.get("share", 0.0)
    )
