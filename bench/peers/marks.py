"""What a chart is made of, for any engine to draw: marks in points, from the top left corner of the chart's box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Point = tuple[float, float]

WHITE, INK, MUTED, HAIRLINE, TRACK, GRID = "#ffffff", "#0f172a", "#475569", "#e2e8f0", "#e9edf3", "#94a3b8"
ZEBRA, BAND, BAND_SOFT, BAND_LABEL = "#f6f8fb", "#1e1b4b", "#c7d2fe", "#a5b4fc"
WIN, LOSS, LOSS_TEXT, DRAW, AREA = "#134e4a", "#ee6a0a", "#c2410c", "#e2e8f0", "#cfdedd"


class Rect(NamedTuple):
    """A rectangle; `radius` rounds its corners."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str = ""
    line: float = 0.0
    radius: float = 0.0
    kind: str = "rect"


class Circle(NamedTuple):
    """A filled circle."""

    x: float
    y: float
    radius: float
    fill: str
    stroke: str = ""
    line: float = 0.0
    kind: str = "circle"


class Path(NamedTuple):
    """Straight lines through points, closed when filled."""

    points: Sequence[Point]
    fill: str = ""
    stroke: str = ""
    line: float = 0.0
    kind: str = "path"


class Ring(NamedTuple):
    """A part of a ring, from `start` to `end` of a turn, clockwise from the top."""

    x: float
    y: float
    outer: float
    inner: float
    start: float
    end: float
    fill: str
    kind: str = "ring"


class Words(NamedTuple):
    """A line of text with its baseline at `y`; it begins, ends or has its middle at `x`."""

    x: float
    y: float
    text: str
    size: float = 7.5
    colour: str = MUTED
    strong: bool = False
    align: str = "left"
    kind: str = "words"


class Code(NamedTuple):
    """The dark modules of a QR code, as (column, row, count) runs from left to right."""

    x: float
    y: float
    module: float
    runs: Sequence[tuple[int, int, int]]
    fill: str = INK
    kind: str = "code"


Mark = Rect | Circle | Path | Ring | Words | Code


class Drawing(NamedTuple):
    """A chart: its box, what to say instead of it, and its marks."""

    width: float
    height: float
    alt: str
    marks: Sequence[Mark]
    kind: str = "drawing"
