"""The structure of a file as a reader that had no part in making it finds it."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest

from report_service.document.canvas import Canvas
from report_service.document.palette import BODY, INK
from report_service.document.pdf import write
from report_service.document.structure import Element
from tests.document.builders import ADDRESS
from tests.unit.document.test_pdf import PROPERTIES


def written(canvas: Canvas) -> pypdf.PdfReader:
    """Write and open."""
    return pypdf.PdfReader(io.BytesIO(write(canvas, PROPERTIES)), strict=True)


def tree(reader: pypdf.PdfReader) -> Any:
    """Return the root of the structure."""
    root: Any = reader.trailer["/Root"]
    return root["/StructTreeRoot"]


def kids(element: Any) -> list[Any]:
    """Return what is in an element."""
    inside = element["/K"]
    return [kid.get_object() for kid in inside] if isinstance(inside, list) else [inside.get_object()]


def test_marks_and_elements_lead_to_each_other() -> None:
    """Each element names its marks, and the parent tree the element of each mark, page by page."""
    canvas = Canvas()
    with canvas.element("H1"):
        canvas.text(10, 10, "A", style=BODY)
    canvas.begin_page()
    with canvas.element("P"):
        canvas.text(10, 10, "B", style=BODY)
        with canvas.decoration():
            canvas.rect(0, 0, 5, 5, fill=INK)
        canvas.text(10, 20, "C", style=BODY)
    reader = written(canvas)
    heading, paragraph = kids(kids(tree(reader))[0])
    numbers: Any = tree(reader)["/ParentTree"]["/Nums"]

    assert (heading["/S"], heading["/K"], heading.raw_get("/Pg")) == ("/H1", 0, reader.pages[0].indirect_reference)
    assert (paragraph["/K"], paragraph.raw_get("/Pg")) == ([0, 1], reader.pages[1].indirect_reference)
    assert [page["/StructParents"] for page in reader.pages] == [0, 1] == [numbers[0], numbers[2]]
    assert [entry.get_object() for entry in numbers[3]] == [paragraph, paragraph]


def test_element_over_two_pages_says_of_each_mark_on_which_it_is() -> None:
    """A mark of another page than the first is a reference to that page."""
    canvas = Canvas()
    with canvas.element("P"):
        canvas.text(10, 10, "B", style=BODY)
        canvas.begin_page()
        canvas.text(10, 10, "C", style=BODY)
    reader = written(canvas)
    first, second = kids(kids(kids(tree(reader))[0])[0])

    assert first == 0
    assert (second["/Type"], second["/MCID"]) == ("/MCR", 0)
    assert second.raw_get("/Pg") == reader.pages[1].indirect_reference


def test_cells_have_scope() -> None:
    """A head says of what it is one."""
    canvas = Canvas()
    with canvas.element("Table"), canvas.element("TR"), canvas.element("TH", scope="Column"):
        canvas.text(10, 10, "B", style=BODY)
    cell = kids(kids(kids(kids(tree(written(canvas)))[0])[0])[0])[0]

    assert dict(cell["/A"]) == {"/O": "/Table", "/Scope": "/Column"}


def test_figure_has_words_and_a_box() -> None:
    """Whoever cannot see it hears it, and a magnifier knows where it is."""
    canvas = Canvas()
    with canvas.figure(40, 100, 60, 20, alt="3 of 4, «יפה»"):
        canvas.rect(40, 100, 60, 20, fill=INK)
    figure = kids(kids(tree(written(canvas)))[0])[0]

    assert figure["/Alt"] == "3 of 4, «יפה»"
    assert [float(edge) for edge in figure["/A"]["/BBox"]] == pytest.approx([40, 721.89, 100, 741.89])


@pytest.mark.parametrize("actual", ["", " ", "\u202e\u2002"])
def test_actual_text_that_says_nothing_is_left_out(actual: str) -> None:
    """Blanks alone do not silence what stands there in their place."""
    canvas = Canvas()
    with canvas.element("H1", actual=actual):
        canvas.text(10, 10, "Unnamed", style=BODY)

    assert "/ActualText" not in kids(kids(tree(written(canvas)))[0])[0]


def test_link_is_an_annotation_in_the_structure() -> None:
    """Element and annotation refer to each other; the page goes through its links in that order; it can be printed."""
    canvas = Canvas()
    with canvas.link(40, 200, 60, 20, address=ADDRESS, alt="Verify (this)"):
        canvas.text(40, 210, "there", style=BODY)
    reader = written(canvas)
    element = kids(kids(tree(reader))[0])[0]
    annotation: Any = reader.pages[0]["/Annots"][0].get_object()
    numbers: Any = tree(reader)["/ParentTree"]["/Nums"]

    assert element["/S"] == "/Link"
    assert element["/K"][1]["/Obj"] == annotation
    assert numbers[numbers.index(annotation["/StructParent"]) + 1].get_object() == element
    assert (annotation["/A"]["/URI"], annotation["/Contents"], annotation["/F"]) == (ADDRESS, "Verify (this)", 4)
    assert reader.pages[0]["/Tabs"] == "/S"


def test_outline_has_each_bookmark_in_order() -> None:
    """A title of any script leads to its place on its page."""
    canvas = Canvas()
    canvas.bookmark("Results (1)", 100)
    canvas.begin_page()
    canvas.bookmark("ქულები", 50)
    reader = written(canvas)

    assert [entry.title for entry in reader.outline] == ["Results (1)", "ქულები"]  # type: ignore[union-attr]
    assert [reader.get_destination_page_number(entry) for entry in reader.outline] == [0, 1]  # type: ignore[arg-type]
    assert reader.outline[1].top == pytest.approx(791.89)  # type: ignore[union-attr]


def test_file_without_bookmarks_has_no_outline() -> None:
    """Nothing to list is no list."""
    assert "/Outlines" not in dict(written(Canvas()).trailer["/Root"])  # type: ignore[call-overload]


def test_walk_goes_through_parents_first() -> None:
    """The reading order is that of the tree."""
    leaf = Element("P")
    assert list(Element("Document", children=[leaf]).walk())[1] is leaf
