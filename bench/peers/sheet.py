"""The report laid out for engines that are told where each thing goes; what draws it is a pen."""

from __future__ import annotations

from typing import Protocol

from bench.peers.content import GAP, PADDING, WIDTH, Cell, Content, Grid, Panel
from bench.peers.marks import (
    BAND,
    BAND_LABEL,
    BAND_SOFT,
    HAIRLINE,
    INK,
    LOSS,
    MUTED,
    WHITE,
    ZEBRA,
    Circle,
    Code,
    Drawing,
    Path,
    Rect,
    Ring,
    Words,
)

MARGIN, PAGE_WIDTH, BOTTOM = 40.0, 595.28, 792.0
HEAD_HEIGHT, ROW_HEIGHT = 18.0, 17.0
_LEADING = 12.5


class Pen(Protocol):
    """Draws on the current page, from its top left corner, in points."""

    def rect(self, x: float, y: float, mark: Rect) -> None:
        """Draw a rectangle at its own place and so much further."""

    def circle(self, x: float, y: float, mark: Circle) -> None:
        """Draw a circle."""

    def path(self, x: float, y: float, mark: Path) -> None:
        """Draw lines or an area."""

    def ring(self, x: float, y: float, mark: Ring) -> None:
        """Draw a part of a ring."""

    def words(self, x: float, y: float, mark: Words) -> None:
        """Set a line of text."""

    def code(self, x: float, y: float, mark: Code) -> None:
        """Draw a QR code."""

    def portrait(self, encoded: bytes, x: float, y: float, side: float) -> None:
        """Draw a picture in a disc, whose box begins at this place."""

    def wrapped(self, text: str, size: float, width: float) -> list[str]:
        """Break text into lines."""

    def next_page(self) -> None:
        """Go on on a new page."""


class Sheet:
    """A report in the making. `y` is where the next part begins."""

    def __init__(self, pen: Pen, content: Content) -> None:
        self.pen = pen
        self.content = content
        self.y = 0.0
        self.page = 1

    def draw(self, avatar: bytes) -> None:
        """Draw all of it."""
        self._band(avatar)
        self._cards()
        for row in self.content.rows:
            self._row(row)
        self._games()
        self._closing()
        self._footer()

    def put(self, drawing: Drawing, x: float, y: float) -> None:
        """Draw a chart, its box beginning at this place."""
        for mark in drawing.marks:
            getattr(self.pen, mark.kind)(x, y, mark)

    def grid(self, grid: Grid, x: float, y: float, width: float) -> None:
        """Draw a table that fits on the page."""
        self._captions(grid, x, y, width)
        y += HEAD_HEIGHT
        for row in grid.rows:
            self._cells(grid, row, x, y, width)
            y += ROW_HEIGHT
            self.pen.path(0, 0, Path(((x, y), (x + width, y)), stroke=HAIRLINE, line=0.6))

    def long_grid(self, grid: Grid) -> None:
        """Draw a table over as many pages as it takes."""
        self._captions(grid, MARGIN, self.y, WIDTH)
        self.y += HEAD_HEIGHT
        for number, row in enumerate(grid.rows):
            if self.y + ROW_HEIGHT > BOTTOM:
                self.next_page()
                self._captions(grid, MARGIN, self.y, WIDTH)
                self.y += HEAD_HEIGHT
            if number % 2:
                self.pen.rect(0, 0, Rect(MARGIN, self.y, WIDTH, ROW_HEIGHT, ZEBRA))
            self._cells(grid, row, MARGIN, self.y, WIDTH)
            self.y += ROW_HEIGHT

    def next_page(self) -> None:
        """Number this page and begin the next one with its slim header."""
        self._footer()
        self.pen.next_page()
        self.page += 1
        self._rect(0, 0, PAGE_WIDTH, 8, BAND)
        self._rect(0, 8, PAGE_WIDTH, 1.5, LOSS)
        self._text(MARGIN, 34, self.content.name, 9, INK)
        self._text(MARGIN + WIDTH, 34, "Player report", 7.5, MUTED, align="right")
        self._rule(43)
        self.y = 54.0

    def _band(self, avatar: bytes) -> None:
        page = self.content
        self._rect(0, 0, PAGE_WIDTH, 150, BAND)
        self._rect(0, 150, PAGE_WIDTH, 3, LOSS)
        self.pen.circle(0, 0, Circle(MARGIN + 45, 75, 45, WHITE))
        self.pen.portrait(avatar, MARGIN + 3, 33, 84)
        left = MARGIN + 112
        self._text(left, 30, page.kind, 6.5, BAND_LABEL, strong=True)
        self._text(left, 65, page.name, 24, WHITE, strong=True)
        self._text(left, 87, page.handle, 9, BAND_SOFT)
        for number, (caption, value) in enumerate(page.fields):
            self._text(left + number * 95, 113, caption, 6.5, BAND_LABEL, strong=True)
            self._text(left + number * 95, 126, value, 9, WHITE)
        self.y = 176.0
        self._paragraph(page.about)
        self.y += 4

    def _cards(self) -> None:
        width = (WIDTH - 4 * GAP) / 5
        for number, (label, value, note) in enumerate(self.content.cards):
            x = MARGIN + number * (width + GAP)
            self.pen.rect(0, 0, Rect(x, self.y, width, 62, WHITE, HAIRLINE, 0.9, 7))
            self._text(x + 11, self.y + 16, label, 6.5, MUTED, strong=True)
            self._text(x + 11, self.y + 39, value, 20, INK, strong=True)
            self._text(x + 11, self.y + 52, note, 7.5, MUTED)
        self.y += 76

    def _row(self, panels: list[Panel]) -> None:
        height = panels[0].height
        self._need(height)
        x = MARGIN
        for panel in panels:
            self.pen.rect(0, 0, Rect(x, self.y, panel.width, height, WHITE, HAIRLINE, 0.9, 7))
            self._text(x + PADDING, self.y + 22, panel.title, 11, BAND, strong=True)
            if panel.note:
                self._text(x + panel.width - PADDING, self.y + 22, panel.note, 7.5, MUTED, align="right")
            if isinstance(panel.inside, Drawing):
                self.put(panel.inside, x + PADDING, self.y + 32)
            else:
                self.grid(panel.inside, x + PADDING, self.y + 31, panel.width - 2 * PADDING)
            x += panel.width + GAP
        self.y += height + 14

    def _games(self) -> None:
        self._heading("Recent games", keep=70)
        self._text(MARGIN + WIDTH, self.y - 10, self.content.games_note, 7.5, MUTED, align="right")
        self.long_grid(self.content.games)
        self.y += 16

    def _closing(self) -> None:
        self._heading("How the figures are reckoned", keep=60)
        for paragraph in self.content.paragraphs:
            self._paragraph(paragraph)
        self._heading("Is this report genuine?", keep=140)
        self.pen.rect(0, 0, Rect(MARGIN, self.y, WIDTH, 108, WHITE, HAIRLINE, 0.9, 7))
        self.put(self.content.code, MARGIN + 16, self.y + 15)
        for number, line in enumerate(self.pen.wrapped(self.content.advice, 9, WIDTH - 126)):
            self._text(MARGIN + 112, self.y + 26 + number * _LEADING, line, 9, INK)
        self._text(MARGIN + 112, self.y + 82, self.content.report_id, 9, INK, strong=True)
        self._text(MARGIN + 112, self.y + 95, self.content.address, 7.5, MUTED)

    def _heading(self, title: str, *, keep: float) -> None:
        self._need(24 + keep)
        self._text(MARGIN, self.y + 14, title, 11, BAND, strong=True)
        self.y += 24

    def _paragraph(self, text: str) -> None:
        lines = self.pen.wrapped(text, 9, WIDTH)
        self._need(len(lines) * _LEADING)
        for number, line in enumerate(lines):
            self._text(MARGIN, self.y + 9 + number * _LEADING, line, 9, INK)
        self.y += len(lines) * _LEADING + 5

    def _captions(self, grid: Grid, x: float, y: float, width: float) -> None:
        self._cells(grid, [Cell(title, MUTED, strong=True) for title in grid.titles], x, y - 2, width, size=6.5)
        line = ((x, y + HEAD_HEIGHT), (x + width, y + HEAD_HEIGHT))
        self.pen.path(0, 0, Path(line, stroke=MUTED, line=0.8))

    def _cells(self, grid: Grid, row: list[Cell], x: float, y: float, width: float, *, size: float = 8.5) -> None:
        for cell, share, right in zip(row, grid.widths, grid.right, strict=True):
            at = x + share * width - 4 if right else x + 4
            align = "right" if right else "left"
            self._text(at, y + ROW_HEIGHT / 2 + 3, cell.text, size, cell.colour, strong=cell.strong, align=align)
            x += share * width

    def _footer(self) -> None:
        self._rule(805)
        self._text(MARGIN, 818, self.content.footer, 7.5, MUTED)
        self._text(MARGIN + WIDTH, 818, f"Page {self.page}", 7.5, MUTED, align="right")

    def _need(self, height: float) -> None:
        if self.y + height > BOTTOM:
            self.next_page()

    def _rule(self, y: float) -> None:
        self.pen.path(0, 0, Path(((MARGIN, y), (MARGIN + WIDTH, y)), stroke=HAIRLINE, line=0.6))

    def _rect(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        self.pen.rect(0, 0, Rect(x, y, width, height, fill))

    def _text(
        self, x: float, y: float, text: str, size: float, colour: str, *, strong: bool = False, align: str = "left"
    ) -> None:
        self.pen.words(0, 0, Words(x, y, text, size, colour, strong, align))
