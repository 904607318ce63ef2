"""A tagged table whose columns are as wide as what stands in them, over as many pages as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from report_service.document import terms
from report_service.document.canvas import Canvas
from report_service.document.language import Language
from report_service.document.layout import Flow
from report_service.document.palette import BODY_BOTTOM, CELL, HAIRLINE, MUTED, ZEBRA, Style, caption
from report_service.document.shaping import Line, fit, shape, wrap
from report_service.document.text import clean

HEAD_HEIGHT = 18.0
_INSET = 8.0
_GUTTER = 10.0
_CAPTION_LEADING = 8.0
# Sums of widths are not exact.
_NOTHING = 0.01
# What is left to a name that has to give way to figures.
_LEAST_WIDTH = 60.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column; figures are set flush right.

    One with `gives` is cut, a name say, when there is not enough room, but not below `least` points.
    """

    title: str
    right: bool = False
    gives: bool = False
    least: float = _LEAST_WIDTH


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place of a row. `actual` is the text as it is meant, of a name."""

    text: str
    style: Style = CELL
    actual: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """How a table is set: the height of its rows, whether every second is shaded or each ruled off."""

    row_height: float = 17.0
    shaded: bool = True


Row = Sequence[Cell]


class Table:
    """A table at a place of the page. The first column's cells head their rows.

    `scale` is below 1 where figures were so wide that all is set smaller: they are never cut, and never touch.
    """

    def __init__(
        self, canvas: Canvas, x: float, width: float, columns: Sequence[Column], rows: Sequence[Row], look: Look
    ) -> None:
        self._canvas = canvas
        self._x = x
        self._width = width
        self._columns = columns
        self._look = look
        self._rows = rows
        self._caption = caption(canvas.mirrored)
        self._lines = [list(map(_set, columns, row)) for row in rows]
        self._widths = self._fitted()
        excess = self._excess(self._widths)
        self.scale = 1 - excess / sum(self._widths) if excess > _NOTHING else 1.0
        if self.scale < 1:
            self._shrink()
        self._edges = self._spread()
        self._heads = [
            wrap(column.title.upper(), self._caption, width + 0.01, max_lines=2)
            for column, width in zip(columns, self._widths, strict=True)
        ]

    @property
    def head_height(self) -> float:
        """The height of the head."""
        return HEAD_HEIGHT + _CAPTION_LEADING * (max(map(len, self._heads)) - 1)

    def draw(self, y: float) -> float:
        """Draw all of it on this page, its top at `y`; return where it ends."""
        with self._canvas.element("Table"):
            y = self._head(y)
            for number, row in enumerate(self._rows):
                y = self._row(y, row, number, last=number == len(self._rows) - 1)
        return y

    def flow(self, flow: Flow) -> None:
        """Draw it from the flow's place on, its head again on each page."""
        with self._canvas.element("Table"):
            flow.y = self._head(flow.y)
            for number, row in enumerate(self._rows):
                if flow.y + self._look.row_height > BODY_BOTTOM:
                    flow.next_page()
                    with self._canvas.decoration():
                        flow.y = self._captions(flow.y)
                flow.y = self._row(flow.y, row, number, last=number == len(self._rows) - 1)

    def _fitted(self) -> list[float]:
        """Return the widths that the columns get: if they want too much, heads take two lines, then names are cut."""
        cells = [max((row[index].width for row in self._lines), default=0.0) for index in range(len(self._columns))]
        heads = [shape(column.title.upper(), self._caption).width for column in self._columns]
        wanted = list(map(max, cells, heads))
        if self._excess(wanted) > 0:
            wanted = list(map(max, cells, map(self._widest_word, self._columns)))
        while (excess := self._excess(wanted)) > _NOTHING and (giving := self._giving(wanted)):
            level = _level([wanted[index] for index in giving], excess)
            for index in giving:
                wanted[index] = min(wanted[index], max(level, self._columns[index].least))
        return wanted

    def _shrink(self) -> None:
        self._caption = self._caption.scaled(self.scale)
        self._lines = [
            [shape(cell.text, line.style.scaled(self.scale)) for cell, line in zip(row, lines, strict=True)]
            for row, lines in zip(self._rows, self._lines, strict=True)
        ]
        self._widths = [width * self.scale for width in self._widths]

    def _giving(self, widths: Sequence[float]) -> list[int]:
        """Return the columns that have something left to give."""
        columns = enumerate(zip(self._columns, widths, strict=True))
        return [index for index, (column, width) in columns if column.gives and width > column.least]

    def _widest_word(self, column: Column) -> float:
        return max(shape(word, self._caption).width for word in column.title.upper().split(" "))

    def _excess(self, widths: Sequence[float]) -> float:
        return sum(widths) + _GUTTER * (len(widths) - 1) + 2 * self._inset - self._width

    def _spread(self) -> list[float]:
        """Return where each column's text begins or, of figures, ends; what is left over goes between the columns."""
        gutter = _GUTTER - self._excess(self._widths) / max(1, len(self._widths) - 1)
        edges, x = [], self._x + self._inset
        for column, width in zip(self._columns, self._widths, strict=True):
            edges.append(x + width if column.right else x)
            x += width + gutter
        return edges

    @property
    def _inset(self) -> float:
        return _INSET if self._look.shaded else 0.0

    def _head(self, y: float) -> float:
        with self._canvas.element("TR"):
            return self._captions(y)

    def _captions(self, y: float) -> float:
        bottom = y + self.head_height
        for column, edge, lines in zip(self._columns, self._edges, self._heads, strict=True):
            with self._canvas.element("TH", scope="Column"):
                for number, line in enumerate(lines):
                    baseline = bottom - 6.5 - (len(lines) - 1 - number) * _CAPTION_LEADING
                    self._canvas.text(edge, baseline, line, align=_side(column))
        self._canvas.rule((self._x, bottom), (self._x + self._width, bottom), colour=MUTED, line=0.8)
        return bottom

    def _row(self, y: float, row: Row, number: int, *, last: bool) -> float:
        bottom = y + self._look.row_height
        if self._look.shaded and number % 2:
            self._canvas.rect(self._x, y, self._width, self._look.row_height, fill=ZEBRA)
        baseline = y + self._look.row_height / 2 + 3
        with self._canvas.element("TR"):
            for index, (column, cell) in enumerate(zip(self._columns, row, strict=True)):
                line = self._lines[number][index]
                if line.width > self._widths[index] + 0.01:
                    line = fit(cell.text, line.style, self._widths[index])
                tag, scope = ("TD", "") if index else ("TH", "Row")
                with self._canvas.element(tag, scope=scope, actual=cell.actual):
                    self._canvas.text(self._edges[index], baseline, line, align=_side(column))
        if not (self._look.shaded or last):
            self._canvas.rule((self._x, bottom), (self._x + self._width, bottom), colour=HAIRLINE, line=0.6)
        return bottom


def player(words: Language, display_name: str, username: str) -> Cell:
    """Return a cell with what to call a player, the name as it was written kept for who cannot see it."""
    name = terms.called(words, display_name, username)
    return Cell(name, actual=display_name if clean(display_name) else name)


def _set(column: Column, cell: Cell) -> Line:
    """Return a cell's line, of figures with digits of one width. Hyphens in names would stand apart by that."""
    return shape(cell.text, cell.style.tabulated() if column.right else cell.style)


def _level(widths: Sequence[float], excess: float) -> float:
    """Return to which width the widest have to come down to save so much."""
    level, total = 0.0, 0.0
    widest_first = sorted(widths, reverse=True)
    for count, width in enumerate(widest_first, start=1):
        total += width
        level = (total - excess) / count
        if count == len(widest_first) or level >= widest_first[count]:
            break
    return level


def _side(column: Column) -> str:
    return "right" if column.right else "left"
