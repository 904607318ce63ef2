"""Names of every script, as they can be searched and copied in the finished document."""

from __future__ import annotations

import pytest

from tests.document.builders import a_player
from tests.unit.document.reading import lines_of, text_of


@pytest.mark.parametrize(
    "name",
    [
        "Ana Lima",
        "Ágnes Škvorecká-Nuñez",
        "Владимир Козлов",
        "Αλέξανδρος Παπαδόπουλος",
        "王小明",
        "山田太郎カタカナ",
        "김철수",
        "Ana 王 Владимир",
        "Հայկ ნინო",
        "สมชาย",
        "👩‍🚀🎮🇩🇪👍🏽",
        "**Eve** [x](http://e) %s{} <b>\\ (",
    ],
)
def test_name_is_extracted_exactly_when_read_from_left_to_right(name: str) -> None:
    """Names in left-to-right scripts, and emoji, can be searched and copied letter by letter."""
    assert name in lines_of(a_player(display_name=name))


@pytest.mark.parametrize("name", ["שרה כהן", "דוד"])
def test_name_is_extracted_in_reading_order_when_hebrew(name: str) -> None:
    """A Hebrew name comes out in the order in which it is read, not in the order in which it stands."""
    assert name in lines_of(a_player(display_name=name))


def test_arabic_name_has_all_its_letters_when_extracted() -> None:
    """Joined and dotted letters map back to the letters typed."""
    extracted = text_of(a_player(display_name="محمد عبد الله"))

    assert sorted("محمدعبدالله") == sorted(char for char in extracted.splitlines()[2] if char.isalpha())


def test_name_is_drawn_in_boxes_when_no_font_has_it() -> None:
    """A character of an unknown script is shown as one visible stand-in, extracted as U+FFFD."""
    assert "a\ufffd\ufffdb" in lines_of(a_player(display_name="a𓀀𓀁b"))


def test_name_is_a_placeholder_when_nothing_visible_is_left() -> None:
    """A name of invisible characters alone never leaves an empty heading: the username, or words, stand for it."""
    assert lines_of(a_player(display_name="\u202e\u2066\x07"))[2] == "ana.lima"
    assert "Unnamed player" in lines_of(a_player(display_name="\u202e\u2066\x07", username="\U000e0100"))


def test_name_is_cut_with_an_ellipsis_when_too_long() -> None:
    """A name of 200 characters ends visibly instead of running off the page."""
    heading = lines_of(a_player(display_name="Maximiliana Alexandrovna " * 8))[2:4]

    assert heading[0] == "Maximiliana Alexandrovna Maximiliana"
    assert heading[1].endswith("…")
