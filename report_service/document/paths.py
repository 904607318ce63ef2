"""Shapes with curves as PDF path operators. `at` puts a point of the page into operands, mirrored or not."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

Point = tuple[float, float]
At = Callable[[float, float], str]

# A quarter circle as a cubic curve: the usual 4/3 * (sqrt(2) - 1).
_KAPPA = 0.5522847498


@lru_cache(maxsize=8192)
def n(value: float) -> str:
    """Return a number as an operand, to a hundredth of a point. The same places come back in every report."""
    # A zero has no sign, whichever of the two was asked for first.
    return f"{round(value, 2) + 0.0:g}"


def circle(at: At, centre: Point, radius: float) -> str:
    """Return the path of a circle around a point."""
    return round_rect(at, centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius, radius)


def ring_segment(at: At, centre: Point, outer: float, inner: float, *, start: float, end: float) -> str:
    """Return the path of a part of a ring; `start` and `end` are turns clockwise from twelve o'clock, 0 to 1."""
    if end - start >= 1:
        # The hole runs the other way round, so that a plain fill leaves it open.
        return f"{circle(at, centre, outer)} {_arc(at, centre, inner, 1, 0, move='m')} h"
    forth = _arc(at, centre, outer, start, end, move="m")
    return f"{forth} {_arc(at, centre, inner, end, start, move='l')} h"


def round_rect(at: At, x: float, y: float, width: float, height: float, radius: float) -> str:
    """Return the path of a rectangle with round corners."""
    right, bottom, handle = x + width, y + height, radius * (1 - _KAPPA)
    return " ".join(
        (
            f"{at(x + radius, y)} m {at(right - radius, y)} l",
            f"{at(right - handle, y)} {at(right, y + handle)} {at(right, y + radius)} c",
            f"{at(right, bottom - radius)} l",
            f"{at(right, bottom - handle)} {at(right - handle, bottom)} {at(right - radius, bottom)} c",
            f"{at(x + radius, bottom)} l",
            f"{at(x + handle, bottom)} {at(x, bottom - handle)} {at(x, bottom - radius)} c",
            f"{at(x, y + radius)} l",
            f"{at(x, y + handle)} {at(x + handle, y)} {at(x + radius, y)} c h",
        )
    )


def _arc(at: At, centre: Point, radius: float, start: float, end: float, *, move: str) -> str:
    steps = max(1, math.ceil(abs(end - start) * 8))
    angles = [math.tau * (start + (end - start) * step / steps) for step in range(steps + 1)]
    reach = 4 / 3 * math.tan((angles[1] - angles[0]) / 4) * radius
    parts = [f"{_on_circle(at, centre, radius, angles[0])} {move}"]
    for before, after in pairwise(angles):
        first = _on_circle(at, centre, radius, before, along=reach)
        second = _on_circle(at, centre, radius, after, along=-reach)
        parts.append(f"{first} {second} {_on_circle(at, centre, radius, after)} c")
    return " ".join(parts)


def _on_circle(at: At, centre: Point, radius: float, angle: float, *, along: float = 0.0) -> str:
    """Return the point at an angle clockwise from the top, moved by `along` on the tangent there."""
    sine, cosine = math.sin(angle), math.cos(angle)
    return at(centre[0] + radius * sine + along * cosine, centre[1] - radius * cosine + along * sine)
