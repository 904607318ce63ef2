"""The discs that stand in for avatars: a colour and initials, drawn with Pillow alone."""

import hashlib
import unicodedata
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from profile_service.imaging import encoded, squared

_MAX_SIDE_OF_DISC: Final = 1024
_MAX_NAME_CHARACTERS: Final = 200

_UNSTRUCK: Final = {"Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Ħ": "H", "Æ": "A", "Œ": "O", "Þ": "T"}
"""Latin letters that Unicode does not decompose, and what to draw in their place."""
_PALETTE: Final = (
    (0xB9, 0x1C, 0x1C), (0xB4, 0x3E, 0x0B), (0x92, 0x40, 0x0E), (0x4D, 0x7C, 0x0F),
    (0x15, 0x80, 0x3D), (0x04, 0x78, 0x57), (0x0F, 0x76, 0x6E), (0x0E, 0x74, 0x90),
    (0x03, 0x69, 0xA1), (0x1D, 0x4E, 0xD8), (0x43, 0x38, 0xCA), (0x6D, 0x28, 0xD9),
    (0x7E, 0x22, 0xCE), (0xA2, 0x1C, 0xAF), (0xBE, 0x18, 0x5D), (0x47, 0x55, 0x69),
)  # fmt: skip
"""Colours of discs; white on each has a contrast of at least 4.5 (WCAG 2 AA)."""


def initials_disc(display_name: str, *, size: int, seed: str) -> bytes:
    """Return a coloured disc with the name's initials or, lacking letters for them, a silhouette.

    Outside the disc is transparent. The same arguments give the same bytes. Pillow's built-in font has only
    basic Latin letters: accents are left out (É is drawn E), other scripts get the silhouette, never tofu.

    Args:
        display_name: in any script.
        size: side in pixels, 16 to 1024.
        seed: chooses the colour; a username keeps a player's colour through changes of name.

    Raises:
        ValueError: size is out of range.
    """
    if not 16 <= size <= _MAX_SIDE_OF_DISC:
        raise ValueError(f"size must be from 16 to {_MAX_SIDE_OF_DISC} pixels, not {size}")
    side = size * (4 if size <= 256 else 2)  # drawn larger and scaled down, for smooth edges
    picture = Image.new("RGB", (side, side), disc_colour(seed))
    font = ImageFont.load_default(side * 0.4)
    letters = _drawable(initials(display_name), font)
    if letters:
        _draw_letters(picture, letters, font)
    else:
        _draw_silhouette(picture)
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).ellipse((0, 0, side - 1, side - 1), fill=255)
    picture.putalpha(mask)
    return encoded(squared(picture, size))


def disc_colour(seed: str) -> tuple[int, int, int]:
    """Return the RGB of the disc: one of a few calm colours on which white is legible."""
    digest = hashlib.blake2b(seed.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return _PALETTE[int.from_bytes(digest, "big") % len(_PALETTE)]


def initials(display_name: str) -> str:
    """Return the capitals that begin the first and the last word; nothing for names without letters."""
    composed = unicodedata.normalize("NFC", display_name[:_MAX_NAME_CHARACTERS])
    starts = [next(filter(str.isalnum, word), "") for word in composed.split()]
    found = [start.upper()[:1] for start in starts if start]
    return "".join(found if len(found) < 2 else (found[0], found[-1]))


def _drawable(letters: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """Return letters as far as font has them, without accents if need be; nothing if one is missing."""
    missing = bytes(font.getmask("\uffff"))
    drawn = ""
    for letter in letters:
        bare = _UNSTRUCK.get(letter, unicodedata.normalize("NFKD", letter)[0])
        found = next((form for form in (letter, bare) if bytes(font.getmask(form)) != missing), None)
        if found is None:
            return ""
        drawn += found
    return drawn


def _draw_letters(picture: Image.Image, letters: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> None:
    draw = ImageDraw.Draw(picture)
    left, top, right, bottom = draw.textbbox((0, 0), letters, font=font)
    side = picture.width
    draw.text(((side - left - right) / 2, (side - top - bottom) / 2), letters, font=font, fill="white")


def _draw_silhouette(picture: Image.Image) -> None:
    draw = ImageDraw.Draw(picture)
    side = picture.width
    pale = (235, 238, 242)  # not white, on which most pages lie
    draw.ellipse((side * 0.34, side * 0.2, side * 0.66, side * 0.52), fill=pale)
    draw.ellipse((side * 0.2, side * 0.6, side * 0.8, side * 1.3), fill=pale)
