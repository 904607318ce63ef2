"""Decoding and squaring of avatars: pure functions of bytes, on Pillow alone.

`process` reads bytes that strangers chose, so it runs only in the confined, throw-away children of
`avatar_images.ImageProcessor`; this module therefore imports nothing else of the service. What leaves it is
WebP: one format for all pictures, with transparency, smaller than JPEG, read by every browser and by Pillow
(which is what puts it on paper). Files that are already small are re-encoded all the same, because only a
rebuilt picture is known to hold nothing but pixels.
"""

import signal
import sys
import warnings
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

MAX_INPUT_BYTES: Final = 5 * 1024 * 1024
MAX_SIDE_PIXELS: Final = 4096
"""Longest side of an accepted picture; the area is thereby at most 16 Mpx."""
VARIANT_SIZES: Final = (64, 128, 256, 512)
"""Sides in pixels of the stored squares."""
CONTENT_TYPE: Final = "image/webp"

IMAGE_FORMAT: Final = "IMAGE_FORMAT"
IMAGE_TOO_LARGE: Final = "IMAGE_TOO_LARGE"
IMAGE_ANIMATED: Final = "IMAGE_ANIMATED"
IMAGE_BROKEN: Final = "IMAGE_BROKEN"

_FORMAT_MESSAGE: Final = "The file is not a JPEG, PNG or WebP picture; save it as one of these and upload it again."
_BYTES_MESSAGE: Final = "The file is larger than 5 MiB; save a smaller copy and upload that."
_SIDES_MESSAGE: Final = "The picture is larger than 4096 × 4096 pixels; scale it down and upload it again."
_ANIMATED_MESSAGE: Final = "The picture is animated; upload a picture with a single frame."
_BROKEN_MESSAGE: Final = "The picture is damaged or incomplete; open it in an editor, save it anew and upload that."

_SIGNATURES: Final = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n"}
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes each EXIF orientation upright. Source: `PIL.ImageOps.exif_transpose`."""
_EXIF_ORIENTATION: Final = 0x0112


@dataclass(frozen=True, slots=True)
class Processed:
    """One avatar, ready to store."""

    variants: dict[int, bytes]
    """Encoded square pictures by their side in pixels: every one of VARIANT_SIZES."""
    content_type: str


class ImageRefused(Exception):
    """When an uploaded file cannot become an avatar; the uploader has to change the file."""

    def __init__(self, reason_code: str, message: str) -> None:
        """Take an ErrorReason without its prefix, such as `IMAGE_BROKEN`, and one sentence for a person."""
        super().__init__(reason_code, message)  # both, so that it survives pickling
        self.reason_code = reason_code
        self.message = message

    def __str__(self) -> str:
        return f"{self.reason_code}: {self.message}"


def process(data: bytes) -> Processed:
    """Return upright, centre-cropped squares of a JPEG, PNG or WebP file of at most 5 MiB.

    The result holds pixels and nothing else of the input: no EXIF, XMP, colour profile, text, appended bytes,
    nor colours below full transparency. Colours are taken as sRGB, whatever profile the file names. The same
    bytes give the same result.

    Raises:
        ImageRefused: for anything but one readable picture of the accepted formats and sizes.
    """
    check_size(data)
    image_format = _format_of(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            largest = _decode(data, image_format)
    except ImageRefused:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ImageRefused(IMAGE_TOO_LARGE, _SIDES_MESSAGE) from error
    except Exception as error:  # decoders raise nearly any type at bad bytes, MemoryError included
        raise refused_as_broken() from error
    return Processed({size: encoded(squared(largest, size)) for size in VARIANT_SIZES}, CONTENT_TYPE)


def check_size(data: bytes) -> None:
    """Raise ImageRefused if data is longer than MAX_INPUT_BYTES."""
    if len(data) > MAX_INPUT_BYTES:
        raise ImageRefused(IMAGE_TOO_LARGE, _BYTES_MESSAGE)


def refused_as_broken() -> ImageRefused:
    """Return the refusal of a picture that no decoder got to the end of."""
    return ImageRefused(IMAGE_BROKEN, _BROKEN_MESSAGE)


def confine(memory_bytes: int, cpu_seconds: int) -> None:
    """Take from this process, for good, what decoding does not need: files, memory, time, core dumps, Ctrl-C.

    SIGTERM kills at once, even in the middle of C code. Limits are set on Linux only; elsewhere (developers'
    Macs) the kernel refuses some of them.
    """
    Image.preinit()  # imports what `process` needs while files can still be opened freely
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform != "linux":
        return
    import resource

    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        _, hard = resource.getrlimit(limit)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (allowed, allowed))


def squared(image: Image.Image, size: int) -> Image.Image:
    """Return the centre square of image, scaled to size."""
    width, height = image.size
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    box = (left, top, left + side, top + side)
    return image.resize((size, size), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def encoded(image: Image.Image) -> bytes:
    """Return image as WebP, without any metadata."""
    stream = BytesIO()
    image.save(stream, "WEBP", quality=86, method=4, exif=b"", icc_profile=b"", xmp=b"")
    return stream.getvalue()


def _format_of(data: bytes) -> str:
    for name, signature in _SIGNATURES.items():
        if data.startswith(signature):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    raise ImageRefused(IMAGE_FORMAT, _FORMAT_MESSAGE)


def _decode(data: bytes, image_format: str) -> Image.Image:
    """Return the upright square of the largest variant, made of pixels only."""
    with _opened(data, image_format) as image:
        if max(image.size) > MAX_SIDE_PIXELS:
            raise ImageRefused(IMAGE_TOO_LARGE, _SIDES_MESSAGE)
        if getattr(image, "n_frames", 1) != 1:
            raise ImageRefused(IMAGE_ANIMATED, _ANIMATED_MESSAGE)
        largest = VARIANT_SIZES[-1]
        image.draft(None, (largest, largest))  # JPEG only: lets the decoder skip detail that nobody will see
        image.load()
        turn = _TURNS.get(_orientation(image))
        square = squared(_in_plain_mode(image), largest)
    upright = square if turn is None else square.transpose(turn)
    return Image.frombytes(upright.mode, upright.size, upright.tobytes())


def _opened(data: bytes, image_format: str) -> ImageFile.ImageFile:
    """Return the picture with its header read.

    The classes are called directly: `Image.open` would also parse the extra pictures that phones put into
    JPEG files (MPO), and take those photographs for animations.
    """
    stream = BytesIO(data)
    match image_format:
        case "JPEG":
            return JpegImagePlugin.JpegImageFile(stream)
        case "PNG":
            return PngImagePlugin.PngImageFile(stream)
        case _:
            _check_canvas(data)
            return WebPImagePlugin.WebPImageFile(stream)


def _check_canvas(data: bytes) -> None:
    """Refuse a large WebP by its header: opening it already allocates two whole canvases.

    Source: RFC 9649, sections 2.5 to 2.7.
    """
    match data[12:16]:
        case b"VP8X":
            width, height = (1 + int.from_bytes(data[start : start + 3], "little") for start in (24, 27))
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            width, height = (int.from_bytes(data[start : start + 2], "little") & 0x3FFF for start in (26, 28))
        case _:
            raise refused_as_broken()
    if max(width, height) > MAX_SIDE_PIXELS:
        raise ImageRefused(IMAGE_TOO_LARGE, _SIDES_MESSAGE)


def _orientation(image: Image.Image) -> int:
    with suppress(Exception):  # damaged EXIF does not make a picture unreadable
        return int(image.getexif().get(_EXIF_ORIENTATION, 1))
    return 1


def _in_plain_mode(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits a pixel, which convert() would clip to white
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if not image.has_transparency_data:
        return _converted(image, "RGB")
    with_alpha = _converted(image, "RGBA")
    lowest, _ = with_alpha.getchannel("A").getextrema()
    return with_alpha if lowest != 255 else with_alpha.convert("RGB")


def _converted(image: Image.Image, mode: str) -> Image.Image:
    return image if image.mode == mode else image.convert(mode)  # which would copy up to 64 MiB for nothing
