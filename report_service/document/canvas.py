"""A page to draw on: text and vector shapes as PDF operators, in points from the top left corner."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from report_service.document import emoji
from report_service.document.encoding import Encoding
from report_service.document.fonts import EMOJI, Face
from report_service.document.palette import PAGE_HEIGHT, WHITE, Style, Weight
from report_service.document.shaping import Line, Run, shape

# A quarter circle as a cubic curve: the usual 4/3 * (sqrt(2) - 1).
_KAPPA = 0.5522847498
# How wide an outline makes a regular face semibold, in em.
_OUTLINE = 0.022

Point = tuple[float, float]


@dataclass(slots=True)
class Page:
    """The operators of one page and which fonts and images they name."""

    operators: list[str] = field(default_factory=list)
    fonts: set[int] = field(default_factory=set)
    images: set[int] = field(default_factory=set)
    fill: str = ""
    stroke: str = ""


class Canvas:
    """Pages in the making. Draws on `page`, by default the last one begun.

    Fonts and images are numbered from 1 in order of first use: resource /F1 is `encodings[0]`, /I1 is `images[0]`.
    """

    def __init__(self) -> None:
        self.pages: list[Page] = []
        self.images: list[bytes] = []
        self._encodings: dict[str, tuple[int, Encoding]] = {}
        self.page = self.begin_page()

    @property
    def encodings(self) -> list[Encoding]:
        """The faces used so far with their glyphs."""
        return [encoding for _, encoding in self._encodings.values()]

    def begin_page(self) -> Page:
        """Add an empty page and draw on it from now on."""
        self.page = Page()
        self.pages.append(self.page)
        return self.page

    def text(
        self, x: float, y: float, content: str | Line, *, style: Style | None = None, align: str = "left"
    ) -> float:
        """Set clean text with its baseline at `y`, and return its width.

        Args:
            x: the left end, the right end or the middle, as `align` ("left", "right", "center") says.
            content: a string (then `style` is needed) or a line already shaped.
        """
        line = content if isinstance(content, Line) else shape(content, _required(style))
        width = line.width
        at = x - {"left": 0.0, "right": width, "center": width / 2}[align]
        for run in line.runs:
            self._run(at, y, run, line.style)
            at += run.advance * line.style.size / 1000 + len(run.glyphs) * line.style.tracking
        return width

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "",
        stroke: str = "",
        line: float = 0.75,
        radius: float = 0.0,
    ) -> None:
        """Draw a rectangle, with round corners if `radius` is not zero."""
        if radius:
            shape_operators = _round_rect(x, y, width, height, min(radius, width / 2, height / 2))
        else:
            shape_operators = f"{_n(x)} {_n(PAGE_HEIGHT - y - height)} {_n(width)} {_n(height)} re"
        self.paint(shape_operators, fill=fill, stroke=stroke, line=line)

    def circle(
        self, x: float, y: float, radius: float, *, fill: str = "", stroke: str = "", line: float = 0.75
    ) -> None:
        """Draw a circle around a point."""
        self.paint(circle(x, y, radius), fill=fill, stroke=stroke, line=line)

    def rule(self, start: Point, end: Point, *, colour: str, line: float = 0.75, dash: str = "") -> None:
        """Draw a straight line; `dash` holds the lengths on and off, such as "2 2"."""
        path = f"{_at(*start)} m {_at(*end)} l"
        self.paint(f"q [{dash}]0 d {path}" if dash else path, stroke=colour, line=line)
        if dash:
            self._add("Q")

    def paint(self, path: str, *, fill: str = "", stroke: str = "", line: float = 0.75) -> None:
        """Fill and stroke a path of operators."""
        if fill:
            self._fill(fill)
        if stroke:
            self._add(f"{stroke} RG {_n(line)} w")
        self._add(f"{path} {'B' if fill and stroke else 'f' if fill else 'S'}")

    def picture(self, jpeg: bytes, x: float, y: float, diameter: float) -> None:
        """Draw a square JPEG clipped to a circle around a point."""
        self.images.append(jpeg)
        number = len(self.images)
        self.page.images.add(number)
        with self._clipped(circle(x, y, diameter / 2)):
            left, bottom = x - diameter / 2, PAGE_HEIGHT - y - diameter / 2
            self._add(f"{_n(diameter)} 0 0 {_n(diameter)} {_n(left)} {_n(bottom)} cm /I{number} Do")

    @contextmanager
    def _clipped(self, path: str) -> Iterator[None]:
        self._add(f"q {path} W n")
        yield
        self._add("Q")

    def _run(self, x: float, y: float, run: Run, style: Style) -> None:
        if run.face.name == EMOJI:
            self._emoji(x, y, run, style)
            return
        self._fill(style.colour)
        before = after = ""
        if style.tracking:
            before, after = f"{_n(style.tracking)} Tc ", " 0 Tc"
        if style.weight is Weight.SEMIBOLD and run.face.name != style.weight:
            # The other scripts are vendored in one weight; an outline makes them as heavy as the text face.
            self._add(f"{style.colour} RG {_n(style.size * _OUTLINE)} w")
            before, after = before + "2 Tr ", after + " 0 Tr"
        self._show(x, y, run, style.size, before=before, after=after)

    def _show(self, x: float, y: float, run: Run, size: float, *, before: str, after: str) -> None:
        number, encoding = self._encoding(run.face)
        self.page.fonts.add(number)
        self._add(f"BT /F{number} {_n(size)} Tf {before}{_at(x, y)} Td {encoding.show(run, size)}{after} ET")

    def _emoji(self, x: float, y: float, run: Run, style: Style) -> None:
        scale = style.size / 1000
        self._add(f"q {scale:.5f} 0 0 {scale:.5f} {_at(x, y)} cm")
        self._add(f"{emoji.drawing(run, halo=style.colour == WHITE)} Q")
        # A drawing has no text to find or copy: invisible glyphs above it have.
        hidden = emoji.stand_in(run, style.weight)
        stretch = f"{100 * run.advance / hidden.advance:.1f} Tz"
        self._show(x, y, hidden, style.size, before=f"3 Tr {stretch} ", after=" 0 Tr 100 Tz")

    def _encoding(self, used: Face) -> tuple[int, Encoding]:
        if used.name not in self._encodings:
            self._encodings[used.name] = (len(self._encodings) + 1, Encoding(used))
        return self._encodings[used.name]

    def _fill(self, colour: str) -> None:
        if colour != self.page.fill:
            self.page.fill = colour
            self._add(f"{colour} rg")

    def _add(self, operator: str) -> None:
        self.page.operators.append(operator)


def circle(x: float, y: float, radius: float) -> str:
    """Return the path of a circle around a point."""
    return _round_rect(x - radius, y - radius, 2 * radius, 2 * radius, radius)


def ring_segment(centre: Point, outer: float, inner: float, *, start: float, end: float) -> str:
    """Return the path of a part of a ring; `start` and `end` are turns clockwise from twelve o'clock, 0 to 1."""
    if end - start >= 1:
        # The hole runs the other way round, so that a plain fill leaves it open.
        return f"{circle(*centre, outer)} {_arc(centre, inner, 1, 0, move='m')} h"
    forth = _arc(centre, outer, start, end, move="m")
    back = _arc(centre, inner, end, start, move="l")
    return f"{forth} {back} h"


def _arc(centre: Point, radius: float, start: float, end: float, *, move: str) -> str:
    steps = max(1, math.ceil(abs(end - start) * 8))
    angles = [math.tau * (start + (end - start) * step / steps) for step in range(steps + 1)]
    reach = 4 / 3 * math.tan((angles[1] - angles[0]) / 4) * radius
    parts = [f"{_on_circle(centre, radius, angles[0])} {move}"]
    for before, after in pairwise(angles):
        first = _on_circle(centre, radius, before, along=reach)
        second = _on_circle(centre, radius, after, along=-reach)
        parts.append(f"{first} {second} {_on_circle(centre, radius, after)} c")
    return " ".join(parts)


def _on_circle(centre: Point, radius: float, angle: float, *, along: float = 0.0) -> str:
    """Return the point at an angle clockwise from the top, moved by `along` on the tangent there."""
    sine, cosine = math.sin(angle), math.cos(angle)
    return _at(centre[0] + radius * sine + along * cosine, centre[1] - radius * cosine + along * sine)


def _round_rect(x: float, y: float, width: float, height: float, radius: float) -> str:
    right, bottom, handle = x + width, y + height, radius * (1 - _KAPPA)
    return " ".join(
        (
            f"{_at(x + radius, y)} m {_at(right - radius, y)} l",
            f"{_at(right - handle, y)} {_at(right, y + handle)} {_at(right, y + radius)} c",
            f"{_at(right, bottom - radius)} l",
            f"{_at(right, bottom - handle)} {_at(right - handle, bottom)} {_at(right - radius, bottom)} c",
            f"{_at(x + radius, bottom)} l",
            f"{_at(x + handle, bottom)} {_at(x, bottom - handle)} {_at(x, bottom - radius)} c",
            f"{_at(x, y + radius)} l",
            f"{_at(x, y + handle)} {_at(x + handle, y)} {_at(x + radius, y)} c h",
        )
    )


def _at(x: float, y: float) -> str:
    return f"{_n(x)} {_n(PAGE_HEIGHT - y)}"


def _n(value: float) -> str:
    return f"{round(value, 2):g}"


def _required(style: Style | None) -> Style:
    if style is None:
        raise TypeError("a string needs a style")
    return style
