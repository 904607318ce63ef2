"""A small tagged PDF that keeps PDF/UA-1 and PDF/A-2a unless a test asks for a fault; not made by our renderer."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdf
from fpdf import FPDF
from fpdf.prefs import ViewerPreferences
from PIL import ImageCms
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from report_service.document import fonts

_FONT = Path(fonts.__file__).parent / "fonts" / "Inter-Regular.ttf"
_LEADING = 20
_FIGURE_SIDE = 15
_XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Sample</rdf:li></rdf:Alt></dc:title>
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description><pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType></rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


@dataclass(frozen=True, slots=True)
class Tag:
    """An element with a text or with elements in it; a Figure without a text shows a square."""

    type: str
    inside: str | Sequence[Tag] = ()
    entries: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)


def header_cell(text: str) -> Tag:
    """Return the header of a column."""
    return Tag("TH", text, attributes={"/O": "/Table", "/Scope": "/Column"})


TABLE = Tag(
    "Table",
    [
        Tag("TR", [header_cell("Role"), header_cell("Games")]),
        Tag("TR", [Tag("TD", "Don"), Tag("TD", "7")]),
    ],
)
FIGURE = Tag("Figure", entries={"/Alt": "12 wins of 20 games"})
TAGS = (Tag("H1", "Sample"), Tag("P", "Somebody’s games"), FIGURE, TABLE)


def a_pdf(tags: Sequence[Tag] = TAGS, *, language: str = "en", square_at: tuple[float, float] = (300, 60)) -> bytes:
    """Return a page with the tags one below the other, and the squares of all figures in one place."""
    drawing = _Drawing(square_at)
    written = pypdf.PdfWriter(clone_from=io.BytesIO(drawing.draw(tags)))
    written.pdf_header = "%PDF-1.7"
    catalog = written.root_object
    del catalog["/OpenAction"]
    if language:
        catalog[NameObject("/Lang")] = TextStringObject(language)
    catalog[NameObject("/MarkInfo")] = _value({"/Marked": True})
    catalog[NameObject("/StructTreeRoot")] = _tree(written, tags)
    catalog[NameObject("/Metadata")] = _stream(written, _XMP.encode(), {"/Type": "/Metadata", "/Subtype": "/XML"})
    catalog[NameObject("/OutputIntents")] = _value([_output_intent(written)])
    out = io.BytesIO()
    written.write(out)
    return out.getvalue()


def untagged_pdf(*, font: str = "") -> bytes:
    """Return a plain page in Inter, or in one of the fonts that every reader must have and no file embeds."""
    pdf = FPDF()
    if not font:
        pdf.add_font("Inter", fname=_FONT)
    pdf.add_page()
    pdf.set_font(font or "Inter", size=12)
    pdf.cell(text="Sample")
    return bytes(pdf.output())


class _Drawing:
    """Draws the leaves of the tags and numbers them in the order in which `_tree` meets them again."""

    def __init__(self, square_at: tuple[float, float]) -> None:
        self._pdf = FPDF(unit="pt", format=(400, 400))
        self._pdf.set_title("Sample")
        self._pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self._pdf.add_font("Inter", fname=_FONT)
        self._square_at = square_at
        self._count = 0

    def draw(self, tags: Sequence[Tag]) -> bytes:
        """Return the file without its tree."""
        self._pdf.add_page()
        self._pdf.set_font("Inter", size=12)
        self._draw(tags)
        return bytes(self._pdf.output())

    def _draw(self, tags: Sequence[Tag]) -> None:
        for tag in tags:
            if not isinstance(tag.inside, str) and tag.type != "Figure":
                self._draw(tag.inside)
                continue
            self._pdf._out(f"/{tag.type} <</MCID {self._count}>> BDC")
            if tag.type == "Figure":
                self._pdf.rect(*self._square_at, _FIGURE_SIDE, _FIGURE_SIDE, style="F")
            else:
                self._pdf.text(20, 20 + self._count * _LEADING, str(tag.inside))
            self._pdf._out("EMC")
            self._count += 1


def _tree(written: pypdf.PdfWriter, tags: Sequence[Tag]) -> IndirectObject:
    """Add the structure tree and the parent tree of the one page."""
    page = written.pages[0]
    page.update({NameObject("/StructParents"): NumberObject(0), NameObject("/Tabs"): NameObject("/S")})
    leaves = ArrayObject()

    def add(tag: Tag, parent: IndirectObject) -> IndirectObject:
        element = DictionaryObject(_value({"/S": f"/{tag.type}", "/P": parent, **tag.entries}))
        reference = written._add_object(element)
        attributes = dict(tag.attributes)
        if isinstance(tag.inside, str) or tag.type == "Figure":
            element.update(_value({"/Pg": page.indirect_reference, "/K": len(leaves)}))
            leaves.append(reference)
        else:
            element[NameObject("/K")] = ArrayObject([add(child, reference) for child in tag.inside])
        if tag.type == "Figure":
            attributes |= {"/O": "/Layout", "/BBox": [0, 0, 400, 400]}
        if attributes:
            element[NameObject("/A")] = _value(attributes)
        return reference

    root = DictionaryObject(_value({"/Type": "/StructTreeRoot"}))
    reference = written._add_object(root)
    root[NameObject("/K")] = add(Tag("Document", tags), reference)
    root[NameObject("/ParentTree")] = _value({"/Nums": [0, written._add_object(leaves)]})
    return reference


def _output_intent(written: pypdf.PdfWriter) -> dict[str, Any]:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return {
        "/Type": "/OutputIntent",
        "/S": "/GTS_PDFA1",
        "/OutputConditionIdentifier": "sRGB",
        "/DestOutputProfile": _stream(written, profile, {"/N": 3}),
    }


def _stream(written: pypdf.PdfWriter, content: bytes, entries: Mapping[str, Any]) -> IndirectObject:
    stream = DecodedStreamObject()
    stream.set_data(content)
    stream.update(_value(entries))
    return written._add_object(stream)


def _value(value: Any) -> Any:
    """Return it as pypdf's: a string that begins with a slash is a name."""
    if isinstance(value, Mapping):
        return DictionaryObject({NameObject(key): _value(entry) for key, entry in value.items()})
    if isinstance(value, list):
        return ArrayObject(map(_value, value))
    if isinstance(value, bool):
        return BooleanObject(value)
    if isinstance(value, str):
        return NameObject(value) if value.startswith("/") else TextStringObject(value)
    return NumberObject(value) if isinstance(value, int) else value
