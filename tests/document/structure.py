"""The tag tree of a PDF file: types and attributes by poppler, alternative texts by pypdf, and the text by PDFium.

Poppler could print the text as well, but draws the whole page again for each mark on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdf
from pypdf.generic import ArrayObject, DictionaryObject

from tests.document.marks import Marks, marked_texts
from tests.document.reading import UnreadablePdf, structure_lines

_INDENT = 2
_ELEMENT = re.compile(r'(?P<type>\w+)(?: <.*>)?(?: ".*")?(?: r\d+)?(?: \((?:inline|block)\))?:?')
_ATTRIBUTE = re.compile(r"/(?P<name>\w+) (?P<value>.*)")


@dataclass(slots=True)
class Element:
    """An element of the tree, its type after the role map.

    Attributes:
        content: Texts that it shows itself and elements in it, in reading order.
        attributes: By name, as poppler prints them: `{"Scope": "/Column"}`.
        alt: The text instead of a picture; None when there is none, as with the two below.
        actual_text: The text that the content stands for.
        language: Of this element and those in it.
    """

    type: str
    content: list[str | Element] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    alt: str | None = None
    actual_text: str | None = None
    language: str | None = None

    @property
    def children(self) -> list[Element]:
        """The elements directly in it."""
        return [part for part in self.content if isinstance(part, Element)]

    def walk(self) -> Iterator[Element]:
        """Yield it and all elements in it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def find(self, *types: str) -> list[Element]:
        """Return the elements in it that are of these types."""
        return [element for element in self.walk() if element.type in types]

    @property
    def spoken(self) -> str:
        """What is read aloud: the substitute where there is one, else the text of all that is in it."""
        for substitute in (self.alt, self.actual_text):
            if substitute is not None:
                return substitute
        return "".join(part if isinstance(part, str) else f" {part.spoken} " for part in self.content).strip()


def structure_of(path: Path) -> Element:
    """Return the root of the tree, which has the elements at the top as children; none in a file without tags.

    Raises:
        UnreadablePdf: The two readers do not see the same tree.
    """
    root = _parse(structure_lines(path))
    reader = pypdf.PdfReader(path)
    catalog = reader.root_object
    root.language = catalog.get("/Lang")
    tree: DictionaryObject = catalog.get("/StructTreeRoot", DictionaryObject())
    roles: DictionaryObject = tree.get("/RoleMap", DictionaryObject())
    elements, dictionaries = list(root.walk())[1:], list(_dictionaries(tree))
    if [element.type for element in elements] != [_role(entry, roles) for entry in dictionaries]:
        raise UnreadablePdf(f"poppler sees {len(elements)} tags and pypdf {len(dictionaries)}, or of other types")
    texts = marked_texts(path)
    pages = {
        page.indirect_reference.idnum: number for number, page in enumerate(reader.pages) if page.indirect_reference
    }
    for element, entry in zip(elements, dictionaries, strict=True):
        element.content = list(_content(element, entry, pages, texts))
        element.alt, element.actual_text = _text(entry, "/Alt"), _text(entry, "/ActualText")
        element.language = _text(entry, "/Lang")
    return root


def _parse(lines: list[str]) -> Element:
    """Return the tree that the lines show by their indentation."""
    root = Element("StructTreeRoot")
    open_elements = [root]
    for line in lines:
        words = line.lstrip(" ")
        depth = (len(line) - len(words)) // _INDENT
        attribute = _ATTRIBUTE.fullmatch(words)
        if attribute:
            open_elements[depth].attributes[attribute["name"]] = attribute["value"]
        elif element := _ELEMENT.fullmatch(words):
            del open_elements[depth + 1 :]
            open_elements.append(Element(element["type"]))
            open_elements[depth].content.append(open_elements[-1])
    return root


def _content(element: Element, entry: DictionaryObject, pages: dict[int, int], texts: Marks) -> Iterator[str | Element]:
    """Yield the texts of an element's own marks, and the elements in it, in the order in which the file has them."""
    children = iter(element.children)
    kids: Any = entry.get("/K")
    for kid in kids if isinstance(kids, ArrayObject) else [kids]:
        found = kid.get_object() if kid is not None else None
        if isinstance(found, DictionaryObject) and "/S" in found:
            yield next(children)
            continue
        place: Any = found if isinstance(found, DictionaryObject) else entry
        number = place.get("/MCID") if place is found else found
        if number is not None and "/Pg" in place:
            text = texts.get((pages[place.raw_get("/Pg").idnum], int(number)), "")
            if text:
                yield text


def _dictionaries(parent: DictionaryObject) -> Iterator[DictionaryObject]:
    """Yield the elements below, in reading order."""
    children: Any = parent.get("/K")
    for child in children if isinstance(children, ArrayObject) else [children]:
        entry = child.get_object() if child is not None else None
        if isinstance(entry, DictionaryObject) and "/S" in entry:
            yield entry
            yield from _dictionaries(entry)


def _role(entry: DictionaryObject, roles: DictionaryObject) -> str:
    name = str(entry["/S"])
    seen: set[str] = set()
    while name in roles and name not in seen:
        seen.add(name)
        name = str(roles[name])
    return name.removeprefix("/")


def _text(entry: DictionaryObject, key: str) -> str | None:
    value = entry.get(key)
    return None if value is None else str(value)
