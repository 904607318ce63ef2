"""The text of each mark on the pages of a PDF file, by PDFium."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

# By page from 0 and the mark's own number on it.
Marks = dict[tuple[int, int], str]


def marked_texts(path: Path) -> Marks:
    """Return the text of each mark that has one; what is marked as an artifact has no number and is left out."""
    found: Marks = {}
    document = pypdfium2.PdfDocument(path)
    try:
        for number, page in enumerate(document):
            text_page = page.get_textpage()
            for shown in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
                key = (number, pdfium.FPDFPageObj_GetMarkedContentID(shown.raw))
                if key[1] >= 0:
                    found[key] = found.get(key, "") + _text(shown.raw, text_page.raw)
    finally:
        document.close()
    return found


def _text(shown: object, page: object) -> str:
    length = pdfium.FPDFTextObj_GetText(shown, page, None, 0)
    buffer = ctypes.create_string_buffer(length)
    pdfium.FPDFTextObj_GetText(shown, page, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")
