"""How the parts of any report follow each other: sections down the page, panels side by side, pages as needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from report_service.document.canvas import Canvas
from report_service.document.language import Language
from report_service.document.palette import (
    BODY,
    BODY_BOTTOM,
    CONTENT_WIDTH,
    FIGURE,
    HAIRLINE,
    HEADING,
    MARGIN,
    NOTE,
    WHITE,
    caption,
)
from report_service.document.shaping import Line, fit, shape, wrap

GAP = 12.0
PADDING = 14.0
SECTION_GAP = 14.0
# Of a panel that holds nothing but a notice.
NOTICE_HEIGHT = 60.0
_HEADING_HEIGHT = 24.0
_CARD_HEIGHT = 62.0
_LEADING = 12.5
_PARAGRAPH_GAP = 5.0


@dataclass(frozen=True, slots=True)
class Panel:
    """A framed rectangle of the page; `top` is where its content begins."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        """The left edge of the content."""
        return self.x + PADDING

    @property
    def right(self) -> float:
        """The right edge of the content."""
        return self.x + self.width - PADDING

    @property
    def top(self) -> float:
        """The top of the content, below the title."""
        return self.y + 32

    @property
    def inner_width(self) -> float:
        """The width of the content."""
        return self.width - 2 * PADDING


@dataclass(frozen=True, slots=True)
class Card:
    """A key figure: what it is, the figure, and a note."""

    label: str
    value: str
    note: str


class Flow:
    """A document that is filled from top to bottom. `y` is where the next section begins.

    `continued` draws what stands above the content of the second and later pages, and returns where that begins.
    """

    def __init__(self, canvas: Canvas, words: Language, *, y: float, continued: Callable[[], float]) -> None:
        self.canvas = canvas
        self.words = words
        self.y = y
        self._continued = continued

    def need(self, height: float) -> None:
        """Go on on a new page unless so much fits on this one."""
        if self.y + height > BODY_BOTTOM:
            self.next_page()

    def next_page(self) -> None:
        """Go on on a new page."""
        self.canvas.begin_page()
        self.y = self._continued()

    def heading(self, title: str, *, note: str = "", keep: float = 0.0) -> None:
        """Set the title of a section, not without `keep` points of what follows it."""
        self.need(_HEADING_HEIGHT + keep)
        heading(self.canvas, MARGIN, self.y + 14, title, note=note, right=MARGIN + CONTENT_WIDTH)
        self.y += _HEADING_HEIGHT

    def paragraph(self, content: str) -> None:
        """Set text in full, over as many lines as it takes."""
        self._paragraph(_wrapped(content))

    def section(self, title: str, paragraphs: Sequence[str], *, keep: float) -> None:
        """Set a title and text on one page, with `keep` points of what follows."""
        wrapped = [_wrapped(paragraph) for paragraph in paragraphs]
        self.heading(title, keep=sum(map(_height, wrapped)) + keep)
        for lines in wrapped:
            self._paragraph(lines)

    def _paragraph(self, lines: Sequence[Line]) -> None:
        self.need(len(lines) * _LEADING)
        with self.canvas.element("P"):
            for number, line in enumerate(lines):
                self.canvas.text(MARGIN, self.y + 9 + number * _LEADING, line)
        self.y += _height(lines)

    def cards(self, cards: Sequence[Card]) -> None:
        """Set key figures in a row."""
        self.need(_CARD_HEIGHT)
        width = (CONTENT_WIDTH - (len(cards) - 1) * GAP) / len(cards)
        for number, card in enumerate(cards):
            _card(self.canvas, MARGIN + number * (width + GAP), self.y, card, width=width)
        self.y += _CARD_HEIGHT + SECTION_GAP

    @contextmanager
    def row(self, height: float) -> Iterator[None]:
        """Reserve room for panels of one height side by side."""
        self.need(height)
        yield
        self.y += height + SECTION_GAP

    def panel(self, title: str, *, x: float, width: float, height: float, note: str = "") -> Panel:
        """Frame a part of the current row and set its title; what is drawn in it is up to the caller."""
        panel = Panel(x, self.y, width, height)
        self.canvas.rect(x, self.y, width, height, fill=WHITE, stroke=HAIRLINE, line=0.9, radius=7)
        heading(self.canvas, panel.left, self.y + 22, title, note=note, right=panel.right)
        return panel

    def halves(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return left edge and width of two panels that share a row."""
        width = (CONTENT_WIDTH - GAP) / 2
        return (MARGIN, width), (MARGIN + width + GAP, width)


def heading(canvas: Canvas, x: float, y: float, title: str, *, note: str = "", right: float = 0.0) -> None:
    """Set a section's title with its baseline at `y`, and a muted note that ends at `right`."""
    canvas.bookmark(title, y - 14)
    with canvas.element("H2"):
        width = canvas.text(x, y, title, style=HEADING)
    if note:
        with canvas.element("P"):
            canvas.text(right, y, fit(note, NOTE, right - x - width - 10), align="right")


def notice(canvas: Canvas, panel: Panel, words: str) -> None:
    """Say in the middle of a panel why there is nothing in it."""
    middle = panel.y + panel.height / 2 + 6
    with canvas.element("P"):
        canvas.text(panel.x + panel.width / 2, middle, fit(words, NOTE, panel.inner_width), align="center")


def _wrapped(paragraph: str) -> Sequence[Line]:
    return wrap(paragraph, BODY, CONTENT_WIDTH, max_lines=40)


def _height(lines: Sequence[Line]) -> float:
    return len(lines) * _LEADING + _PARAGRAPH_GAP


def _card(canvas: Canvas, x: float, y: float, card: Card, *, width: float) -> None:
    canvas.rect(x, y, width, _CARD_HEIGHT, fill=WHITE, stroke=HAIRLINE, line=0.9, radius=7)
    room = width - 22
    size = min(FIGURE.size, FIGURE.size * room / max(shape(card.value, FIGURE).width, 1))
    with canvas.element("P"):
        canvas.text(x + 11, y + 16, fit(card.label.upper(), caption(canvas.mirrored), room))
        canvas.text(x + 11, y + 39, card.value, style=FIGURE.sized(size))
        canvas.text(x + 11, y + 52, fit(card.note, NOTE, room))
