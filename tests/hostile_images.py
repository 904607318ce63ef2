"""Files that somebody may upload as a picture, and what becomes of each: made here, none taken from anywhere.

Whatever could be planted in a file holds SECRET, so that what is stored can be searched for it.
"""

from __future__ import annotations

import gzip
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, PngImagePlugin, TiffImagePlugin

from profile_service.imaging import IMAGE_ANIMATED, IMAGE_BROKEN, IMAGE_FORMAT, IMAGE_TOO_LARGE, MAX_INPUT_BYTES
from tests.picture_files import PNG_SIGNATURE, a_jpeg, a_picture, a_png, a_webp, chunk, riff, riff_chunk, saved

SECRET = b"planted-secret"
ACCEPTED = ""
FORMATS = ("JPEG", "PNG", "WEBP")
_GPS = 0x8825


@dataclass(frozen=True)
class Case:
    """One file, and the reason with which it is refused; ACCEPTED when it becomes an avatar."""

    name: str
    data: bytes
    expected: str


def cases() -> list[Case]:
    """Return every file."""
    made = (_told, _turned, _appended, _prepended, _foreign, _spoilt_magic, _cut, _torn, _huge, _moving, _odd_pixels)
    return [case for make in made for case in make()]


def _exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    exif[0x010F] = SECRET.decode()
    exif.get_ifd(_GPS)[1] = "N"
    exif.get_ifd(_GPS)[2] = tuple(TiffImagePlugin.IFDRational(part) for part in (41, 43, 1234))
    exif.get_ifd(_GPS)[29] = SECRET.decode()
    return exif


def _told() -> Iterator[Case]:
    """Pictures that tell more than they show."""
    picture = a_picture()
    options: dict[str, dict[str, Any]] = {
        "xmp": {"xmp": b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"},
        "colour profile": {"icc_profile": SECRET * 40},
        "exif": {"exif": _exif()},
        "damaged exif": {"exif": b"Exif\0\0II*\0\xff\xff\xff\xff" + SECRET},
    }
    for image_format in FORMATS:
        for name, option in options.items():
            if (image_format, name) != ("PNG", "xmp"):
                yield Case(f"{image_format} with {name}", saved(picture, image_format, **option), ACCEPTED)
    jpeg, png = saved(picture, "JPEG"), saved(picture, "PNG")
    for marker in (*range(0xE0, 0xF0), 0xFE):
        segment = bytes([0xFF, marker]) + struct.pack(">H", 2 + len(SECRET)) + SECRET
        yield Case(f"JPEG with marker {marker:x}", jpeg[:2] + segment + jpeg[2:], ACCEPTED)
    zipped = zlib.compress(SECRET * 9)
    for kind, content in {
        b"tEXt": b"Comment\0" + SECRET,
        b"zTXt": b"Comment\0\0" + zipped,
        b"iTXt": b"XML:com.adobe.xmp\0\0\0\0\0" + SECRET,
        b"iCCP": b"p\0\0" + zipped,
        b"eXIf": b"MM\0*" + SECRET,
        b"prIv": SECRET,
        b"tIME": bytes(7),
    }.items():
        yield Case(f"PNG with {kind.decode()}", png[:33] + chunk(kind, content) + png[33:], ACCEPTED)
    webp = saved(picture, "WEBP", exif=b"Exif\0\0" + SECRET)
    yield Case("WEBP with an unknown chunk", riff(webp[12:] + riff_chunk(b"priv", SECRET)), ACCEPTED)
    yield Case("JPEG of several pictures", saved(picture, "MPO", save_all=True, append_images=[a_picture()]), ACCEPTED)


def _turned() -> Iterator[Case]:
    """Every orientation that EXIF has, some that it has not, and where the picture was taken."""
    for image_format in FORMATS:
        for orientation in (*range(10), 255, 65535):
            data = saved(a_picture(), image_format, exif=_exif(orientation))
            yield Case(f"{image_format} orientation {orientation}", data, ACCEPTED)


def _payloads() -> dict[str, bytes]:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("evil.txt", SECRET)
    return {
        "HTML": b"<!DOCTYPE html><script>alert('" + SECRET + b"')</script>",
        "JavaScript": b"/*" + SECRET + b"*/=alert(1)//",
        "ZIP": archive.getvalue(),
        "PDF": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%" + SECRET + b"\n%%EOF\n",
        "PHP": b"<?php echo '" + SECRET + b"'; ?>",
        "shell": b"#!/bin/sh\necho " + SECRET + b"\n",
        "ELF": b"\x7fELF\x02\x01\x01" + bytes(9) + SECRET,
        "MZ": b"MZ\x90\0" + bytes(60) + SECRET,
        "GIF": b"GIF89a/*" + SECRET,
        "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'><text>" + SECRET + b"</text></svg>",
        "RAR": b"Rar!\x1a\x07\x01\0" + SECRET,
        "spaces": b" " * 4096 + SECRET,
    }


def _appended() -> Iterator[Case]:
    """Pictures that are something else besides, when they are read from the end."""
    for image_format in FORMATS:
        for name, payload in _payloads().items():
            yield Case(f"{image_format} before {name}", saved(a_picture(), image_format) + payload, ACCEPTED)


def _prepended() -> Iterator[Case]:
    """Something else with a picture behind it."""
    for image_format in FORMATS:
        for name, payload in _payloads().items():
            yield Case(f"{name} before {image_format}", payload + saved(a_picture(), image_format), IMAGE_FORMAT)


def _foreign() -> Iterator[Case]:
    """Formats that no decoder of ours is for, and files that are no pictures."""
    for image_format in (
        "GIF",
        "BMP",
        "TIFF",
        "ICO",
        "EPS",
        "PPM",
        "PCX",
        "TGA",
        "SGI",
        "DIB",
        "DDS",
        "PDF",
        "AVIF",
    ):
        yield Case(image_format, saved(a_picture(64, 64), image_format), IMAGE_FORMAT)
    frames = [a_picture(20, 20), a_picture(20, 20, "L")]
    yield Case("GIF in motion", saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), IMAGE_FORMAT)
    yield Case("TIFF in pages", saved(frames[0], "TIFF", save_all=True, append_images=frames[1:]), IMAGE_FORMAT)
    svg = b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg>&x;</svg>"
    bare = {
        "PSD": b"8BPS\0\x01" + bytes(6) + struct.pack(">HIIHH", 3, 10, 10, 8, 3) + bytes(400),
        "SVG with an entity": svg,
        "SVG, zipped": gzip.compress(svg, mtime=0),
        "EPS that runs a program": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (r) file\n",
        "BigTIFF": b"II+\0\x08\0\0\0" + bytes(64),
        "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(64),
        "JPEG XL": b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(64),
        "HEIC": b"\0\0\0\x18ftypheic" + bytes(64),
        "QOI": b"qoif" + bytes(64),
        "WMF": b"\xd7\xcd\xc6\x9a" + bytes(64),
        "RIFF that is sound": b"RIFF\x24\0\0\0WAVEfmt " + bytes(64),
        "nothing": b"",
        "one byte": b"\xff",
        "line break before PNG": b"\n" + saved(a_picture(), "PNG"),
        "mark before JPEG": b"\xef\xbb\xbf" + saved(a_picture(), "JPEG"),
        "zeros": bytes(1000),
        "base64 of PNG": b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ",
    }
    for name, data in bare.items():
        yield Case(name, data, IMAGE_FORMAT)


def _spoilt_magic() -> Iterator[Case]:
    """Pictures with one byte of their signature changed."""
    for image_format, places in (("JPEG", range(3)), ("PNG", range(8)), ("WEBP", (0, 1, 2, 3, 8, 9, 10, 11))):
        for place in places:
            data = bytearray(saved(a_picture(), image_format))
            data[place] ^= 0x20
            yield Case(f"{image_format} with byte {place} changed", bytes(data), IMAGE_FORMAT)


def _cut() -> Iterator[Case]:
    """Pictures that end too early, within the signature or the pixels."""
    whole = {
        "JPEG": (saved(a_picture(), "JPEG"), 3),
        "JPEG, progressive": (saved(a_picture(), "JPEG", progressive=True), 3),
        "PNG": (saved(a_picture(), "PNG"), 8),
        "PNG, palette": (saved(a_picture(mode="P"), "PNG"), 8),
        "WEBP": (saved(a_picture(), "WEBP"), 12),
        "WEBP, lossless": (saved(a_picture(), "WEBP", lossless=True), 12),
        "WEBP, with transparency": (saved(a_picture(mode="RGBA"), "WEBP", exif=_exif()), 12),
    }
    for name, (data, signature) in whole.items():
        for kept in (1, 2, signature, signature + 1, 20, 30, 40, *(len(data) * part // 12 for part in range(1, 12))):
            expected = IMAGE_BROKEN if kept >= signature else IMAGE_FORMAT
            yield Case(f"{name} cut at {kept}", data[:kept], expected)


def _torn() -> Iterator[Case]:
    """Pictures whose parts do not fit together."""
    jpeg, png, webp = (saved(a_picture(), image_format) for image_format in FORMATS)
    for name, magic in (("JPEG", b"\xff\xd8\xff"), ("PNG", PNG_SIGNATURE), ("WEBP", b"RIFF\0\0\0\0WEBP")):
        for other, rest in {"nothing": b"", "text": b"hello " * 50, "JPEG": jpeg, "PNG": png, "WEBP": webp}.items():
            if name != "JPEG" or other != "JPEG":
                yield Case(f"signature of {name} before {other}", magic + rest, IMAGE_BROKEN)
    for width, height in ((0, 0), (0, 9), (9, 0)):
        yield Case(f"PNG of {width} x {height}", a_png(width, height), IMAGE_BROKEN)
        yield Case(f"JPEG of {width} x {height}", a_jpeg(width, height), IMAGE_BROKEN)
    for depth, colour in ((3, 2), (64, 2), (8, 1), (8, 5), (16, 3), (0, 0)):
        yield Case(f"PNG of depth {depth}, colour {colour}", a_png(9, 9, depth=depth, colour=colour), IMAGE_BROKEN)
    yield Case("PNG without pixels", PNG_SIGNATURE + png[8:33] + chunk(b"IEND", b""), IMAGE_BROKEN)
    yield Case("PNG without header", PNG_SIGNATURE + png[33:], IMAGE_BROKEN)
    yield Case("PNG, wrong checksum", png[:29] + b"\0\0\0\0" + png[33:], IMAGE_BROKEN)
    # All its pixels are there, only the length of their chunk is a lie.
    yield Case("PNG, chunk of 2 GiB", png[:33] + b"\x7f\xff\xff\xff" + png[37:], ACCEPTED)
    yield Case("PNG, pixels that are text", a_png(9, 9, pixels=b"not deflated at all"), IMAGE_BROKEN)
    yield Case("JPEG without tables", jpeg[:2] + jpeg[jpeg.index(b"\xff\xc0") :], IMAGE_BROKEN)
    yield Case("JPEG that ends at once", b"\xff\xd8\xff\xd9", IMAGE_BROKEN)
    yield Case("WEBP, chunk longer than the file", webp[:16] + b"\xff\xff\xff\x7f" + webp[20:], IMAGE_BROKEN)
    yield Case("WEBP, no chunk of pixels", riff(riff_chunk(b"EXIF", SECRET)), IMAGE_BROKEN)


def _huge() -> Iterator[Case]:
    """Bombs: few bytes that would become many, and simply many."""
    for width, height in ((4097, 1), (1, 4097), (4097, 4097), (30_000, 30_000), (65_000, 65_000)):
        yield Case(f"PNG that says {width} x {height}", a_png(width, height), IMAGE_TOO_LARGE)
        yield Case(f"JPEG that says {width} x {height}", a_jpeg(width, height), IMAGE_TOO_LARGE)
    for width, height in ((2**31 - 1, 1), (2**31 - 1, 2**31 - 1)):
        yield Case(f"PNG that says {width} x {height}", a_png(width, height), IMAGE_TOO_LARGE)
    for kind in (b"VP8 ", b"VP8L", b"VP8X"):
        for width, height in ((4097, 8), (8, 4097), (16_383, 16_383)):
            yield Case(f"{kind.decode()} that says {width} x {height}", a_webp(width, height, kind), IMAGE_TOO_LARGE)
    yield Case("VP8X that says 16 million", a_webp(1 << 24, 1 << 24, b"VP8X"), IMAGE_TOO_LARGE)
    rows = zlib.compress(bytes(10_000 * 1251), 9)
    yield Case("PNG of 100 Mpx in earnest", a_png(10_000, 10_000, depth=1, colour=0, pixels=rows), IMAGE_TOO_LARGE)
    bomb = zlib.compress(bytes(100_000_000), 9)
    for kind, head in ((b"zTXt", b"k\0\0"), (b"iTXt", b"k\0\1\0\0\0"), (b"iCCP", b"p\0\0")):
        yield Case(f"PNG with 100 MB in {kind.decode()}", a_png(9, 9, chunk(kind, head + bomb)), IMAGE_BROKEN)
    yield Case("PNG with 100 MB of pixels too many", a_png(9, 9, pixels=bomb), ACCEPTED)
    for image_format in FORMATS:
        data = saved(a_picture(), image_format)
        yield Case(f"{image_format} of 5 MiB and a byte", data.ljust(MAX_INPUT_BYTES + 1, b"\0"), IMAGE_TOO_LARGE)
        yield Case(f"{image_format} of 5 MiB", data.ljust(MAX_INPUT_BYTES, b"\0"), ACCEPTED)


def _moving() -> Iterator[Case]:
    """Pictures of several frames, and those that only say so."""
    for image_format in ("PNG", "WEBP"):
        for count in (2, 3, 60):
            frames = [Image.new("RGB", (20, 20), (number * 97 % 256, number * 4, 0)) for number in range(count)]
            data = saved(frames[0], image_format, save_all=True, append_images=frames[1:], duration=50)
            yield Case(f"{image_format} of {count} frames", data, IMAGE_ANIMATED)
    control = {count: chunk(b"acTL", struct.pack(">II", count, 0)) for count in (0, 1, 2, 2**31 - 1)}
    png = saved(a_picture(), "PNG")
    for count, said in control.items():
        # Those that it says come on top of the picture that it is.
        expected = ACCEPTED if count == 0 else IMAGE_ANIMATED
        yield Case(f"PNG that says {count} frames", png[:33] + said + png[33:], expected)


def _odd_pixels() -> Iterator[Case]:
    """Pictures of unusual pixels and shapes, all of them good."""
    for mode in ("1", "L", "LA", "P", "RGBA"):
        yield Case(f"PNG of mode {mode}", saved(a_picture(mode=mode), "PNG"), ACCEPTED)
    for mode in ("L", "CMYK"):
        yield Case(f"JPEG of mode {mode}", saved(a_picture(mode=mode), "JPEG"), ACCEPTED)
    yield Case("PNG of 16-bit grey", saved(Image.new("I;16", (20, 20), 40_000), "PNG"), ACCEPTED)
    for colour, samples in ((2, 3), (4, 2), (6, 4)):
        rows = zlib.compress(b"".join(b"\0" + bytes(9 * samples * 2) for _ in range(9)))
        yield Case(f"PNG of 16 bits, colour {colour}", a_png(9, 9, depth=16, colour=colour, pixels=rows), ACCEPTED)
    yield Case("PNG, palette with holes", saved(a_picture(mode="P"), "PNG", transparency=0), ACCEPTED)
    info = PngImagePlugin.PngInfo()
    info.add(b"tRNS", b"\0\1")
    yield Case("PNG, one grey is transparent", saved(a_picture(mode="L"), "PNG", pnginfo=info), ACCEPTED)
    for width, height in ((1, 1), (1, 4096), (4096, 1), (4096, 4096)):
        for image_format in FORMATS:
            plain = Image.new("RGB", (width, height), "teal")
            yield Case(f"{image_format} of {width} x {height}", saved(plain, image_format), ACCEPTED)
