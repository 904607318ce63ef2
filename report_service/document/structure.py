"""The logical structure of a document: what its marks on the page are, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

# Elements that hold marks on the page themselves; the others only group. Source: ISO 32000-1, 14.8.4.
LEAVES = frozenset({"H1", "H2", "H3", "P", "Figure", "TH", "TD", "Lbl", "LBody", "Link"})

Box = tuple[float, float, float, float]


class Mark(NamedTuple):
    """A stretch of one page's content, by the page's number from 1 and its own on that page from 0."""

    page: int
    number: int


@dataclass(slots=True, eq=False)
class Element:
    """A part of the document.

    Attributes:
        tag: a standard structure type.
        alt: what a Figure shows, in words and figures.
        actual: the text as it is meant, where glyphs cannot say it: names in any script.
        scope: of a TH: "Column" or "Row".
        box: of a Figure: left, bottom, right and top on the page, in PDF's coordinates.
        link: where a Link leads.
    """

    tag: str
    alt: str = ""
    actual: str = ""
    scope: str = ""
    box: Box | None = None
    link: str = ""
    children: list[Element | Mark] = field(default_factory=list)

    @property
    def is_leaf(self) -> bool:
        """Whether what is drawn in it belongs to it; in other elements it is decoration."""
        return self.tag in LEAVES

    def walk(self) -> Iterator[Element]:
        """Yield this element and all below it, parents first."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline: a section's title, its page from 1 and its height on it in PDF's coordinates."""

    title: str
    page: int
    top: float
