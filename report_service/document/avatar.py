"""A user's picture made fit for the page: square, small, and stripped of everything but its pixels."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

# 288 dots per inch at the size it is printed.
_SIDE = 336
# Decoded at once with its alpha this is 64 MiB, what a worker can spare; a picture of 1 MiB is seldom larger.
_MAX_PIXELS = 4096 * 4096
_QUALITY = 88
_FORMATS = ("JPEG", "PNG", "WEBP")


def to_jpeg(encoded: bytes) -> bytes | None:
    """Return a square JPEG without metadata, upright, on white; None if the bytes are no picture we accept."""
    try:
        with Image.open(io.BytesIO(encoded), formats=_FORMATS) as image:
            return _square(image)
    except Exception:
        # Decoders raise whatever they like on hostile bytes; no picture is worth failing a report for.
        return None


def warm_up() -> None:
    """Load the decoders, which Pillow otherwise imports when the first picture comes."""
    Image.init()
    to_jpeg(_encoded(Image.new("RGB", (8, 8))))


def _square(image: Image.Image) -> bytes | None:
    if image.width * image.height > _MAX_PIXELS:
        return None
    # Lets the JPEG decoder skip detail that the small picture cannot show.
    image.draft("RGB", (_SIDE, _SIDE))
    ImageOps.exif_transpose(image, in_place=True)
    mode = "RGBA" if image.has_transparency_data else "RGB"
    plain = image if image.mode == mode else image.convert(mode)
    small = _on_white(ImageOps.fit(plain, (_SIDE, _SIDE), Image.Resampling.BICUBIC))
    # Pillow would write the comment found here into the new file.
    small.info.clear()
    return _encoded(small)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def _encoded(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
