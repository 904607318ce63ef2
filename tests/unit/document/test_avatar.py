"""Pictures of users on their way into the document."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from report_service.document.avatar import to_jpeg
from tests.document.builders import a_picture


def _opened(jpeg: bytes | None) -> Image.Image:
    assert jpeg is not None
    return Image.open(io.BytesIO(jpeg))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_picture_becomes_a_small_square_jpeg_when_its_format_is_accepted(kind: str) -> None:
    """JPEG, PNG and WebP of any size come out alike."""
    image = _opened(to_jpeg(a_picture(kind, side=900)))

    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert image.width == image.height
    assert 256 <= image.width <= 384


def test_metadata_is_gone_when_the_picture_had_some() -> None:
    """Place, camera and comments of a photograph are not passed on."""
    exif = Image.Exif()
    exif[0x010E] = "SECRET PLACE"

    jpeg = to_jpeg(a_picture(exif=exif, comment=b"SECRET WORDS", icc_profile=b"SECRET PROFILE"))

    assert jpeg is not None
    assert b"SECRET" not in jpeg


def test_picture_is_upright_when_its_orientation_says_so() -> None:
    """A photograph taken with a turned camera is turned back."""
    halves = Image.new("RGB", (400, 400), "black")
    halves.paste("white", (0, 0, 200, 400))
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    halves.save(out, "JPEG", exif=exif)

    upright = _opened(to_jpeg(out.getvalue())).convert("L")

    middle = upright.width // 2
    assert upright.getpixel((middle, 10)) > 200
    assert upright.getpixel((middle, upright.height - 10)) < 50


def test_ground_is_white_when_the_picture_is_transparent() -> None:
    """What shows through is white paper, not black."""
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(out, "PNG")

    assert min(_opened(to_jpeg(out.getvalue())).getpixel((30, 30))) > 250


def test_picture_is_cut_to_its_middle_when_not_square() -> None:
    """Nothing is squeezed: the longer side loses its ends."""
    wide = Image.new("RGB", (300, 100), "red")
    wide.paste("blue", (100, 0, 200, 100))
    out = io.BytesIO()
    wide.save(out, "PNG")

    red, _, blue = _opened(to_jpeg(out.getvalue())).getpixel((20, 150))

    assert blue > 200 > 60 > red


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"garbage",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"/etc/passwd",
        a_picture()[:600],
        a_picture("PNG")[:-200],
        a_picture("GIF"),
        a_picture("BMP"),
    ],
    ids=["empty", "garbage", "svg", "path", "cut JPEG", "cut PNG", "GIF", "BMP"],
)
def test_picture_is_refused_when_not_whole_or_not_accepted(encoded: bytes) -> None:
    """Broken bytes and other formats give None and no error."""
    assert to_jpeg(encoded) is None


def test_picture_is_refused_when_it_would_fill_the_memory() -> None:
    """A few bytes that unpack to a giant picture are never unpacked."""
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")

    assert len(out.getvalue()) < 100_000
    assert to_jpeg(out.getvalue()) is None
