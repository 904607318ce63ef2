"""Writes the structure tree, the links that hang in it, and the outline."""

from __future__ import annotations

from collections.abc import Sequence

from report_service.document.objects import Objects, ref, text
from report_service.document.paths import n
from report_service.document.structure import Bookmark, Box, Element, Mark
from report_service.document.text import clean

# An annotation that is printed. Source: ISO 32000-1, table 165.
_PRINT = 4


class StructureTree:
    """The structure of one file, whose pages have the object numbers `pages`."""

    def __init__(self, objects: Objects, root: Element, pages: Sequence[int]) -> None:
        self._objects = objects
        self._pages = pages
        self._number = objects.reserve()
        self._numbers: dict[Element, int] = {}
        self._parents: dict[Element, int] = {}
        self._enter(root, self._number)
        self._top = self._numbers[root]
        self._annotations: dict[Element, int] = {}

    def annotate(self, linked: Element, box: Box, *, page: int) -> int:
        """Write the annotation of a Link on a page, counted from 1. Return its object number."""
        key = len(self._pages) + len(self._annotations)
        self._annotations[linked] = self._objects.add(
            f"<</Type/Annot/Subtype/Link/F {_PRINT}/Border[0 0 0]/Rect[{' '.join(map(n, box))}]"
            f"/Contents {text(linked.alt)}/StructParent {key}/P {ref(self._pages[page - 1])}"
            f"/A<</S/URI/URI{_uri(linked.link)}>>>>"
        )
        return self._annotations[linked]

    def write(self, marked: Sequence[Sequence[Element]]) -> int:
        """Write all elements; `marked` has the element of each mark, page by page. Return the root's number."""
        for element, number in self._numbers.items():
            self._objects.put(number, f"<</S/{element.tag}/P {ref(self._parents[element])}{self._entries(element)}>>")
        pages = (f"{key}[{' '.join(ref(self._numbers[of]) for of in page)}]" for key, page in enumerate(marked))
        links = (f"{key} {ref(self._numbers[of])}" for key, of in enumerate(self._annotations, start=len(marked)))
        parents = self._objects.add(f"<</Nums[{' '.join((*pages, *links))}]>>")
        self._objects.put(
            self._number,
            f"<</Type/StructTreeRoot/K {ref(self._top)}/ParentTree {ref(parents)}"
            f"/ParentTreeNextKey {len(marked) + len(self._annotations)}>>",
        )
        return self._number

    def _enter(self, element: Element, parent: int) -> None:
        """Number an element and all in it, parents first."""
        number = self._numbers[element] = self._objects.reserve()
        self._parents[element] = parent
        for child in element.children:
            if isinstance(child, Element):
                self._enter(child, number)

    def _entries(self, element: Element) -> str:
        entries = [self._kids(element)]
        if element.alt:
            entries.append(f"/Alt {text(element.alt)}")
        # Where a name has nothing that can be seen, its stand-in is what is meant.
        if element.actual and clean(element.actual):
            entries.append(f"/ActualText {text(element.actual)}")
        if element.scope:
            entries.append(f"/A<</O/Table/Scope/{element.scope}>>")
        if element.box:
            entries.append(f"/A<</O/Layout/Placement/Block/BBox[{' '.join(map(n, element.box))}]>>")
        return "".join(entries)

    def _kids(self, element: Element) -> str:
        """Return the children: marks of the first one's page by their numbers alone."""
        page = next((child.page for child in element.children if isinstance(child, Mark)), 0)
        kids = [self._kid(child, page) for child in element.children]
        if element in self._annotations:
            kids.append(f"<</Type/OBJR/Obj {ref(self._annotations[element])}>>")
        on = f"/Pg {ref(self._pages[page - 1])}" if page else ""
        return f"{on}/K {kids[0]}" if len(kids) == 1 else f"{on}/K[{' '.join(kids)}]"

    def _kid(self, child: Element | Mark, page: int) -> str:
        if isinstance(child, Element):
            return ref(self._numbers[child])
        if child.page == page:
            return str(child.number)
        return f"<</Type/MCR/Pg {ref(self._pages[child.page - 1])}/MCID {child.number}>>"


def write_outline(objects: Objects, bookmarks: Sequence[Bookmark], pages: Sequence[int]) -> int | None:
    """Write the outline and return its object number, None when there is nothing in it."""
    if not bookmarks:
        return None
    root = objects.reserve()
    numbers = [objects.reserve() for _ in bookmarks]
    for index, (mark, number) in enumerate(zip(bookmarks, numbers, strict=True)):
        before = f"/Prev {ref(numbers[index - 1])}" if index else ""
        after = f"/Next {ref(numbers[index + 1])}" if index + 1 < len(numbers) else ""
        place = f"[{ref(pages[mark.page - 1])}/XYZ null {n(mark.top)} null]"
        objects.put(number, f"<</Title {text(mark.title)}/Parent {ref(root)}{before}{after}/Dest{place}>>")
    objects.put(root, f"<</Type/Outlines/First {ref(numbers[0])}/Last {ref(numbers[-1])}/Count {len(numbers)}>>")
    return root


def _uri(address: str) -> str:
    """Return an address of ours, which is ASCII, as a string object."""
    return f"<{address.encode('ascii').hex().upper()}>"
