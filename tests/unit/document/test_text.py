"""Cleaning of what users typed, and its division into clusters."""

from __future__ import annotations

import pytest

from report_service.document.text import clean, clusters, initials


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ana \t\n Lima  ", "Ana Lima"),
        ("e\u0301", "é"),
        ("a\x00b\x07c\x7fd\x9f", "abcd"),
        ("\u202eevil\u202c \u2066x\u2069\u200f", "evil x"),
        ("\ufeffAna\u00ad", "Ana"),
        ("a\ud800b", "ab"),
        ("line\u2028break", "line break"),
        ("👩\u200d🚀 ❤\ufe0f", "👩\u200d🚀 ❤\ufe0f"),
        ("\u3164\u2800", ""),
        ("\u200d\u200d \ufe0f", ""),
        ("\U000e0100\u034f\u180b", ""),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("", ""),
    ],
)
def test_clean_keeps_what_can_be_seen(typed: str, kept: str) -> None:
    """Controls, overrides, halves of pairs and disguised blanks go; joiners that shape emoji stay."""
    assert clean(typed) == kept


def test_clean_lowers_the_tower_when_marks_are_stacked() -> None:
    """Marks piled on one letter are cut, so that they cannot cover the lines above."""
    assert len(clean("Z" + "\u0335" * 40 + "a")) < 8


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("abc", ["a", "b", "c"]),
        ("q\u0301x", ["q\u0301", "x"]),
        ("👩\u200d🚀👍🏽", ["👩\u200d🚀", "👍🏽"]),
        ("🇩🇪🇫🇷", ["🇩🇪", "🇫🇷"]),
        ("1\ufe0f\u20e32", ["1\ufe0f\u20e3", "2"]),
        ("क्षि", ["क्षि"]),
        ("\u1100\u1161\u11a8", ["\u1100\u1161\u11a8"]),
        ("ab\u200dc", ["a", "b\u200d", "c"]),
    ],
)
def test_clusters_keep_together_what_is_seen_as_one(text: str, parts: list[str]) -> None:
    """Marks, joined emoji, flags, keycaps, conjuncts and Hangul are never torn apart."""
    assert clusters(text) == parts


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Lima", "AL"),
        ("ana maria de lima", "AL"),
        ("Cher", "C"),
        ("Владимир Козлов", "ВК"),
        ("王小明", "王"),
        ("محمد علي", "م"),
        ("👩\u200d🚀🎮", "👩\u200d🚀"),
        ("ß", "ß"),
        ("42", "4"),
    ],
)
def test_initials_fit_the_script_of_the_name(name: str, letters: str) -> None:
    """Two capitals where the script has them, else the first cluster alone."""
    assert initials(name) == letters
