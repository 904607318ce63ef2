"""Reads a produced PDF back, with a library that had no part in making it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pypdf

from report_service.document.snapshot import Order, Snapshot
from tests.document.builders import ADDRESS, rendered


def ordered(snapshot: Snapshot, locale: str = "") -> bytes:
    """Render a PDF whose code leads to ADDRESS."""
    return rendered(Order(snapshot, locale=locale, verify_address=ADDRESS))


def read(snapshot: Snapshot, locale: str = "") -> pypdf.PdfReader:
    """Render and open."""
    return pypdf.PdfReader(io.BytesIO(ordered(snapshot, locale)), strict=True)


def text_of(snapshot: Snapshot, locale: str = "") -> str:
    """Render and extract the text of all pages."""
    return "\n".join(page.extract_text() for page in read(snapshot, locale).pages)


def lines_of(snapshot: Snapshot, locale: str = "") -> list[str]:
    """Render and extract the text line by line, of all pages."""
    return [line.strip() for line in text_of(snapshot, locale).splitlines()]


def words_of(snapshot: Snapshot, locale: str = "") -> str:
    """Render and extract the text of all pages with single spaces."""
    return re.sub(r"\s+", " ", text_of(snapshot, locale))


def fonts_of(reader: pypdf.PdfReader) -> dict[str, Any]:
    """Return the font dictionaries of all pages by their names."""
    return {str(font["/BaseFont"]): font for page in reader.pages for font in _fonts(page)}


def operators_of(snapshot: Snapshot, locale: str = "") -> str:
    """Return the drawing operators of all pages."""
    contents = (page.get_contents() for page in read(snapshot, locale).pages)
    return "\n".join(content.get_data().decode("latin-1") for content in contents if content is not None)


def spoken_of(reader: pypdf.PdfReader, kind: str = "") -> list[str]:
    """Return the texts instead of pictures and names, in reading order; of one type of element if one is given."""
    root: Any = reader.trailer["/Root"]
    return list(_spoken(root["/StructTreeRoot"], kind))


def _spoken(element: Any, kind: str) -> Iterator[str]:
    if not isinstance(element, dict):
        return
    if not kind or element.get("/S") == f"/{kind}":
        yield from (str(element[key]) for key in ("/Alt", "/ActualText") if key in element)
    kids: Any = element.get("/K")
    for kid in kids if isinstance(kids, list) else [kids]:
        yield from _spoken(kid.get_object() if kid is not None else None, kind)


def _fonts(page: Any) -> Iterator[Any]:
    for reference in page["/Resources"].get("/Font", {}).values():
        yield reference.get_object()
