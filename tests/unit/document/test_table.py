"""Tables: how wide their columns are, how they go on, and what they tell a screen reader."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest

from report_service.document.canvas import Canvas
from report_service.document.language import language
from report_service.document.layout import Flow
from report_service.document.palette import BODY_BOTTOM, CELL, ZEBRA, Style
from report_service.document.shaping import Line, shape
from report_service.document.snapshot import Order
from report_service.document.structure import Element
from report_service.document.table import Cell, Column, Look, Table
from tests.document.builders import rendered
from tests.document.states import orders

ORDERS = dict(orders())
COLUMNS = (Column("Player", gives=True), Column("Role", gives=True), Column("Points", right=True))


@dataclass
class Text:
    """Where a text was set, and of how many glyphs."""

    left: float
    right: float
    glyphs: int


class Measured(Canvas):
    """A canvas that remembers what was set on each line, from the left."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: defaultdict[float, list[Text]] = defaultdict(list)

    def text(
        self, x: float, y: float, content: str | Line, *, style: Style | None = None, align: str = "left"
    ) -> float:
        width = super().text(x, y, content, style=style, align=align)
        left = x - width if align == "right" else x
        assert isinstance(content, Line)
        self.texts[y].append(Text(left, left + width, sum(len(run.glyphs) for run in content.runs)))
        return width


def drawn(rows: Sequence[Sequence[str]], *, width: float = 300, look: Look | None = None) -> Canvas:
    """Draw a table of plain texts at the left edge."""
    canvas = Canvas()
    cells = [[Cell(text) for text in row] for row in rows]
    Table(canvas, 0, width, COLUMNS, cells, look or Look()).draw(0)
    return canvas


def flowed(count: int) -> Canvas:
    """Let a table of so many rows flow over pages."""
    canvas = Canvas()
    flow = Flow(canvas, language("en"), y=100, continued=lambda: 54.0)
    rows = [[Cell(f"Name {number}", actual=f"Name {number}"), Cell("Don"), Cell("1")] for number in range(count)]
    Table(canvas, 0, 300, COLUMNS, rows, Look()).flow(flow)
    return canvas


def starts(canvas: Canvas) -> list[tuple[float, float]]:
    """Return where each text begins, the three of the head first."""
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.-]+) ([\d.]+) Td", canvas.page.content())]


def elements(canvas: Canvas, tag: str) -> list[Element]:
    """Return the elements of a type."""
    return [element for element in canvas.root.walk() if element.tag == tag]


def test_figures_are_flush_right() -> None:
    """Numbers of other lengths end at the same place, and words begin at one."""
    canvas = drawn([("Ana", "Don", "1.00"), ("Bo", "Mafia", "1,000.00")])
    short, long = starts(canvas)[5], starts(canvas)[8]

    figures = CELL.tabulated()
    assert short[0] + shape("1.00", figures).width == pytest.approx(
        long[0] + shape("1,000.00", figures).width, abs=0.02
    )
    assert starts(canvas)[3][0] == starts(canvas)[6][0]


@pytest.mark.parametrize("width", [180, 240, 300])
def test_names_give_way_to_figures(width: float) -> None:
    """However long the names, all stays within the table, and figures are never cut."""
    canvas = drawn([("W" * 60, "Maximiliana " * 9, "1,000.00")], width=width)
    texts = [text for encoding in canvas.encodings for _, _, text in encoding.codes()]
    name, role, points = starts(canvas)[3:]

    assert "…" in texts
    assert 0 <= name[0] < role[0] < points[0]
    assert points[0] + shape("1,000.00", CELL.tabulated()).width <= width
    assert role[0] - name[0] >= 60


@pytest.mark.parametrize("figure", ["1,000,000,000,000.00", "9" * 60, "9" * 400])
@pytest.mark.parametrize("name", ["Ana", "Maximiliana " * 9])
def test_figures_never_overlap_however_wide(figure: str, name: str) -> None:
    """Where names have nothing left to give, all is set smaller: each cell ends before the next begins, uncut."""
    canvas = Measured()
    columns = (COLUMNS[0], COLUMNS[2], COLUMNS[2])
    Table(canvas, 0, 150, columns, [[Cell(name), Cell(figure), Cell(figure)]], Look()).draw(0)

    for texts in canvas.texts.values():
        assert all(left.right < right.left for left, right in pairwise(texts))
        assert texts[0].left >= 0
        assert texts[-1].right <= 150
    assert [text.glyphs for text in list(canvas.texts.values())[-1][1:]] == [len(figure)] * 2


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_no_table_of_any_state_is_set_smaller(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures as clubs have them leave room between the columns of every table."""
    scales: list[float] = []
    draw = Table._head

    def measured(table: Table, y: float) -> float:
        scales.append(table.scale)
        return draw(table, y)

    monkeypatch.setattr(Table, "_head", measured)
    rendered(order)
    assert set(scales) <= {1.0}


def test_narrow_names_give_nothing_to_wide_ones() -> None:
    """Only who takes too much is cut."""
    canvas = drawn([("W" * 60, "Don", "1.00")], width=200)

    assert starts(canvas)[4][0] + shape("Don", CELL).width < starts(canvas)[5][0]
    assert {"D", "o", "n"} <= {text for encoding in canvas.encodings for _, _, text in encoding.codes()}


def test_every_second_row_is_shaded_or_each_ruled_off() -> None:
    """Two looks: bands for long tables, lines for short ones."""
    rows = [("a", "b", "1")] * 4

    shaded = drawn(rows).page.content()
    ruled = drawn(rows, look=Look(shaded=False)).page.content()
    assert (shaded.count(f"{ZEBRA} rg"), shaded.count(" l S")) == (2, 1)
    assert (ruled.count(f"{ZEBRA} rg"), ruled.count(" l S")) == (0, 4)


def test_first_cell_heads_its_row() -> None:
    """A screen reader says the name with each figure of its row, and the column's title."""
    table = elements(drawn([("Ana", "Don", "1")]), "Table")[0]
    head, row = (child for child in table.children if isinstance(child, Element))

    assert [(cell.tag, cell.scope) for cell in head.children if isinstance(cell, Element)] == [("TH", "Column")] * 3
    assert [(cell.tag, cell.scope) for cell in row.children if isinstance(cell, Element)] == [
        ("TH", "Row"),
        ("TD", ""),
        ("TD", ""),
    ]


def test_table_goes_on_with_its_head_on_each_page() -> None:
    """The head stands again on each page, as decoration: the table has it once."""
    canvas = flowed(120)
    rows = elements(canvas, "TR")

    assert len(canvas.pages) == 3
    assert len(rows) == 121
    assert len([cell for cell in elements(canvas, "TH") if cell.scope == "Column"]) == 3
    for page in canvas.pages[1:]:
        before = page.content().split(" BDC", 1)[0]
        assert before.count("]TJ") == len(COLUMNS)


def test_no_row_is_below_the_body() -> None:
    """A row that does not fit is the first of the next page."""
    canvas = flowed(120)
    lowest = min(float(y) for page in canvas.pages for y in re.findall(r"[\d.-]+ ([\d.]+) Td", page.content()))

    assert 841.89 - lowest <= BODY_BOTTOM


def test_table_that_fits_has_one_page() -> None:
    """Nothing goes on without need."""
    assert len(flowed(20).pages) == 1


def test_names_are_said_as_they_were_typed() -> None:
    """The cell has what is meant, whatever is drawn."""
    assert [cell.actual for cell in elements(flowed(2), "TH")][-2:] == ["Name 0", "Name 1"]
