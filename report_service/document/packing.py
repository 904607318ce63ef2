"""A PDF file from its objects, with all that are not streams packed together: a third smaller than one by one."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

from report_service.document.objects import ref

# Says that the file is not text, to programs that would translate line ends. Source: ISO 32000-1, 7.5.2.
_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
# A reader has to unpack all of one for any object in it: of so many, about 70 KB.
_PACK_SIZE = 1000
_FREE, _PLAIN, _PACKED = 0, 1, 2
# What a reader adds to each byte of a row of the table: the one above. Source: PNG, 9.2, filter type 2.
_ROW, _UP = 7, b"\x02"


class Object(NamedTuple):
    """An indirect object: its number, its value as written, and of a stream the bytes as they are stored.

    A stream's value is its dictionary without the length.
    """

    number: int
    body: bytes
    stream: bytes | None = None


def pack(objects: Sequence[Object], *, root: int, info: int, file_id: str) -> bytes:
    """Return the file. `objects` have the numbers from 1 on, each once; `file_id` is 32 hexadecimal digits."""
    out = bytearray(_HEADER)
    entries = {0: (_FREE, 0, 0xFFFF)}
    following = len(objects) + 1
    small = [item for item in objects if item.stream is None]
    for start in range(0, len(small), _PACK_SIZE):
        chunk = small[start : start + _PACK_SIZE]
        entries |= {item.number: (_PACKED, following, index) for index, item in enumerate(chunk)}
        entries[following] = (_PLAIN, len(out), 0)
        out += _object_stream(following, chunk)
        following += 1
    for item in objects:
        if item.stream is not None:
            entries[item.number] = (_PLAIN, len(out), 0)
            out += _stream(item.number, item.body, item.stream)
    position = entries[following] = (_PLAIN, len(out), 0)
    out += _cross_references(following, entries, root=root, info=info, file_id=file_id)
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % position[1]


def _object_stream(number: int, objects: Sequence[Object]) -> bytes:
    numbers, offset = [], 0
    for item in objects:
        numbers.append(b"%d %d" % (item.number, offset))
        offset += len(item.body) + 1
    index = b" ".join(numbers) + b"\n"
    content = index + b"\n".join(item.body for item in objects)
    head = b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode>>" % (len(objects), len(index))
    return _stream(number, head, zlib.compress(content))


def _cross_references(
    number: int, entries: dict[int, tuple[int, int, int]], *, root: int, info: int, file_id: str
) -> bytes:
    rows = b"".join(
        kind.to_bytes(1) + where.to_bytes(4) + index.to_bytes(2) for _, (kind, where, index) in sorted(entries.items())
    )
    head = (
        f"<</Type/XRef/Size {len(entries)}/W[1 4 2]/DecodeParms<</Predictor 12/Columns {_ROW}>>"
        f"/Root {ref(root)}/Info {ref(info)}/ID[<{file_id}><{file_id}>]/Filter/FlateDecode>>"
    )
    return _stream(number, head.encode("ascii"), zlib.compress(_differences(rows)))


def _differences(rows: bytes) -> bytes:
    """Return the table as what changes from row to row, which for packed objects is next to nothing."""
    changes = bytes((below - above) & 0xFF for above, below in zip(bytes(_ROW) + rows, rows, strict=False))
    return b"".join(_UP + changes[start : start + _ROW] for start in range(0, len(rows), _ROW))


def _stream(number: int, head: bytes, content: bytes) -> bytes:
    """Return a stream object whose dictionary is `head` and the length."""
    return b"%d 0 obj\n%s/Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        head.removesuffix(b">>"),
        len(content),
        content,
    )
