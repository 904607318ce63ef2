"""Whatever in a file can act is found, wherever it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdf
import pytest
from fpdf import FPDF
from pypdf.annotations import Link
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from tests.document.active import ActiveObject, active_objects


def a_writer() -> pypdf.PdfWriter:
    """Return a file of one page in which nothing acts."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    return writer


def found_in(writer: pypdf.PdfWriter, folder: Path) -> list[ActiveObject]:
    """Write the file and look through it."""
    path = folder / "some.pdf"
    writer.write(path)
    return active_objects(path)


def an_action(kind: str, **entries: Any) -> DictionaryObject:
    """Return an action, or an annotation's inside, with text entries."""
    texts = {NameObject(f"/{key}"): TextStringObject(value) for key, value in entries.items()}
    return DictionaryObject({NameObject("/S"): NameObject(f"/{kind}"), **texts})


def test_quiet_file_has_none(tmp_path: Path) -> None:
    """A blank page acts in no way."""
    assert found_in(a_writer(), tmp_path) == []


def test_script_on_opening_is_found(tmp_path: Path) -> None:
    """The catalog's OpenAction and the script in it."""
    writer = a_writer()
    writer.root_object[NameObject("/OpenAction")] = an_action("JavaScript", JS="app.alert(1)")
    assert found_in(writer, tmp_path) == [
        ActiveObject("JS", "app.alert(1)"),
        ActiveObject("JavaScript", "app.alert(1)"),
        ActiveObject("OpenAction", ""),
    ]


def test_page_to_open_at_is_told_from_an_action(tmp_path: Path) -> None:
    """fpdf2 writes where to open a file; that is found too, as what it is."""
    pdf = FPDF()
    pdf.add_page()
    path = tmp_path / "some.pdf"
    path.write_bytes(bytes(pdf.output()))
    assert active_objects(path) == [ActiveObject("OpenAction", "destination")]


@pytest.mark.parametrize(
    ("kind", "entries", "detail"),
    [
        ("Launch", {"F": "calc.exe"}, "calc.exe"),
        ("GoToR", {"F": "other.pdf"}, "other.pdf"),
        ("SubmitForm", {"F": "http://x.example/"}, "http://x.example/"),
        ("ImportData", {"F": "data.fdf"}, "data.fdf"),
    ],
)
def test_action_that_no_page_leads_to_is_found(kind: str, entries: dict[str, str], detail: str, tmp_path: Path) -> None:
    """Objects count that nothing refers to, as another reader may find a way to them."""
    writer = a_writer()
    writer._add_object(an_action(kind, **entries))
    assert found_in(writer, tmp_path) == [ActiveObject(kind, detail)]


def test_link_is_found_with_its_address(tmp_path: Path) -> None:
    """An annotation with an address is one find, in whatever kind of object it is stored."""
    writer = a_writer()
    writer.add_annotation(0, Link(rect=(0, 0, 9, 9), url="https://x.example/"))
    assert found_in(writer, tmp_path) == [ActiveObject("URI", "https://x.example/")]


def test_attachment_and_form_are_found(tmp_path: Path) -> None:
    """An embedded file by its tree, its specification and its stream; a form by its key."""
    writer = a_writer()
    writer.add_attachment("virus.exe", b"MZ")
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject()
    kinds = {found.kind for found in found_in(writer, tmp_path)}
    assert {"AcroForm", "EF", "EmbeddedFiles", "EmbeddedFile", "Filespec"} <= kinds


def test_annotation_of_media_is_found(tmp_path: Path) -> None:
    """A subtype is enough."""
    writer = a_writer()
    writer._add_object(DictionaryObject({NameObject("/Subtype"): NameObject("/RichMedia")}))
    assert found_in(writer, tmp_path) == [ActiveObject("RichMedia", "")]
