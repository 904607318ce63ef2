"""The one module that touches fpdf2, private parts included: a drawn canvas to the bytes of a file."""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

from fpdf import FPDF
from fpdf.enums import OutputIntentSubType, PDFResourceType, ResourceAccessPolicy
from fpdf.image_parsing import preload_image
from fpdf.output import OutputProducer, PDFICCProfile, PDFPage
from fpdf.prefs import ViewerPreferences
from fpdf.syntax import Name, PDFArray, PDFObject
from fpdf.util import builtin_srgb2014_bytes

from report_service.document import packing
from report_service.document.canvas import Canvas, Page
from report_service.document.embedding import embed
from report_service.document.metadata import PRODUCER, Properties, xmp
from report_service.document.tagging import StructureTree, write_outline

# Whoever writes the stream counts its bytes.
_LENGTH = re.compile(rb"/Length \d+")


def write(canvas: Canvas, properties: Properties) -> bytes:
    """Return the drawn pages as a tagged PDF file that conforms to PDF/UA-1 and PDF/A-2a."""
    document = _Document(canvas, properties)
    for page in canvas.pages:
        document.add_drawn_page(page)
    return bytes(document.output(output_producer_class=_Producer))


@cache
def _srgb() -> bytes:
    """Return the colour profile, which fpdf2 reads from its file each time."""
    return bytes(builtin_srgb2014_bytes())


class _Document(FPDF):
    """An A4 document in points whose fonts, structure and outline are the canvas's, not fpdf2's own."""

    def __init__(self, canvas: Canvas, properties: Properties) -> None:
        super().__init__(unit="pt", format="A4")
        self.canvas = canvas
        self.file_id_digits = hashlib.sha256(properties.file_id.encode(errors="backslashreplace")).hexdigest()[:32]
        self.allow_images_transparency = False
        self.set_auto_page_break(False)
        self.set_title(properties.title)
        self.set_subject(properties.subject)
        self.set_creator("Dossier")
        self.set_producer(PRODUCER)
        self.set_lang(properties.language)
        self.set_creation_date(properties.created)
        self.set_xmp_metadata(xmp(properties))
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        profile = PDFICCProfile(contents=_srgb(), n=3, alternate="DeviceRGB")
        self.add_output_intent(OutputIntentSubType.PDFA, "sRGB", dest_output_profile=profile, info="sRGB2014 (v2)")
        for jpeg in canvas.images:
            preload_image(self.image_cache, io.BytesIO(jpeg), resource_access_policy=ResourceAccessPolicy.NONE)

    def add_drawn_page(self, page: Page) -> None:
        """Add a page with its operators, and declare the resources they name."""
        self.add_page()
        self._out(page.content())
        for number in sorted(page.fonts):
            self._resource_catalog.add(PDFResourceType.FONT, number, self.page)
        for number in sorted(page.images):
            self._resource_catalog.add(PDFResourceType.X_OBJECT, number, self.page)


class _Object(PDFObject):
    """An object that is written as it is."""

    # Of annotations, fpdf2 asks for these.
    dest = a = None

    def __init__(self) -> None:
        super().__init__()
        self.body = ""
        self.stream: bytes | None = None

    def serialize(self, obj_dict: Any = None, _security_handler: Any = None) -> str:
        return ""


class _Producer(OutputProducer):
    """Writes fonts, structure, outline and the file's frame where fpdf2 would do so in its own way.

    It is the `Objects` of those who write them.
    """

    def reserve(self) -> int:
        self._add_pdf_obj(_Object())
        return self.obj_id

    def put(self, number: int, body: str, stream: bytes | None = None) -> None:
        target = cast(_Object, self._own(number))
        target.body = body if stream is None else f"<<{body}/Filter/FlateDecode>>"
        target.stream = None if stream is None else zlib.compress(stream)

    def add(self, body: str, stream: bytes | None = None) -> int:
        number = self.reserve()
        self.put(number, body, stream)
        return number

    def bufferize(self) -> bytearray:
        self._written: list[bytes] = []
        super().bufferize()
        numbered = [item for item in self.pdf_objs if isinstance(item, PDFObject)]
        # fpdf2 writes a header before them and its own table and trailer after them.
        packed = [_packed(item, text) for item, text in zip(numbered, self._written[1:-1], strict=True)]
        file_id = self._document.file_id_digits
        return bytearray(packing.pack(packed, root=self._catalog, info=self._info, file_id=file_id))

    def _out(self, data: bytes | bytearray | str) -> None:
        self._written.append(data.encode("latin-1") if isinstance(data, str) else bytes(data))

    @property
    def _document(self) -> _Document:
        return cast(_Document, self.fpdf)

    def _own(self, number: int) -> PDFObject:
        # The first of them is the header, which has no number.
        return cast(PDFObject, self.pdf_objs[number])

    def _add_pages(self, _slice: slice = slice(0, None)) -> list[PDFPage]:
        pages: list[PDFPage] = super()._add_pages(_slice)
        for key, page in enumerate(pages):
            page.struct_parents = key
        self._pages = [page.id for page in pages]
        self._tree = StructureTree(self, self._document.canvas.root, self._pages)
        for page, drawn in zip(pages, self._document.canvas.pages, strict=True):
            self._annotate(page, drawn)
        return pages

    def _annotate(self, page: PDFPage, drawn: Page) -> None:
        numbers = [self._tree.annotate(linked, box, page=drawn.number) for box, linked in drawn.links]
        page.annots = PDFArray(map(self._own, numbers))
        if numbers:
            # The order in which a reader without a mouse goes through them.
            cast(Any, page).tabs = Name("S")

    def _add_fonts(
        self, image_objects_per_index: Any, gfxstate_objs_per_name: Any, pattern_objs_per_name: Any
    ) -> dict[int, Any]:
        encodings = self._document.canvas.encodings
        return {number: self._own(embed(self, encoding)) for number, encoding in enumerate(encodings, start=1)}

    def _add_structure_tree(self) -> PDFObject:
        return self._own(self._tree.write([page.marked for page in self._document.canvas.pages]))

    def _add_document_outline(self) -> tuple[Any, Sequence[Any]]:
        number = write_outline(self, self._document.canvas.bookmarks, self._pages)
        return (None if number is None else self._own(number)), ()

    def _finalize_catalog(self, catalog_obj: Any, *parts: Any, **named: Any) -> None:
        super()._finalize_catalog(catalog_obj, *parts, **named)
        # Nothing happens when the file is opened.
        catalog_obj.open_action = None
        self._catalog = catalog_obj.id

    def _add_info(self) -> Any:
        info = super()._add_info()
        self._info = info.id
        return info


def _packed(item: PDFObject, written: bytes) -> packing.Object:
    """Return an object as the file takes it; those of fpdf2's own making are cut out of what it wrote."""
    if isinstance(item, _Object):
        return packing.Object(item.id, item.body.encode("ascii"), item.stream)
    inside = written.removeprefix(b"%d 0 obj\n" % item.id).removesuffix(b"\nendobj")
    stream = item.content_stream()
    if stream is None:
        return packing.Object(item.id, inside)
    return packing.Object(item.id, _LENGTH.sub(b"", inside[: inside.index(b"\nstream\n")]), stream)
