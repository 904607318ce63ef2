"""The pages look as they did when somebody last looked at them."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from tests.document.golden import FOLDER, PICTURED, path_of, picture_of
from tests.document.pictures import compare_pictures

# The rasteriser's version is locked. Measured: two states that differ in a name alone differ in 1.4 % of their pixels.
MOST_DIFFERENT = 0.0002


@pytest.mark.parametrize("state", PICTURED)
def test_pages_look_as_in_the_golden_picture(state: str) -> None:
    """What moved, vanished or changed its colour is seen; `python -m tests.document.golden` draws the pictures anew."""
    with Image.open(path_of(state)) as wanted:
        assert compare_pictures(picture_of(state), wanted) < MOST_DIFFERENT


def test_golden_picture_notices_a_figure_that_is_gone() -> None:
    """The tolerance is for rounding, not for content."""
    with Image.open(path_of("avatar")) as wanted:
        changed = wanted.convert("RGB")
        ImageDraw.Draw(changed).rectangle((28, 120, 120, 160), fill="white")
        assert compare_pictures(changed, wanted) > MOST_DIFFERENT


def test_golden_pictures_are_few_and_small() -> None:
    """Each state that is pictured has its picture, nothing else lies there, and all of them are a small download."""
    assert {path.name for path in FOLDER.iterdir()} == {path_of(state).name for state in PICTURED}
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1024**2
