"""The private parts of fpdf2 that the adapter relies on: this file fails first when they change."""

from __future__ import annotations

import inspect
import io
from datetime import UTC, datetime
from typing import Any

import fpdf
import pypdf
from fpdf.enums import PDFResourceType
from fpdf.output import OutputProducer, ResourceCatalog

from report_service.document.canvas import Canvas
from report_service.document.metadata import Properties
from report_service.document.palette import BODY
from report_service.document.pdf import _Producer, write

PROPERTIES = Properties(
    "A <title> & more", "Made by tests", "uk", datetime(2026, 11, 23, 17, 45, tzinfo=UTC), "some id"
)
# What is replaced, and by whom the original is called.
_REPLACED = {
    "bufferize": None,
    "_out": "bufferize",
    "_add_pages": "bufferize",
    "_add_fonts": "_insert_resources",
    "_add_structure_tree": "bufferize",
    "_add_document_outline": "bufferize",
    "_finalize_catalog": "bufferize",
    "_add_info": "bufferize",
}


def opened(canvas: Canvas | None = None) -> pypdf.PdfReader:
    """Write a canvas and read it back."""
    return pypdf.PdfReader(io.BytesIO(write(canvas or Canvas(), PROPERTIES)), strict=True)


def catalog_of(reader: pypdf.PdfReader) -> Any:
    """Return the catalog."""
    return reader.trailer["/Root"]


def test_library_is_the_version_the_adapter_was_written_for() -> None:
    """Another version may have moved the private parts: read the adapter before raising the pin."""
    assert fpdf.__version__ == "2.8.9"


def test_every_replaced_part_is_still_called() -> None:
    """What the adapter replaces exists under that name, takes the same arguments and is called where it was."""
    for name, caller in _REPLACED.items():
        original, ours = getattr(OutputProducer, name), getattr(_Producer, name)
        named = [parameter for parameter in inspect.signature(ours).parameters if parameter not in ("parts", "named")]
        assert named == list(inspect.signature(original).parameters)[: len(named)], name
        if caller:
            assert f"self.{name}(" in inspect.getsource(getattr(OutputProducer, caller)), name


def test_adapter_replaces_nothing_else() -> None:
    """A further private part needs a test of its own here."""
    shared = {name for name in vars(_Producer) if hasattr(OutputProducer, name) and not name.startswith("__")}
    assert shared == set(_REPLACED)


def test_producer_asks_for_fonts_with_the_known_arguments() -> None:
    """The adapter's own font writer is called with the arguments of the original."""
    expected = ["self", "image_objects_per_index", "gfxstate_objs_per_name", "pattern_objs_per_name"]

    assert list(inspect.signature(OutputProducer._add_fonts).parameters) == expected


def test_catalog_lists_resources_by_page_when_they_are_added() -> None:
    """A font or image number added for a page is found in the resources of that page alone."""
    catalog = ResourceCatalog()

    catalog.add(PDFResourceType.FONT, 1, 2)

    assert catalog.get_resources_per_page(2, PDFResourceType.FONT) == {1}
    assert catalog.get_resources_per_page(1, PDFResourceType.FONT) == set()


def test_operators_are_written_as_they_are_when_added_to_a_page() -> None:
    """What the canvas drew goes into the page's stream without interpretation."""
    document = fpdf.FPDF()
    document.add_page()

    document._out("1 0 0 rg (x) Tj")

    assert bytes(document.pages[1].contents).endswith(b"1 0 0 rg (x) Tj\n")


def test_drawn_operators_are_the_pages_content() -> None:
    """Nothing is drawn in front of or behind them but fpdf2's own line widths, which are no marks."""
    canvas = Canvas()
    with canvas.element("P"):
        canvas.text(10, 10, "A", style=BODY)
    contents = opened(canvas).pages[0].get_contents()

    assert contents is not None
    assert canvas.page.content() in contents.get_data().decode("latin-1")


def test_nothing_happens_when_the_file_is_opened() -> None:
    """There is no action, no script and no form; the title is what a window shows."""
    catalog = catalog_of(opened())

    assert not {"/OpenAction", "/AA", "/Names", "/AcroForm"} & set(catalog)
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert (catalog["/Lang"], catalog["/MarkInfo"]["/Marked"]) == ("uk", True)


def test_profile_of_colours_is_in_the_file() -> None:
    """PDF/A needs to know what red is."""
    (intent,) = catalog_of(opened())["/OutputIntents"]

    assert (intent.get_object()["/S"], intent.get_object()["/OutputConditionIdentifier"]) == ("/GTS_PDFA1", "sRGB")
    assert len(intent.get_object()["/DestOutputProfile"].get_data()) > 500


def test_info_and_packet_say_the_same() -> None:
    """Title, subject, producer and moment are in both, for readers of either."""
    reader = opened()
    packet = catalog_of(reader)["/Metadata"].get_data().decode()

    assert reader.metadata is not None
    assert dict(reader.metadata) == {
        "/Title": PROPERTIES.title,
        "/Subject": "Made by tests",
        "/Creator": "Dossier",
        "/Producer": "Dossier with fpdf2",
        "/CreationDate": "D:20261123174500Z",
    }
    for part in (
        "A &lt;title&gt; &amp; more",
        "2026-11-23T17:45:00Z",
        "<pdf:Producer>Dossier with fpdf2</pdf:Producer>",
        "<rdf:li>uk</rdf:li>",
    ):
        assert part in packet


def test_packet_claims_both_standards() -> None:
    """PDF/UA-1 and PDF/A-2a, the first with the schema that the second asks for."""
    packet = catalog_of(opened())["/Metadata"].get_data().decode()

    for claim in ("<pdfuaid:part>1<", "<pdfaid:part>2<", "<pdfaid:conformance>A<", "pdfaExtension:schemas"):
        assert claim in packet


def test_packet_is_sound_when_a_title_has_what_xml_cannot_hold() -> None:
    """Controls and what is no character are left out of the packet."""
    odd = Properties("a\x00b\uffff]]></x>", "", "en", PROPERTIES.created, "")
    reader = pypdf.PdfReader(io.BytesIO(write(Canvas(), odd)))

    assert reader.xmp_metadata is not None
    assert reader.xmp_metadata.dc_title == {"x-default": "ab]]></x>"}
