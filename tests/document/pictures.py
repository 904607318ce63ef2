"""How far apart two pictures of a page are."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

# Of 255: what the rounding of colours and another version of the rasteriser may change.
_TOLERANCE = 24
_NEIGHBOURHOOD = 3


def compare_pictures(got: Image.Image, wanted: Image.Image) -> float:
    """Return the share of pixels that differ, 0 to 1; pictures of unequal size differ in every pixel.

    A pixel whose colour lies within those of the other picture's pixel and its eight neighbours is the same: so
    anti-aliasing, and a shift by one pixel, do not count, while a line that is gone does.
    """
    if got.size != wanted.size:
        return 1.0
    one, other = got.convert("RGB"), wanted.convert("RGB")
    differing = ImageChops.lighter(_outside(one, other), _outside(other, one))
    return differing.histogram()[255] / (got.width * got.height)


def _outside(picture: Image.Image, other: Image.Image) -> Image.Image:
    """Return a mask, white where a pixel's colour is not within the other's neighbourhood."""
    lowest = other.filter(ImageFilter.MinFilter(_NEIGHBOURHOOD))
    highest = other.filter(ImageFilter.MaxFilter(_NEIGHBOURHOOD))
    # Both subtractions stop at 0, so that what is left is the distance to the range.
    distance = ImageChops.lighter(ImageChops.subtract(lowest, picture), ImageChops.subtract(picture, highest))
    red, green, blue = distance.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue).point(lambda value: 255 * (value > _TOLERANCE))
