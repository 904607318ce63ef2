"""The private parts of fpdf2 that the adapter relies on: this file fails first when they change."""

from __future__ import annotations

import inspect

import fpdf
from fpdf.enums import PDFResourceType
from fpdf.output import OutputProducer, ResourceCatalog


def test_library_is_the_version_the_adapter_was_written_for() -> None:
    """Another version may have moved the private parts: read the adapter before raising the pin."""
    assert fpdf.__version__ == "2.8.9"


def test_producer_asks_for_fonts_with_the_known_arguments() -> None:
    """The adapter's own font writer is called in the place and with the arguments of the original."""
    expected = ["self", "image_objects_per_index", "gfxstate_objs_per_name", "pattern_objs_per_name"]

    assert list(inspect.signature(OutputProducer._add_fonts).parameters) == expected
    assert "self._add_fonts(" in inspect.getsource(OutputProducer._insert_resources)


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
