"""A document to draw on: tagged text and vector shapes as PDF operators, in points from the top left corner.

A mirrored canvas, for languages that read from right to left, puts everything at the same distance from the other edge.
Whoever draws need not know; only text, pictures and codes keep their own direction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from report_service.document import emoji, paths
from report_service.document.encoding import Encoding
from report_service.document.fonts import EMOJI, Face, is_text_face
from report_service.document.palette import PAGE_HEIGHT, PAGE_WIDTH, WHITE, Style, Weight
from report_service.document.paths import Point, n
from report_service.document.shaping import Line, Run, shape
from report_service.document.structure import Bookmark, Box, Element, Mark

# How wide an outline makes a regular face semibold, in em.
_OUTLINE = 0.022
_DECORATION = "Artifact"
_OPPOSITE = {"left": "right", "right": "left", "center": "center"}


@dataclass(slots=True)
class Page:
    """The operators of one page, which fonts and images they name, and the element of each of its marks."""

    number: int
    operators: list[str] = field(default_factory=list)
    fonts: set[int] = field(default_factory=set)
    images: set[int] = field(default_factory=set)
    marked: list[Element] = field(default_factory=list)
    links: list[tuple[Box, Element]] = field(default_factory=list)
    fill: str = ""
    element: Element | None = None

    def content(self) -> str:
        """Return the page's content stream."""
        return "\n".join((*self.operators, "EMC")) if self.operators else ""


class Canvas:
    """Pages in the making. Draws on `page`, by default the last one begun.

    Fonts and images are numbered from 1 in order of first use: resource /F1 is `encodings[0]`, /I1 is `images[0]`.
    """

    def __init__(self, *, mirrored: bool = False) -> None:
        self.mirrored = mirrored
        self.pages: list[Page] = []
        self.images: list[bytes] = []
        self.root = Element("Document")
        self.bookmarks: list[Bookmark] = []
        self.unknown_clusters = 0
        self._open = [self.root]
        self._encodings: dict[str, tuple[int, Encoding]] = {}
        self.page = self.begin_page()

    @property
    def encodings(self) -> list[Encoding]:
        """The faces used so far with their glyphs."""
        return [encoding for _, encoding in self._encodings.values()]

    def begin_page(self) -> Page:
        """Add an empty page and draw on it from now on."""
        self.page = Page(len(self.pages) + 1)
        self.pages.append(self.page)
        return self.page

    @contextmanager
    def element(self, tag: str, *, alt: str = "", actual: str = "", scope: str = "") -> Iterator[None]:
        """Have what is drawn meanwhile be part of a new element; in a decoration, that changes nothing."""
        if self._open[-1].tag == _DECORATION:
            yield
            return
        opened = Element(tag, alt, actual, scope)
        self._open[-1].children.append(opened)
        self._open.append(opened)
        yield
        self._open.pop()

    @contextmanager
    def figure(self, x: float, y: float, width: float, height: float, *, alt: str) -> Iterator[None]:
        """Have what is drawn meanwhile, within a rectangle, be a picture that `alt` puts in words and figures."""
        with self.element("Figure", alt=alt):
            self._open[-1].box = self._box(x, y, width, height)
            yield

    @contextmanager
    def decoration(self) -> Iterator[None]:
        """Have what is drawn meanwhile belong to no element."""
        self._open.append(Element(_DECORATION))
        yield
        self._open.pop()

    @contextmanager
    def link(self, x: float, y: float, width: float, height: float, *, address: str, alt: str) -> Iterator[None]:
        """Have what is drawn meanwhile, within a rectangle, lead to an address that is ours, never a user's."""
        with self.element("Link", alt=alt):
            linked = self._open[-1]
            linked.link = address
            self.page.links.append((self._box(x, y, width, height), linked))
            yield

    def bookmark(self, title: str, y: float) -> None:
        """Name a place of the current page in the outline."""
        self.bookmarks.append(Bookmark(title, self.page.number, PAGE_HEIGHT - y))

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
        if self.mirrored:
            x, align = PAGE_WIDTH - x, _OPPOSITE[align]
        at = x - {"left": 0.0, "right": width, "center": width / 2}[align]
        for run in line.runs:
            self._run(at, y, run, line.style)
            at += run.width(line.style)
        self.unknown_clusters += line.unknown
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
            path = paths.round_rect(self._at, x, y, width, height, min(radius, width / 2, height / 2))
        else:
            left = PAGE_WIDTH - x - width if self.mirrored else x
            path = f"{n(left)} {n(PAGE_HEIGHT - y - height)} {n(width)} {n(height)} re"
        self._paint(path, fill=fill, stroke=stroke, line=line)

    def circle(
        self, x: float, y: float, radius: float, *, fill: str = "", stroke: str = "", line: float = 0.75
    ) -> None:
        """Draw a circle around a point."""
        self._paint(paths.circle(self._at, (x, y), radius), fill=fill, stroke=stroke, line=line)

    def polygon(
        self, points: Sequence[Point], *, fill: str = "", stroke: str = "", line: float = 0.75, closed: bool = True
    ) -> None:
        """Draw straight lines from point to point, to a tenth of a point, and back to the first if `closed`."""
        first, *others = (f"{PAGE_WIDTH - x if self.mirrored else x:.1f} {PAGE_HEIGHT - y:.1f}" for x, y in points)
        path = " ".join((f"{first} m", *(f"{point} l" for point in others), *("h" * closed)))
        self._paint(path, fill=fill, stroke=stroke, line=line)

    def ring_segment(
        self, centre: Point, outer: float, inner: float, *, start: float, end: float, fill: str, stroke: str = ""
    ) -> None:
        """Draw a part of a ring; `start` and `end` are turns clockwise from twelve o'clock, 0 to 1."""
        path = paths.ring_segment(self._at, centre, outer, inner, start=start, end=end)
        self._paint(path, fill=fill, stroke=stroke)

    def rule(self, start: Point, end: Point, *, colour: str, line: float = 0.75, dash: str = "") -> None:
        """Draw a straight line; `dash` holds the lengths on and off, such as "2 2"."""
        path = f"{self._at(*start)} m {self._at(*end)} l"
        before, after = (f"[{dash}]0 d ", " []0 d") if dash else ("", "")
        self._add(f"{before}{colour} RG {n(line)} w {path} S{after}")

    def picture(self, jpeg: bytes, x: float, y: float, diameter: float) -> None:
        """Draw a square JPEG clipped to a circle around a point."""
        self.images.append(jpeg)
        number = len(self.images)
        clip = paths.circle(self._at, (x, y), diameter / 2)
        self._add(f"q {clip} W n")
        self.page.images.add(number)
        left = (PAGE_WIDTH - x if self.mirrored else x) - diameter / 2
        bottom = PAGE_HEIGHT - y - diameter / 2
        self._add(f"{n(diameter)} 0 0 {n(diameter)} {n(left)} {n(bottom)} cm /I{number} Do Q")

    def modules(self, matrix: Sequence[Sequence[int]], x: float, y: float, side: float, *, fill: str) -> None:
        """Draw the dark modules of a square code, rows from the top, never mirrored."""
        left, bottom = PAGE_WIDTH - x - side if self.mirrored else x, PAGE_HEIGHT - y - side
        unit = f"{side / len(matrix):.5f}"
        cells = [
            f"{column} {row} {length} 1 re"
            for row, line in enumerate(reversed(matrix))
            for column, length in _runs(line)
        ]
        self._fill(fill)
        self._add(f"q {unit} 0 0 {unit} {n(left)} {n(bottom)} cm {' '.join(cells)} f Q")

    def _paint(self, path: str, *, fill: str = "", stroke: str = "", line: float = 0.75) -> None:
        if fill:
            self._fill(fill)
        if stroke:
            self._add(f"{stroke} RG {n(line)} w")
        self._add(f"{path} {'B' if fill and stroke else 'f' if fill else 'S'}")

    def _run(self, x: float, y: float, run: Run, style: Style) -> None:
        if run.face.name == EMOJI:
            self._emoji(x, y, run, style)
            return
        self._fill(style.colour)
        before = after = ""
        if style.tracking and is_text_face(run.face):
            before, after = f"{n(style.tracking)} Tc ", " 0 Tc"
        if style.weight is Weight.SEMIBOLD and not is_text_face(run.face):
            # The other scripts are vendored in one weight; an outline makes them as heavy as the text face.
            self._add(f"{style.colour} RG {n(style.size * _OUTLINE)} w")
            before, after = before + "2 Tr ", after + " 0 Tr"
        self._show(x, y, run, style.size, before=before, after=after)

    def _show(self, x: float, y: float, run: Run, size: float, *, before: str, after: str) -> None:
        number, encoding = self._encoding(run.face)
        self.page.fonts.add(number)
        at = f"{n(x)} {n(PAGE_HEIGHT - y)}"
        self._add(f"BT /F{number} {n(size)} Tf {before}{at} Td {encoding.show(run, size)}{after} ET")

    def _emoji(self, x: float, y: float, run: Run, style: Style) -> None:
        scale = style.size / 1000
        self._add(f"q {scale:.5f} 0 0 {scale:.5f} {n(x)} {n(PAGE_HEIGHT - y)} cm")
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
            self._add(f"{colour} rg")
            self.page.fill = colour

    def _add(self, operator: str) -> None:
        page, innermost = self.page, self._open[-1]
        wanted = innermost if innermost.is_leaf else None
        if wanted is not page.element or not page.operators:
            self._mark(page, wanted)
        page.operators.append(operator)

    def _mark(self, page: Page, wanted: Element | None) -> None:
        """End what the page's content was part of, and begin a mark of the element, or decoration."""
        if page.operators:
            page.operators.append("EMC")
        page.element = wanted
        if wanted is None:
            page.operators.append("/Artifact BMC")
            return
        mark = Mark(page.number, len(page.marked))
        page.marked.append(wanted)
        wanted.children.append(mark)
        page.operators.append(f"/{wanted.tag} <</MCID {mark.number}>> BDC")

    def _box(self, x: float, y: float, width: float, height: float) -> Box:
        left = PAGE_WIDTH - x - width if self.mirrored else x
        return (left, PAGE_HEIGHT - y - height, left + width, PAGE_HEIGHT - y)

    def _at(self, x: float, y: float) -> str:
        return f"{n(PAGE_WIDTH - x if self.mirrored else x)} {n(PAGE_HEIGHT - y)}"


def _runs(line: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield where each stretch of dark modules begins and how many there are."""
    start = None
    for index, dark in enumerate((*line, 0)):
        if dark and start is None:
            start = index
        elif not dark and start is not None:
            yield start, index - start
            start = None


def _required(style: Style | None) -> Style:
    if style is None:
        raise TypeError("a string needs a style")
    return style
