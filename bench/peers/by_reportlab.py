"""The report by reportlab's canvas, its quickest way, with the fonts registered once."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader, simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from bench.peers.content import Content
from bench.peers.marks import Circle, Code, Rect, Ring, Words
from bench.peers.marks import Path as Line
from bench.peers.sheet import Sheet
from report_service.document.fonts import FOLDER

_HEIGHT = 841.89


def opened(_folder: Path) -> Callable[[Content, bytes], bytes]:
    """Return what renders, its fonts registered."""
    # Streams as bytes, a fifth less than as text.
    rl_config.useA85 = 0
    for weight in ("Regular", "SemiBold"):
        pdfmetrics.registerFont(TTFont(f"Inter-{weight}", FOLDER / f"Inter-{weight}.ttf"))
    return _render


def _render(content: Content, avatar: bytes) -> bytes:
    pen = _Pen(content.title)
    Sheet(pen, content).draw(avatar)
    return pen.finish()


@cache
def _colour(code: str) -> HexColor:
    return HexColor(code)


class _Pen:
    def __init__(self, title: str) -> None:
        self._out = io.BytesIO()
        self._canvas = Canvas(self._out, pagesize=(595.28, _HEIGHT), pageCompression=1, lang="en")
        self._canvas.setTitle(title)

    def finish(self) -> bytes:
        self._canvas.showPage()
        self._canvas.save()
        return self._out.getvalue()

    def next_page(self) -> None:
        self._canvas.showPage()

    def rect(self, x: float, y: float, mark: Rect) -> None:
        fill, stroke = self._paint(mark.fill, mark.stroke, mark.line)
        place = (x + mark.x, _HEIGHT - y - mark.y - mark.height, mark.width, mark.height)
        if mark.radius:
            self._canvas.roundRect(*place, mark.radius, stroke=stroke, fill=fill)
        else:
            self._canvas.rect(*place, stroke=stroke, fill=fill)

    def circle(self, x: float, y: float, mark: Circle) -> None:
        fill, stroke = self._paint(mark.fill, mark.stroke, mark.line)
        self._canvas.circle(x + mark.x, _HEIGHT - y - mark.y, mark.radius, stroke=stroke, fill=fill)

    def path(self, x: float, y: float, mark: Line) -> None:
        fill, stroke = self._paint(mark.fill, mark.stroke, mark.line)
        points = [(x + px, _HEIGHT - y - py) for px, py in mark.points]
        if len(points) == 2:
            self._canvas.line(*points[0], *points[1])
            return
        path = self._canvas.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        if mark.fill:
            path.close()
        self._canvas.drawPath(path, stroke=stroke, fill=fill)

    def ring(self, x: float, y: float, mark: Ring) -> None:
        self._paint(mark.fill, "", 0)
        middle = (x + mark.x, _HEIGHT - y - mark.y)
        start, extent = 90 - 360 * mark.end, 360 * (mark.end - mark.start)
        box = [middle[0] - mark.outer, middle[1] - mark.outer, middle[0] + mark.outer, middle[1] + mark.outer]
        self._canvas.wedge(*box, start, extent, stroke=0, fill=1)
        self._paint("#ffffff", "", 0)
        self._canvas.circle(*middle, mark.inner, stroke=0, fill=1)

    def words(self, x: float, y: float, mark: Words) -> None:
        self._canvas.setFont("Inter-SemiBold" if mark.strong else "Inter-Regular", mark.size)
        self._canvas.setFillColor(_colour(mark.colour))
        at = (x + mark.x, _HEIGHT - y - mark.y, mark.text)
        if mark.align == "left":
            self._canvas.drawString(*at)
        elif mark.align == "right":
            self._canvas.drawRightString(*at)
        else:
            self._canvas.drawCentredString(*at)

    def code(self, x: float, y: float, mark: Code) -> None:
        self._paint(mark.fill, "", 0)
        path = self._canvas.beginPath()
        for column, row, count in mark.runs:
            side = mark.module
            path.rect(x + column * side, _HEIGHT - y - (row + 1) * side, count * side, side)
        self._canvas.drawPath(path, stroke=0, fill=1)

    def portrait(self, encoded: bytes, x: float, y: float, side: float) -> None:
        self._canvas.saveState()
        clip = self._canvas.beginPath()
        clip.circle(x + side / 2, _HEIGHT - y - side / 2, side / 2)
        self._canvas.clipPath(clip, stroke=0, fill=0)
        self._canvas.drawImage(ImageReader(io.BytesIO(encoded)), x, _HEIGHT - y - side, side, side)
        self._canvas.restoreState()

    def wrapped(self, text: str, size: float, width: float) -> list[str]:
        lines: list[str] = simpleSplit(text, "Inter-Regular", size, width)
        return lines

    def _paint(self, fill: str, stroke: str, line: float) -> tuple[int, int]:
        if fill:
            self._canvas.setFillColor(_colour(fill))
        if stroke:
            self._canvas.setStrokeColor(_colour(stroke))
            self._canvas.setLineWidth(line)
        return int(bool(fill)), int(bool(stroke))
