"""The one module that touches fpdf2, private parts included: a drawn canvas to the bytes of a file."""

from __future__ import annotations

import hashlib
import io
import re
import struct
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
from PIL import ImageCms

from report_service.document import packing
from report_service.document.canvas import Canvas, Page
from report_service.document.embedding import embed
from report_service.document.metadata import PRODUCER, Properties, xmp
from report_service.document.tagging import StructureTree, write_outline

# Whoever writes the stream counts its bytes.
_LENGTH = re.compile(rb"/Length \d+")
# The latest version that PDF/A knows, and a moment that is not that of making. Source: ISO 15076-1, 7.2.
_ICC_VERSION, _ICC_MADE = slice(8, 10), slice(24, 36)


def write(canvas: Canvas, properties: Properties) -> bytes:
    """Return the drawn pages as a tagged PDF file that conforms to PDF/UA-1 and PDF/A-2a."""
    document = _Document(canvas, properties)
    for page in canvas.pages:
        document.add_drawn_page(page)
    return bytes(document.output(output_producer_class=_Producer))


@cache
def _srgb() -> bytes:
    """Return the colour profile by formulas, a sixth of the tables that fpdf2 has, with the same colours."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_ICC_VERSION] = b"\x04\x20"
    profile[_ICC_MADE] = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    return bytes(profile)


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
        self.add_output_intent(OutputIntentSubType.PDFA, "sRGB", dest_output_profile=profile, info="sRGB IEC61966-2.1")
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


class _Reference(PDFObject):
    """What fpdf2's own objects know of one of ours: its number."""

    # Of annotations, fpdf2 asks for these.
    dest = a = None

    def __init__(self, number: int) -> None:
        super().__init__()
        self.id = number


class _Producer(OutputProducer):
    """Writes fonts, structure, outline and the file's frame where fpdf2 would do so in its own way.

    It is the `Objects` of those who write them.
    """

    def reserve(self) -> int:
        self.obj_id += 1
        return self.obj_id

    def put(self, number: int, body: str, stream: bytes | None = None) -> None:
        if stream is None:
            self._ours.append(packing.Object(number, body.encode("ascii")))
            return
        head = f"<<{body}/Filter/FlateDecode>>".encode("ascii")
        self._ours.append(packing.Object(number, head, zlib.compress(stream)))

    def add(self, body: str, stream: bytes | None = None) -> int:
        number = self.reserve()
        self.put(number, body, stream)
        return number

    def bufferize(self) -> bytearray:
        self._written: list[bytes] = []
        self._ours: list[packing.Object] = []
        super().bufferize()
        theirs = [_packed(cast(PDFObject, item), text) for item, text in zip(self.pdf_objs, self._written, strict=True)]
        objects = sorted((*theirs, *self._ours), key=lambda item: item.number)
        file_id = self._document.file_id_digits
        return bytearray(packing.pack(objects, root=self._catalog, info=self._info, file_id=file_id))

    def _out(self, data: bytes | bytearray | str) -> None:
        self._written.append(data.encode("latin-1") if isinstance(data, str) else bytes(data))

    @property
    def _document(self) -> _Document:
        return cast(_Document, self.fpdf)

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
        page.annots = PDFArray(map(_Reference, numbers))
        if numbers:
            # The order in which a reader without a mouse goes through them.
            cast(Any, page).tabs = Name("S")

    def _add_fonts(
        self, image_objects_per_index: Any, gfxstate_objs_per_name: Any, pattern_objs_per_name: Any
    ) -> dict[int, Any]:
        encodings = self._document.canvas.encodings
        return {number: _Reference(embed(self, encoding)) for number, encoding in enumerate(encodings, start=1)}

    def _add_structure_tree(self) -> PDFObject:
        return _Reference(self._tree.write([page.marked for page in self._document.canvas.pages]))

    def _add_document_outline(self) -> tuple[Any, Sequence[Any]]:
        number = write_outline(self, self._document.canvas.bookmarks, self._pages)
        return (None if number is None else _Reference(number)), ()

    def _finalize_catalog(self, catalog_obj: Any, *parts: Any, **named: Any) -> None:
        super()._finalize_catalog(catalog_obj, *parts, **named)
        # Nothing happens when the file is opened.
        catalog_obj.open_action = None
        self._catalog = catalog_obj.id
        # What has no number, the file's header and table, is packing's to write.
        self.pdf_objs = [item for item in self.pdf_objs if isinstance(item, PDFObject)]

    def _add_info(self) -> Any:
        info = super()._add_info()
        self._info = info.id
        return info


def _packed(item: PDFObject, written: bytes) -> packing.Object:
    """Return an object of fpdf2's making as the file takes it: cut out of what was written."""
    inside = written.removeprefix(b"%d 0 obj\n" % item.id).removesuffix(b"\nendobj")
    stream = item.content_stream()
    if stream is None:
        return packing.Object(item.id, inside)
    return packing.Object(item.id, _LENGTH.sub(b"", inside[: inside.index(b"\nstream\n")]), stream)
