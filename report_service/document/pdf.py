"""The one module that touches fpdf2, private parts included: pages and shared faces to the bytes of a file."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from fpdf import FPDF
from fpdf.enums import FontDescriptorFlags, PDFResourceType, ResourceAccessPolicy
from fpdf.fonts import PDFFontDescriptor
from fpdf.image_parsing import preload_image
from fpdf.output import CIDSystemInfo, OutputProducer, PDFFont, PDFFontStream, PDFType3Font
from fpdf.prefs import ViewerPreferences
from fpdf.syntax import Name, PDFArray, PDFContentStream

from report_service.document.canvas import Canvas
from report_service.document.encoding import Encoding
from report_service.document.fonts import Face, subset

_STEM_WIDTH = 80
_TAG_LETTERS = 6
# The most entries one bfchar block may have. Source: Adobe technical note 5411.
_MAX_BLOCK = 100


@dataclass(frozen=True, slots=True)
class Properties:
    """What the file says about itself; equal pages and properties give equal bytes."""

    title: str
    created: datetime
    file_id: str


def write(canvas: Canvas, properties: Properties) -> bytes:
    """Return the drawn pages as a PDF file."""
    document = _Document(canvas, properties)
    for page in canvas.pages:
        document.add_page()
        document.add_content("\n".join(page.operators), fonts=page.fonts, images=page.images)
    return bytes(document.output(output_producer_class=_Producer))


class _Document(FPDF):
    """An A4 document in points whose fonts are the canvas's, not fpdf2's own."""

    def __init__(self, canvas: Canvas, properties: Properties) -> None:
        super().__init__(unit="pt", format="A4")
        self.encodings = canvas.encodings
        self._file_id = hashlib.sha256(properties.file_id.encode(errors="backslashreplace")).hexdigest()[:32].upper()
        self.set_auto_page_break(False)
        self.set_title(properties.title)
        self.set_creator("Dossier")
        self.set_lang("en")
        self.set_creation_date(properties.created)
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        for jpeg in canvas.images:
            preload_image(self.image_cache, io.BytesIO(jpeg), resource_access_policy=ResourceAccessPolicy.NONE)

    def add_content(self, operators: str, *, fonts: Iterable[int], images: Iterable[int]) -> None:
        """Append operators to the current page and declare the resources they name."""
        self._out(operators)
        for number in sorted(fonts):
            self._resource_catalog.add(PDFResourceType.FONT, number, self.page)
        for number in sorted(images):
            self._resource_catalog.add(PDFResourceType.X_OBJECT, number, self.page)

    def file_id(self) -> str:
        """Return both halves of the trailer's /ID."""
        return f"<{self._file_id}><{self._file_id}>"


class _Producer(OutputProducer):
    """Embeds the shared faces' subsets where fpdf2 would parse and rewrite each font with fontTools."""

    def _add_fonts(
        self, image_objects_per_index: Any, gfxstate_objs_per_name: Any, pattern_objs_per_name: Any
    ) -> dict[int, PDFFont | PDFType3Font]:
        document = cast(_Document, self.fpdf)
        return {number: self._add_face(encoding) for number, encoding in enumerate(document.encodings, start=1)}

    def _add_face(self, encoding: Encoding) -> PDFFont:
        codes = list(encoding.codes())
        file, moved = subset(encoding.face, {glyph for _, glyph, _ in codes})
        name = f"{_tag(codes)}+{encoding.face.name}"
        composite = PDFFont(subtype="Type0", base_font=name, encoding="Identity-H")
        self._add_pdf_obj(composite, "fonts")
        descendant = PDFFont(subtype="CIDFontType2", base_font=name, d_w=0, w=_widths(encoding, codes))
        self._add_pdf_obj(descendant, "fonts")
        composite.descendant_fonts = PDFArray([descendant])
        composite.to_unicode = self._stream(_to_unicode(codes))
        descendant.c_i_d_system_info = CIDSystemInfo()
        self._add_pdf_obj(descendant.c_i_d_system_info, "fonts")
        descendant.c_i_d_to_g_i_d_map = self._stream(_glyph_map(codes, moved))
        descendant.font_descriptor = self._descriptor(encoding, name, file)
        return composite

    def _descriptor(self, encoding: Encoding, name: str, file: bytes) -> PDFFontDescriptor:
        stream = PDFFontStream(contents=file)
        descriptor = _Descriptor(encoding.face, name, stream)
        self._add_pdf_obj(descriptor, "fonts")
        self._add_pdf_obj(stream, "fonts")
        return descriptor

    def _stream(self, contents: bytes) -> PDFContentStream:
        stream = PDFContentStream(contents=contents, compress=True)
        self._add_pdf_obj(stream, "fonts")
        return stream


class _Descriptor(PDFFontDescriptor):
    """The descriptor of an embedded TrueType subset."""

    def __init__(self, face: Face, name: str, file: PDFFontStream) -> None:
        super().__init__(
            ascent=face.ascent,
            descent=face.descent,
            cap_height=face.ascent,
            flags=FontDescriptorFlags.SYMBOLIC,
            font_b_box=f"[{' '.join(map(str, face.box))}]",
            italic_angle=0,
            stem_v=_STEM_WIDTH,
            missing_width=0,
        )
        self.font_name = Name(name)
        self.font_file2 = file


def _tag(codes: list[tuple[int, int, str]]) -> str:
    """Return the six letters that tell this subset of a font from another one."""
    digest = hashlib.sha256(repr(codes).encode()).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:_TAG_LETTERS])


def _widths(encoding: Encoding, codes: list[tuple[int, int, str]]) -> str:
    return f"[{' '.join(f'{code} [{encoding.face.advance(glyph)}]' for code, glyph, _ in codes)}]"


def _glyph_map(codes: list[tuple[int, int, str]], moved: dict[int, int]) -> bytes:
    table = bytearray(2 * (codes[-1][0] + 1))
    for code, glyph, _ in codes:
        table[2 * code : 2 * code + 2] = moved[glyph].to_bytes(2)
    return bytes(table)


def _to_unicode(codes: list[tuple[int, int, str]]) -> bytes:
    lines = [f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>" for code, _, text in codes]
    blocks = [lines[start : start + _MAX_BLOCK] for start in range(0, len(lines), _MAX_BLOCK)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return _CMAP.replace("BODY", body).encode("ascii")


_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
BODY
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
