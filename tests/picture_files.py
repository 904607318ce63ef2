"""Picture files made to measure, also such as no program would write."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def a_picture(width: int = 120, height: int = 80, mode: str = "RGB") -> Image.Image:
    """Return a picture that does not compress to nothing."""
    noise = Image.frombytes("RGB", (width, height), random.Random(1).randbytes(width * height * 3))
    noise.paste((200, 30, 90), (0, 0, width // 2, height // 2))
    return noise.convert(mode)


def saved(picture: Image.Image, image_format: str, **options: Any) -> bytes:
    """Return the bytes of a picture file."""
    stream = BytesIO()
    picture.save(stream, image_format, **options)
    return stream.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return one PNG chunk with its checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def a_png(
    width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2, pixels: bytes | None = None
) -> bytes:
    """Return a PNG made of a header of our choice and chunks before the pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    if pixels is None:
        pixels = zlib.compress(bytes(1000))
    return PNG_SIGNATURE + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def a_jpeg(width: int, height: int) -> bytes:
    """Return a JPEG whose header says another size than its pixels have."""
    data = bytearray(saved(a_picture(), "JPEG"))
    start = data.index(b"\xff\xc0")
    data[start + 5 : start + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def a_webp(width: int, height: int, kind: bytes) -> bytes:
    """Return the beginning of a WebP of one of the three kinds (RFC 9649) with a size of our choice."""
    match kind:
        case b"VP8X":
            content = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        case b"VP8L":
            content = b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + bytes(20)
        case _:
            content = b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + bytes(20)
    return riff(riff_chunk(kind, content))


def riff(content: bytes) -> bytes:
    """Return a WebP of these chunks."""
    return b"RIFF" + struct.pack("<I", 4 + len(content)) + b"WEBP" + content


def riff_chunk(kind: bytes, content: bytes) -> bytes:
    """Return one chunk of a WebP."""
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
