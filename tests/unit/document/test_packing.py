"""The frame of a file: objects packed together, and where each is."""

from __future__ import annotations

import io
import zlib

import pypdf
import pytest

from report_service.document.packing import Object, pack

ID = "0123456789abcdef" * 2


def a_file(extra: int = 0) -> bytes:
    """Return a page with a stream, and further objects that nothing refers to."""
    objects = [
        Object(1, b"<</Type/Catalog/Pages 2 0 R>>"),
        Object(2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        Object(3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>"),
        Object(4, b"<</Filter/FlateDecode>>", zlib.compress(b"0 0 9 9 re f")),
        Object(5, b"<</Title(Sample)>>"),
        *(Object(6 + number, b"(%d)" % number) for number in range(extra)),
    ]
    return pack(objects, root=1, info=5, file_id=ID)


@pytest.mark.parametrize("extra", [0, 195, 196, 1000])
def test_every_object_is_found_when_read_back(extra: int) -> None:
    """However many packs there are, pypdf finds each object under its number."""
    reader = pypdf.PdfReader(io.BytesIO(a_file(extra)), strict=True)

    contents = reader.pages[0].get_contents()
    assert contents is not None
    assert contents.get_data() == b"0 0 9 9 re f"
    assert [str(reader.get_object(6 + number)) for number in range(extra)] == [str(number) for number in range(extra)]
    assert reader.metadata is not None
    assert reader.metadata.title == "Sample"


def test_only_streams_stand_by_themselves() -> None:
    """What is no stream is compressed, and so no word of it is in the file."""
    packed = a_file(500)

    assert b"/Catalog" not in packed
    assert b"/Filter/FlateDecode/Length" in packed
    assert len(packed) < 5000


def test_file_says_where_it_ends_and_which_it_is() -> None:
    """Header, place of the table, end, and both halves of the identifier."""
    packed = a_file()
    reader = pypdf.PdfReader(io.BytesIO(packed), strict=True)

    assert packed.startswith(b"%PDF-1.7\n%")
    assert packed.endswith(b"%%EOF\n")
    place = int(packed.rsplit(b"startxref\n", 1)[1].split()[0])
    assert b"/Type/XRef" in packed[place : place + 60]
    assert [bytes(half).hex() for half in (item.original_bytes for item in reader.trailer["/ID"])] == [ID, ID]  # type: ignore[attr-defined]


def test_bytes_are_equal_when_packed_again() -> None:
    """The frame holds no time and no chance."""
    assert a_file(300) == a_file(300)
