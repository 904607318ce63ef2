"""Reads a produced PDF back, with a library that had no part in making it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pypdf

from report_service.document.render import render
from report_service.document.snapshot import Snapshot


def read(snapshot: Snapshot) -> pypdf.PdfReader:
    """Render and open."""
    return pypdf.PdfReader(io.BytesIO(render(snapshot)), strict=True)


def text_of(snapshot: Snapshot) -> str:
    """Render and extract the text of all pages."""
    return "\n".join(page.extract_text() for page in read(snapshot).pages)


def lines_of(snapshot: Snapshot) -> list[str]:
    """Render and extract the text line by line, of all pages."""
    return [line.strip() for line in text_of(snapshot).splitlines()]


def fonts_of(reader: pypdf.PdfReader) -> dict[str, Any]:
    """Return the font dictionaries of all pages by their names."""
    return {str(font["/BaseFont"]): font for page in reader.pages for font in _fonts(page)}


def operators_of(snapshot: Snapshot) -> str:
    """Return the drawing operators of all pages."""
    contents = (page.get_contents() for page in read(snapshot).pages)
    return "\n".join(content.get_data().decode("latin-1") for content in contents if content is not None)


def _fonts(page: Any) -> Iterator[Any]:
    for reference in page["/Resources"].get("/Font", {}).values():
        yield reference.get_object()
