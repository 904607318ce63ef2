"""What becomes of uploaded pictures, and what is refused."""

import pickle
import struct
import tracemalloc
import zipfile
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from profile_service import imaging
from profile_service.imaging import ImageRefused, process

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 170, 60), (40, 60, 210), (255, 255, 255)
SECRET = b"planted-secret"


def a_picture(width: int = 300, height: int = 200, mode: str = "RGB") -> Image.Image:
    """Return a picture with a different colour in each quarter: red, green / blue, white."""
    picture = Image.new("RGB", (width, height), WHITE)
    picture.paste(RED, (0, 0, width // 2, height // 2))
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    return picture.convert(mode)


def encoded(picture: Image.Image, image_format: str, **options: object) -> bytes:
    """Return the bytes of a picture file."""
    stream = BytesIO()
    picture.save(stream, image_format, **options)
    return stream.getvalue()


def a_file(image_format: str = "PNG", **options: object) -> bytes:
    """Return a small valid file of a format."""
    return encoded(a_picture(), image_format, **options)


def an_animation(image_format: str) -> bytes:
    """Return a file with two frames."""
    frames = [a_picture(), a_picture().rotate(180)]
    return encoded(frames[0], image_format, save_all=True, append_images=frames[1:], duration=100)


def a_chunk(kind: bytes, content: bytes) -> bytes:
    """Return one PNG chunk with its checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def a_png_announcing(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes whose header claims a size that its data does not have."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    pixels = a_chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + a_chunk(b"IHDR", header) + pixels + a_chunk(b"IEND", b"")


def a_webp_announcing(width: int, height: int, kind: bytes) -> bytes:
    """Return the beginning of a WebP of one of the three kinds (RFC 9649) with a size of our choice."""
    match kind:
        case b"VP8X":
            content = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        case b"VP8L":
            content = b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + bytes(20)
        case _:
            content = b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + bytes(20)
    chunk = kind + struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def opened(data: bytes) -> Image.Image:
    """Return the decoded picture of a variant."""
    return Image.open(BytesIO(data))


def corners(data: bytes) -> list[str]:
    """Return the names of the colours in the middle of each quarter, in reading order."""
    picture = opened(data).convert("RGB")
    quarter, names = picture.width // 4, {RED: "red", GREEN: "green", BLUE: "blue", WHITE: "white"}
    found = [picture.getpixel((x, y)) for y in (quarter, 3 * quarter) for x in (quarter, 3 * quarter)]
    return [
        names[min(names, key=lambda name: sum((a - b) ** 2 for a, b in zip(name, pixel, strict=True)))]
        for pixel in found
        if isinstance(pixel, tuple)
    ]


def reason_of(data: bytes) -> str:
    """Return why a file is refused."""
    with pytest.raises(ImageRefused) as refusal:
        process(data)
    assert refusal.value.message.endswith(".")
    return refusal.value.reason_code


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_process_makes_every_square_of_accepted_format(image_format: str) -> None:
    """Each accepted format becomes WebP squares of all sizes."""
    processed = process(a_file(image_format))

    assert processed.content_type == "image/webp"
    assert {size: (opened(data).format, opened(data).size) for size, data in processed.variants.items()} == {
        size: ("WEBP", (size, size)) for size in (64, 128, 256, 512)
    }
    assert corners(processed.variants[64]) == ["red", "green", "blue", "white"]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "RGB"])
def test_process_accepts_every_pixel_mode_of_png(mode: str) -> None:
    """Palette, grey, bilevel and 16-bit pictures are readable too."""
    picture = Image.new("I;16", (20, 20), 40_000) if mode == "I;16" else a_picture(mode=mode)

    assert len(process(encoded(picture, "PNG")).variants) == 4


def test_process_keeps_brightness_of_16_bit_grey() -> None:
    """A 16-bit grey of 40,000 is a mid grey, not white."""
    processed = process(encoded(Image.new("I;16", (20, 20), 40_000), "PNG"))

    assert opened(processed.variants[64]).convert("L").getpixel((32, 32)) == pytest.approx(156, abs=4)


def test_process_accepts_cmyk_jpeg() -> None:
    """Pictures made for print become RGB."""
    processed = process(encoded(a_picture(mode="CMYK"), "JPEG"))

    assert opened(processed.variants[64]).mode == "RGB"


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, ["red", "green", "blue", "white"]),
        (2, ["green", "red", "white", "blue"]),
        (3, ["white", "blue", "green", "red"]),
        (4, ["blue", "white", "red", "green"]),
        (5, ["red", "blue", "green", "white"]),
        (6, ["blue", "red", "white", "green"]),
        (7, ["white", "green", "blue", "red"]),
        (8, ["green", "white", "red", "blue"]),
        (99, ["red", "green", "blue", "white"]),
    ],
)
def test_process_turns_picture_upright(image_format: str, orientation: int, expected: list[str]) -> None:
    """Every EXIF orientation comes out upright; an unknown one is ignored."""
    exif = Image.Exif()
    exif[0x0112] = orientation

    assert corners(process(a_file(image_format, exif=exif)).variants[128]) == expected


def test_process_ignores_damaged_exif() -> None:
    """Nonsense in the metadata does not make a picture unreadable."""
    processed = process(a_file("WEBP", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"))

    assert corners(processed.variants[64])[0] == "red"


def test_process_drops_jpeg_metadata() -> None:
    """EXIF with GPS, XMP, the colour profile and comments do not survive."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[29] = SECRET.decode()
    data = a_file("JPEG", exif=exif, xmp=SECRET, icc_profile=SECRET * 20, comment=SECRET)
    assert data.count(SECRET) >= 24

    assert_only_pixels(process(data))


def test_process_drops_png_metadata() -> None:
    """Text chunks, plain and compressed, EXIF and the colour profile do not survive."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    text.add_text("zipped", SECRET.decode() * 9, zip=True)
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    data = a_file("PNG", pnginfo=text, exif=exif, icc_profile=SECRET)
    assert data.count(SECRET) >= 3

    assert_only_pixels(process(data))


def test_process_drops_webp_metadata() -> None:
    """EXIF, XMP and colour profile chunks do not survive."""
    data = a_file("WEBP", exif=b"Exif\0\0" + SECRET, xmp=SECRET, icc_profile=SECRET)
    assert data.count(SECRET) == 3

    assert_only_pixels(process(data))


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_process_drops_appended_archive(image_format: str) -> None:
    """A picture that is a zip archive as well comes out as a picture alone."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as opened_archive:
        opened_archive.writestr("evil.txt", SECRET)
    data = a_file(image_format) + archive.getvalue()
    assert zipfile.is_zipfile(BytesIO(data))

    processed = process(data)

    assert_only_pixels(processed)
    assert not any(zipfile.is_zipfile(BytesIO(variant)) for variant in processed.variants.values())


def assert_only_pixels(processed: imaging.Processed) -> None:
    """Check that no variant holds the planted bytes or any metadata chunk."""
    for variant in processed.variants.values():
        assert SECRET not in variant
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(opened(variant).info)
        assert int.from_bytes(variant[4:8], "little") + 8 == len(variant)


def test_process_keeps_transparency() -> None:
    """Transparent pixels stay transparent and opaque ones opaque."""
    picture = a_picture(200, 200, "RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 100, 100))

    variant = opened(process(encoded(picture, "PNG")).variants[128])

    assert variant.getpixel((16, 16))[3] == 0  # type: ignore[index]
    assert variant.getpixel((112, 112))[3] == 255  # type: ignore[index]


def test_process_drops_colours_below_full_transparency() -> None:
    """What an editor only hid by transparency cannot be brought back."""
    picture = Image.new("RGBA", (200, 200), (*RED, 0))
    picture.paste((*BLUE, 255), (0, 0, 100, 200))

    variant = opened(process(encoded(picture, "PNG")).variants[512])

    hidden = variant.crop((350, 0, 512, 512)).convert("RGBA").convert("RGB").getextrema()
    assert max(high for _, high in hidden) < 100  # type: ignore[misc]


def test_process_has_no_alpha_for_opaque_rgba() -> None:
    """An alpha channel that says nothing is left out."""
    assert opened(process(encoded(a_picture(mode="RGBA"), "PNG")).variants[64]).mode == "RGB"


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (3, 2), (4096, 16)])
def test_process_accepts_odd_shapes(size: tuple[int, int]) -> None:
    """Tiny and very long pictures become squares like any other."""
    processed = process(encoded(Image.new("RGB", size, BLUE), "PNG"))

    assert corners(processed.variants[512]) == ["blue"] * 4


def test_process_keeps_the_middle_of_a_wide_picture() -> None:
    """The square is cut from the centre."""
    wide = Image.new("RGB", (900, 100), RED)
    wide.paste(GREEN, (400, 0, 500, 100))

    assert corners(process(encoded(wide, "PNG")).variants[64]) == ["green"] * 4


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_process_repeats_itself_exactly(image_format: str) -> None:
    """The same bytes give the same variants."""
    data = a_file(image_format)

    assert process(data) == process(data)


def test_process_takes_first_picture_of_phone_jpeg() -> None:
    """A JPEG with a second picture behind it (MPO, as phones write it) is a photograph, not an animation."""
    data = encoded(a_picture(), "MPO", save_all=True, append_images=[a_picture().rotate(180)])
    assert data.startswith(b"\xff\xd8")

    assert corners(process(data).variants[64]) == ["red", "green", "blue", "white"]


@pytest.mark.parametrize("image_format", ["PNG", "WEBP"])
def test_process_refuses_animation(image_format: str) -> None:
    """Pictures with more than one frame are refused as animated."""
    assert reason_of(an_animation(image_format)) == "IMAGE_ANIMATED"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"8BPS\x00\x01",
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        an_animation("GIF"),
        encoded(a_picture(), "BMP"),
        encoded(a_picture(), "TIFF"),
        b" " + encoded(a_picture(), "PNG"),
    ],
)
def test_process_refuses_other_formats(data: bytes) -> None:
    """Nothing but the three formats reaches a decoder, whatever else Pillow can read."""
    assert reason_of(data) == "IMAGE_FORMAT"


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("kept", [0.05, 0.3, 0.6, 0.9])
def test_process_refuses_truncated_file(image_format: str, kept: float) -> None:
    """A file that ends early is refused as broken rather than filled up with grey."""
    data = encoded(Image.effect_noise((300, 300), 80).convert("RGB"), image_format)

    assert reason_of(data[: int(len(data) * kept)]) == "IMAGE_BROKEN"


@pytest.mark.parametrize("magic", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP"])
def test_process_refuses_bare_signature(magic: bytes) -> None:
    """A signature with nothing behind it is a broken picture."""
    assert reason_of(magic) == "IMAGE_BROKEN"


def test_process_refuses_header_bomb_without_allocating() -> None:
    """A PNG that claims 30000×30000 pixels is refused by its header."""
    data = a_png_announcing(30_000, 30_000)
    tracemalloc.start()
    try:
        assert reason_of(data) == "IMAGE_TOO_LARGE"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("kind", [b"VP8 ", b"VP8L", b"VP8X"])
def test_process_refuses_large_webp_by_header(kind: bytes) -> None:
    """Each kind of WebP is refused before its canvas exists."""
    assert reason_of(a_webp_announcing(16_000, 16_000, kind)) == "IMAGE_TOO_LARGE"


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("width", "refused"), [(4096, False), (4097, True)])
def test_process_accepts_sides_up_to_4096(image_format: str, width: int, *, refused: bool) -> None:
    """The limit itself is accepted, one pixel more is not."""
    data = encoded(Image.new("RGB", (width, 8), RED), image_format)

    if refused:
        assert reason_of(data) == "IMAGE_TOO_LARGE"
    else:
        assert len(process(data).variants) == 4


def test_process_refuses_more_than_five_mebibytes() -> None:
    """The size of the file is limited as well, before anything looks at it."""
    padded = a_file("JPEG").ljust(imaging.MAX_INPUT_BYTES + 1, b"\0")

    assert reason_of(padded) == "IMAGE_TOO_LARGE"
    assert len(process(padded[:-1]).variants) == 4


def test_process_refuses_compressed_text_bomb() -> None:
    """Text that unpacks to far more than the file does not get unpacked."""
    bomb = a_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(80_000_000), 9))
    data = a_file("PNG")
    end_of_header = 8 + 25

    assert reason_of(data[:end_of_header] + bomb + data[end_of_header:]) == "IMAGE_BROKEN"


def test_refusal_survives_pickling() -> None:
    """A refusal can cross the border of a process."""
    refusal = pickle.loads(pickle.dumps(ImageRefused("IMAGE_FORMAT", "Choose another file.")))

    assert (refusal.reason_code, refusal.message) == ("IMAGE_FORMAT", "Choose another file.")


@given(st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF____WEBPVP8 "]), st.binary())
def test_process_only_refuses_random_bytes(signature: bytes, rest: bytes) -> None:
    """Random bytes, with or without a good signature, give nothing but refusals."""
    with pytest.raises(ImageRefused):
        process(signature + rest)


VALID_FILES = [
    encoded(a_picture(24, 16), "JPEG"),
    encoded(a_picture(24, 16), "JPEG", progressive=True, exif=b"Exif\0\0II*\0"),
    encoded(a_picture(24, 16), "PNG"),
    encoded(a_picture(24, 16, "P"), "PNG", transparency=0),
    encoded(a_picture(24, 16, "RGBA"), "WEBP", lossless=True),
    encoded(a_picture(24, 16), "WEBP", exif=b"Exif\0\0II*\0"),
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(VALID_FILES),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=12),
    st.integers(0, 40),
)
def test_process_gives_picture_or_refusal_for_mutated_files(
    data: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    """However a valid file is damaged, the outcome is four squares or a refusal, never another error."""
    damaged = bytearray(data[: len(data) - cut])
    for position, value in changes:
        damaged[position % len(damaged)] = value
    with suppress(ImageRefused):
        assert len(process(bytes(damaged)).variants) == 4
