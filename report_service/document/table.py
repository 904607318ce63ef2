"""A plain table: a header row of captions and rows of cells, figures flush right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from report_service.document.canvas import Canvas
from report_service.document.palette import CAPTION, HAIRLINE, MUTED, ZEBRA, Style

HEAD_HEIGHT = 18.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column; its cells begin at `x` points from the table's left edge, or end there if `right`."""

    title: str
    x: float
    right: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place of a row."""

    text: str
    style: Style


class Table:
    """Draws rows wherever the caller puts them; the caller breaks pages."""

    def __init__(
        self, canvas: Canvas, left: float, columns: Sequence[Column], *, width: float, row_height: float
    ) -> None:
        self._canvas = canvas
        self._left = left
        self._columns = columns
        self._width = width
        self._row_height = row_height

    def head(self, y: float) -> float:
        """Draw the captions with their top at `y`; return where the rows begin."""
        for column in self._columns:
            self._canvas.text(self._left + column.x, y + 11.5, column.title.upper(), style=CAPTION, align=_side(column))
        bottom = y + HEAD_HEIGHT
        self._canvas.rule((self._left, bottom), (self._left + self._width, bottom), colour=MUTED, line=0.8)
        return bottom

    def row(self, y: float, cells: Sequence[Cell], *, shaded: bool = False, ruled: bool = False) -> float:
        """Draw one row with its top at `y`; return where the next begins."""
        bottom = y + self._row_height
        if shaded:
            self._canvas.rect(self._left, y, self._width, self._row_height, fill=ZEBRA)
        baseline = y + self._row_height / 2 + 3
        for column, cell in zip(self._columns, cells, strict=True):
            self._canvas.text(self._left + column.x, baseline, cell.text, style=cell.style, align=_side(column))
        if ruled:
            self._canvas.rule((self._left, bottom), (self._left + self._width, bottom), colour=HAIRLINE, line=0.6)
        return bottom


def _side(column: Column) -> str:
    return "right" if column.right else "left"
