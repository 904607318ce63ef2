"""The report by fpdf2 as it is installed: fonts added to each document, its drawing methods, its tables."""

from __future__ import annotations

import io
import math

from fpdf import FPDF, FontFace
from fpdf.enums import MethodReturnValue, TableBordersLayout, VAlign

from bench.peers.content import WIDTH, Cell, Content, Grid
from bench.peers.marks import ZEBRA, Circle, Code, Path, Rect, Ring, Words
from bench.peers.sheet import HEAD_HEIGHT, MARGIN, ROW_HEIGHT, Sheet
from report_service.document.fonts import FOLDER


def drawn(content: Content, avatar: bytes) -> bytes:
    """Return the report with its tables drawn line by line: what is quickest."""
    pen = _Pen()
    Sheet(pen, content).draw(avatar)
    return pen.finish(content.title)


def with_tables(content: Content, avatar: bytes) -> bytes:
    """Return the report with its tables set by `FPDF.table()`."""
    pen = _Pen()
    _TableSheet(pen, content).draw(avatar)
    return pen.finish(content.title)


class _Pen:
    def __init__(self) -> None:
        self.pdf = FPDF(unit="pt", format="A4")
        self.pdf.set_auto_page_break(False)
        self.pdf.add_font("Inter", fname=FOLDER / "Inter-Regular.ttf")
        self.pdf.add_font("Inter", style="B", fname=FOLDER / "Inter-SemiBold.ttf")
        self.pdf.set_lang("en")
        self.pdf.add_page()

    def finish(self, title: str) -> bytes:
        self.pdf.set_title(title)
        return bytes(self.pdf.output())

    def next_page(self) -> None:
        self.pdf.add_page()

    def rect(self, x: float, y: float, mark: Rect) -> None:
        place = (x + mark.x, y + mark.y, mark.width, mark.height)
        round_corners = mark.radius > 0
        style = self._style(mark.fill, mark.stroke, mark.line)
        self.pdf.rect(*place, style, round_corners=round_corners, corner_radius=mark.radius)

    def circle(self, x: float, y: float, mark: Circle) -> None:
        self.pdf.circle(x + mark.x, y + mark.y, mark.radius, self._style(mark.fill, mark.stroke, mark.line))

    def path(self, x: float, y: float, mark: Path) -> None:
        style = self._style(mark.fill, mark.stroke, mark.line)
        points = [(x + px, y + py) for px, py in mark.points]
        if mark.fill:
            self.pdf.polygon(points, style=style)
        elif len(points) == 2:
            self.pdf.line(*points[0], *points[1])
        else:
            self.pdf.polyline(points)

    def ring(self, x: float, y: float, mark: Ring) -> None:
        middle = (x + mark.x, y + mark.y)
        side = 2 * mark.outer
        start, end = (90 - 360 * share for share in (mark.end, mark.start))
        self._style(mark.fill, "", 0)
        corner = (middle[0] - mark.outer, middle[1] - mark.outer)
        self.pdf.solid_arc(*corner, side, start, end, b=side, style="F")
        self._style("#ffffff", "", 0)
        self.pdf.circle(*middle, mark.inner, "F")

    def words(self, x: float, y: float, mark: Words) -> None:
        self.pdf.set_font("Inter", "B" if mark.strong else "", mark.size)
        self.pdf.set_text_color(mark.colour)
        x += mark.x
        if mark.align != "left":
            x -= self.pdf.get_string_width(mark.text) / (2 if mark.align == "center" else 1)
        self.pdf.text(x, y + mark.y, mark.text)

    def code(self, x: float, y: float, mark: Code) -> None:
        self._style(mark.fill, "", 0)
        for column, row, count in mark.runs:
            self.pdf.rect(
                x + column * mark.module, y + row * mark.module, count * mark.module, math.ceil(mark.module), "F"
            )

    def portrait(self, encoded: bytes, x: float, y: float, side: float) -> None:
        with self.pdf.round_clip(x, y, side):
            self.pdf.image(io.BytesIO(encoded), x, y, side, side)

    def wrapped(self, text: str, size: float, width: float) -> list[str]:
        self.pdf.set_font("Inter", "", size)
        lines: list[str] = self.pdf.multi_cell(
            width, text=text, dry_run=True, output=MethodReturnValue.LINES, padding=0, align="L"
        )
        return lines

    def _style(self, fill: str, stroke: str, line: float) -> str:
        if fill:
            self.pdf.set_fill_color(fill)
        if stroke:
            self.pdf.set_draw_color(stroke)
            self.pdf.set_line_width(line)
        return ("D" if stroke else "") + ("F" if fill else "")


class _TableSheet(Sheet):
    pen: _Pen

    def grid(self, grid: Grid, x: float, y: float, width: float) -> None:
        self._table(grid, x, y, width, shaded=False)

    def long_grid(self, grid: Grid) -> None:
        """Set it in one piece a page, as the slim header is not a table's to draw."""
        rows = list(grid.rows)
        while rows:
            fitting = int((792 - self.y - HEAD_HEIGHT) // ROW_HEIGHT)
            self._table(grid._replace(rows=rows[:fitting]), MARGIN, self.y, WIDTH, shaded=True)
            self.y = self.pen.pdf.get_y()
            rows = rows[fitting:]
            if rows:
                self.next_page()

    def _table(self, grid: Grid, x: float, y: float, width: float, *, shaded: bool) -> None:
        pdf = self.pen.pdf
        pdf.set_xy(x, y)
        pdf.set_left_margin(x)
        pdf.set_font("Inter", "", 8.5)
        pdf.set_fill_color(ZEBRA)
        with pdf.table(
            col_widths=tuple(grid.widths),
            width=width,
            align="L",
            text_align=tuple("R" if right else "L" for right in grid.right),
            line_height=ROW_HEIGHT,
            v_align=VAlign.M,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES if not shaded else TableBordersLayout.NONE,
            cell_fill_color=ZEBRA if shaded else None,
            cell_fill_mode="ROWS" if shaded else "NONE",
            headings_style=FontFace(emphasis="B", size_pt=6.5, color="#475569"),
        ) as table:
            table.row([cell.text for cell in [Cell(title) for title in grid.titles]])
            for cells in grid.rows:
                row = table.row()
                for cell in cells:
                    row.cell(cell.text, style=FontFace(emphasis="B" if cell.strong else "", color=cell.colour))
        pdf.set_left_margin(0)
