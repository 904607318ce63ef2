"""What makes a tag tree bad to listen to though veraPDF accepts it; each function returns a sentence for each fault."""

from __future__ import annotations

from tests.document.structure import Element

_HEADINGS = tuple(f"H{level}" for level in range(1, 7))


def structure_complaints(root: Element) -> list[str]:
    """Return what all the functions below find."""
    checks = (language, headings, heading_levels, empty_cells, scopes, figures, rows)
    return [complaint for check in checks for complaint in check(root)]


def language(root: Element) -> list[str]:
    """The document says in which language it is."""
    return [] if root.language else ["the document has no language"]


def headings(root: Element) -> list[str]:
    """There is one H1, and no heading is empty."""
    first = len(root.find("H1"))
    complaints = [] if first == 1 else [f"there are {first} H1 where one should be"]
    empty = [found for found in root.find("H", *_HEADINGS) if not found.spoken.strip()]
    return complaints + [f"an {found.type} is empty" for found in empty]


def heading_levels(root: Element) -> list[str]:
    """The first heading is an H1, and none is more than one level below the one before it."""
    complaints = []
    before = 0
    for heading in root.find(*_HEADINGS):
        level = int(heading.type[1])
        if level > before + 1:
            complaints.append(f"H{level} “{heading.spoken}” follows {f'H{before}' if before else 'no heading'}")
        before = level
    return complaints


def empty_cells(root: Element) -> list[str]:
    """Every header cell has a text."""
    return ["a TH is empty" for cell in root.find("TH") if not cell.spoken.strip()]


def scopes(root: Element) -> list[str]:
    """Every header cell says of what it is the header."""
    return [f"TH “{cell.spoken}” has no Scope" for cell in root.find("TH") if "Scope" not in cell.attributes]


def figures(root: Element) -> list[str]:
    """The alternative text of every figure tells its numbers."""
    complaints = []
    for figure in root.find("Figure"):
        if not figure.alt:
            complaints.append("a Figure has no Alt")
        elif not any(character.isdigit() for character in figure.alt):
            complaints.append(f"the Alt of a Figure has no number: “{figure.alt}”")
    return complaints


def rows(root: Element) -> list[str]:
    """All rows of a table are equally wide, cells that span columns or rows counted as often."""
    complaints = []
    for number, table in enumerate(root.find("Table"), start=1):
        widths = _widths(table)
        odd = [row for row, width in enumerate(widths, start=1) if width != widths[0]]
        if odd:
            complaints.append(f"table {number}: row {odd[0]} has {widths[odd[0] - 1]} cells, row 1 has {widths[0]}")
        if not any(widths):
            complaints.append(f"table {number} has no cells")
    return complaints


def _widths(table: Element) -> list[int]:
    """Return how many columns each row has; a table within a table is not looked for."""
    widths: list[int] = []
    reaching_down: list[tuple[int, int]] = []
    for row in table.find("TR"):
        cells = [(_span(cell, "ColSpan"), _span(cell, "RowSpan")) for cell in row.children if cell.type in ("TH", "TD")]
        widths.append(sum(columns for columns, _ in [*cells, *reaching_down]))
        still = [(columns, deep - 1) for columns, deep in [*cells, *reaching_down]]
        reaching_down = [(columns, deep) for columns, deep in still if deep > 0]
    return widths


def _span(cell: Element, attribute: str) -> int:
    return int(cell.attributes.get(attribute, "1"))
