"""Faults of a tag tree that veraPDF accepts are told, and a good tree is left in peace."""

from __future__ import annotations

import pytest

from tests.document import complaints
from tests.document.structure import Element

SCOPE = {"Scope": "/Column"}


def an(kind: str, *content: str | Element, alt: str | None = None, **attributes: str) -> Element:
    """Return an element."""
    return Element(kind, list(content), attributes, alt=alt)


def a_row(*widths: int, **attributes: str) -> Element:
    """Return a row of cells that each span so many columns."""
    return an("TR", *(an("TD", "x", ColSpan=str(width), **attributes) for width in widths))


def test_good_tree_has_no_complaints() -> None:
    """One H1, headings in order, a figure with its number, a table with spans, and a language."""
    head = an("TR", an("TH", "Role", **SCOPE), an("TH", "Games", **SCOPE), an("TH", "Wins", **SCOPE))
    body = [a_row(1, 2), an("TR", an("TD", "x", RowSpan="2"), an("TD", "y"), an("TD", "z")), a_row(1, 1), a_row(3)]
    table = an("Table", an("THead", head), an("TBody", *body))
    headings = [an("H1", "A"), an("H2", "B"), an("H3", an("Span", "C")), an("H2", "D")]
    root = an("StructTreeRoot", an("Document", *headings, an("Figure", alt="٧ of 9"), table))
    root.language = "en"
    assert complaints.structure_complaints(root) == []


@pytest.mark.parametrize(
    ("check", "elements", "complaint"),
    [
        (complaints.language, [], "the document has no language"),
        (complaints.headings, [], "there are 0 H1 where one should be"),
        (complaints.headings, [an("H1", "A"), an("H1", "B")], "there are 2 H1 where one should be"),
        (complaints.headings, [an("H1", "A"), an("H2", " ")], "an H2 is empty"),
        (complaints.heading_levels, [an("H2", "B")], "H2 “B” follows no heading"),
        (complaints.heading_levels, [an("H1", "A"), an("H3", "C")], "H3 “C” follows H1"),
        (complaints.empty_cells, [an("TH", **SCOPE)], "a TH is empty"),
        (complaints.scopes, [an("TH", "Role")], "TH “Role” has no Scope"),
        (complaints.figures, [an("Figure")], "a Figure has no Alt"),
        (complaints.figures, [an("Figure", alt="chart")], "the Alt of a Figure has no number: “chart”"),
        (complaints.rows, [an("Table", a_row(1, 1), a_row(1))], "table 1: row 2 has 1 cells, row 1 has 2"),
        (complaints.rows, [an("Table", a_row(1, 1), a_row(2, 1))], "table 1: row 2 has 3 cells, row 1 has 2"),
        (complaints.rows, [an("Table", a_row(1, RowSpan="2"), a_row(1))], "table 1: row 2 has 2 cells, row 1 has 1"),
        (complaints.rows, [an("Table", an("TR"))], "table 1 has no cells"),
    ],
)
def test_fault_is_told_once(check: object, elements: list[Element], complaint: str) -> None:
    """Each function has one sentence for one fault, and so has all of them together."""
    root = an("StructTreeRoot", *elements)
    assert callable(check)
    assert check(root) == [complaint]
    assert complaint in complaints.structure_complaints(root)
