"""Pictures are compared as eyes do: anti-aliasing does not count, what moved or went does."""

from __future__ import annotations

from PIL import Image, ImageDraw

from tests.document.pictures import compare_pictures

SIDE = 100


def a_picture(*, box: int | None = None, line: int | None = None, grey: int = 0) -> Image.Image:
    """Return a white picture with a square whose corner is at (box, box), or a hair line in that column, in a grey."""
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    drawing = ImageDraw.Draw(picture)
    colour = (grey, grey, grey)
    if box is not None:
        drawing.rectangle((box, box, box + 9, box + 9), fill=colour)
    if line is not None:
        drawing.line((line, 0, line, SIDE - 1), fill=colour)
    return picture


def test_same_picture_does_not_differ() -> None:
    """Nothing differs from itself."""
    assert compare_pictures(a_picture(box=20), a_picture(box=20)) == 0


def test_edges_and_slight_colours_do_not_count() -> None:
    """A shift by one pixel, as rasterisers make, and a slightly other grey are the same picture."""
    assert compare_pictures(a_picture(box=21), a_picture(box=20)) == 0
    assert compare_pictures(a_picture(box=20, grey=15), a_picture(box=20)) == 0


def test_moved_box_counts_where_it_was_and_where_it_is() -> None:
    """A square of 100 pixels that moved to an empty place differs in 200."""
    assert compare_pictures(a_picture(box=60), a_picture(box=20)) == 200 / SIDE**2


def test_vanished_hair_line_counts_both_ways() -> None:
    """A line of one pixel that is gone, or new, is seen, though white is next to it anyway."""
    assert compare_pictures(a_picture(), a_picture(line=50)) == 0.01
    assert compare_pictures(a_picture(line=50), a_picture()) == 0.01


def test_other_colour_counts() -> None:
    """One channel that differs is enough."""
    blue = Image.new("RGB", (SIDE, SIDE), (255, 255, 200))
    assert compare_pictures(blue, a_picture()) == 1


def test_other_size_differs_wholly() -> None:
    """Pictures of other sizes have no pixel in common."""
    assert compare_pictures(Image.new("RGB", (SIDE, SIDE + 1)), Image.new("RGB", (SIDE, SIDE))) == 1
