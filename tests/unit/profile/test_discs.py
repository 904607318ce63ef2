"""The discs that stand in for avatars."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from profile_service import discs


@pytest.mark.parametrize(
    ("display_name", "expected"),
    [
        ("Ada Lovelace", "AL"),
        ("James Tiberius Kirk", "JK"),
        ("ada", "A"),
        ("  (Bob) «the cat» ", "BC"),
        ("ßeta", "S"),
        ("Анна Каренина", "АК"),
        ("山田 太郎", "山太"),
        ("e\u0301lodie", "É"),
        ("🦉 🦉", ""),
        ("", ""),
    ],
)
def test_initials_takes_first_and_last_word(display_name: str, expected: str) -> None:
    """Initials are the capitals of the outer words; punctuation and emoji have none."""
    assert discs.initials(display_name) == expected


@pytest.mark.parametrize("size", [16, 64, 512, 1024])
def test_initials_disc_is_a_disc_of_the_asked_size(size: int) -> None:
    """The corners are transparent, the middle of an edge is coloured."""
    disc = Image.open(BytesIO(discs.initials_disc("Ada Lovelace", size=size, seed="ada")))

    assert (disc.format, disc.size, disc.mode) == ("WEBP", (size, size), "RGBA")
    assert disc.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert disc.getpixel((size // 2, size // 8))[3] == 255  # type: ignore[index]


def test_initials_disc_repeats_itself_exactly() -> None:
    """The same arguments give the same bytes."""
    first, second = (discs.initials_disc("Ada Lovelace", size=128, seed="ada") for _ in range(2))

    assert first == second


def test_initials_disc_differs_by_initials() -> None:
    """Different initials look different."""
    assert discs.initials_disc("Ada", size=64, seed="x") != discs.initials_disc("Bob", size=64, seed="x")


@pytest.mark.parametrize("display_name", ["Анна", "山田", "علي", "नेहा", "🦉", "", "\ud800", "A\u0301 Ж", "\uffff"])
def test_initials_disc_shows_silhouette_without_letters(display_name: str) -> None:
    """Names for which the font has no letters all get the same silhouette instead of empty boxes."""
    silhouette = discs.initials_disc("!", size=64, seed="x")

    assert discs.initials_disc(display_name, size=64, seed="x") == silhouette


@pytest.mark.parametrize(("accented", "plain"), [("Élodie Šimek", "ES"), ("Øyvind Łoś", "OL"), ("Zoë Żak", "ZZ")])
def test_initials_disc_leaves_out_accents(accented: str, plain: str) -> None:
    """Latin letters beyond the font are drawn without their accents."""
    drawn = discs.initials_disc(accented, size=64, seed="x")

    assert drawn == discs.initials_disc(" ".join(plain), size=64, seed="x")


@pytest.mark.parametrize("size", [0, 15, 1025, -64])
def test_initials_disc_refuses_size_out_of_range(size: int) -> None:
    """Nobody can ask for a disc that fills the memory."""
    with pytest.raises(ValueError, match="size"):
        discs.initials_disc("Ada", size=size, seed="ada")


@given(st.text())
def test_disc_colour_is_legible_below_white(seed: str) -> None:
    """White on any disc has a contrast of at least 4.5 (WCAG 2 AA)."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in discs.disc_colour(seed))
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5
