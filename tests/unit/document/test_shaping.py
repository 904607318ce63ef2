"""Choice of faces, order of runs, and fitting of lines."""

from __future__ import annotations

import pytest

from report_service.document.encoding import Encoding
from report_service.document.fonts import face
from report_service.document.palette import BODY, NAME
from report_service.document.shaping import fit, is_rtl, shape, wrap


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ana", ["Inter-Regular"]),
        ("Ωμέγα Жук", ["Inter-Regular"]),
        ("王", ["NotoSansSC-Reduced"]),
        ("かな", ["NotoSansSC-Reduced"]),
        ("철", ["NotoSansKR-Reduced"]),
        ("علي", ["NotoSansArabic-Regular"]),
        ("שרה", ["NotoSansHebrew-Regular"]),
        ("नमस्ते", ["NotoSansDevanagari-Regular"]),
        ("สมชาย", ["NotoSansThai-Regular"]),
        ("Հայկ", ["NotoSansArmenian-Regular"]),
        ("ნინო", ["NotoSansGeorgian-Regular"]),
        ("🎮", ["Twemoji"]),
        ("❤\ufe0f", ["Twemoji"]),
        ("a王b", ["Inter-Regular", "NotoSansSC-Reduced", "Inter-Regular"]),
        ("𓀀", ["Inter-Regular"]),
    ],
)
def test_face_is_chosen_for_each_cluster(text: str, names: list[str]) -> None:
    """Each script is set in the face that has it, within one line if need be."""
    assert [run.face.name for run in shape(text, BODY).runs] == names


def test_joined_emoji_is_one_glyph_when_the_face_has_it() -> None:
    """An astronaut is drawn as one picture, not as a woman beside a rocket."""
    (run,) = shape("👩\u200d🚀", BODY).runs

    assert len(run.glyphs) == 1


def test_arabic_letters_join_when_shaped() -> None:
    """A letter within a word has another form than by itself."""
    alone = shape("م", BODY).runs[0].glyphs[0].gid
    joined = {glyph.gid for glyph in shape("ممم", BODY).runs[0].glyphs}

    assert alone not in joined
    assert len(joined) == 3


def test_runs_stand_from_right_to_left_when_the_paragraph_does() -> None:
    """In a Hebrew line the last word is leftmost, and digits within keep their own order."""
    assert [run.text for run in shape("שרה 12", BODY).runs] == ["12", "שרה "]


def test_runs_stand_from_left_to_right_when_the_paragraph_does() -> None:
    """A Hebrew word within a Latin line does not turn the line."""
    assert "".join(run.text for run in shape("Ana שרה Lima", BODY).runs) == "Ana שרה Lima"


@pytest.mark.parametrize(("text", "expected"), [("12 שרה", True), ("Ana שרה", False), ("12", False), ("علي", True)])
def test_direction_is_that_of_the_first_letter(text: str, expected: bool) -> None:
    """Digits and signs do not decide the direction of a paragraph."""
    assert is_rtl(text) is expected


def test_digits_are_equally_wide_when_tabular() -> None:
    """Columns of figures align whatever digits they hold."""
    tabular = {shape(digit, NAME.tabulated()).width for digit in "0123456789"}
    plain = {shape(digit, NAME).width for digit in "0123456789"}

    assert len(tabular) == 1
    assert len(plain) > 1


@pytest.mark.parametrize("text", ["Maximiliana " * 10, "王小明" * 40, "👩\u200d🚀" * 40, "محمد " * 30, "W" * 5000])
def test_line_is_not_wider_than_asked_when_fitted(text: str) -> None:
    """A cut line ends in an ellipsis within its width."""
    line = fit(text, NAME, 200)

    assert 150 < line.width <= 200
    assert any("…" in run.text for run in line.runs)


@pytest.mark.parametrize("text", ["Maximiliana " * 10, "iiiiiiWWWWWW" * 9, "王小明" * 40, "WWWWWiiiii" * 15])
def test_line_is_as_long_as_possible_when_fitted(text: str) -> None:
    """With one more character it would be too wide."""
    kept = "".join(run.text for run in fit(text, BODY, 100).runs).removesuffix("…")

    assert text.startswith(kept)
    assert shape(text[: len(kept) + 1].rstrip() + "…", BODY).width > 100 or text[len(kept)] == " "


@pytest.mark.parametrize("text", ["\ufe0f", "\U000e0100", "\U000e0041", "\u200d", "\u200d\ufe0f"])
def test_line_has_no_run_when_nothing_is_drawn(text: str) -> None:
    """Joiners that join nothing have no glyph, and no run of none."""
    assert shape(text, BODY).runs == ()


def test_line_is_untouched_when_it_fits() -> None:
    """Nothing is cut without need."""
    assert [run.text for run in fit("Ana", NAME, 200).runs] == ["Ana"]


def test_paragraph_breaks_at_spaces_when_wrapped() -> None:
    """Words stay whole, and rows are filled before the last one is cut."""
    rows = wrap("one two three four five six", BODY, 50, max_lines=2)

    assert ["".join(run.text for run in row.runs) for row in rows] == ["one two", "three four…"]


def test_paragraph_breaks_between_clusters_when_a_word_is_too_long() -> None:
    """A word wider than the row does not stay away from it."""
    rows = wrap("W" * 30, BODY, 60, max_lines=3)

    assert len(rows) == 3
    assert all(0 < row.width <= 60 for row in rows)


def test_code_is_the_glyph_id_when_a_glyph_has_one_text() -> None:
    """Codes do not depend on the order of use, so that a label is encoded alike in every document."""
    encoding = Encoding(face("Inter-Regular"))
    (run,) = shape("AB", BODY).runs

    encoding.show(run, 9)

    assert [(code, text) for code, _, text in encoding.codes()] == [(glyph.gid, glyph.text) for glyph in run.glyphs]


def test_code_is_a_second_one_when_a_glyph_stands_for_two_texts() -> None:
    """A bracket mirrored in Hebrew has the glyph of its counterpart, and is extracted as itself all the same."""
    encoding = Encoding(face("Inter-Regular"))
    plain, mirrored = shape(")", BODY).runs[0], shape("א(", BODY, rtl=True).runs[0]

    assert mirrored.glyphs[0].gid == plain.glyphs[0].gid
    assert encoding.show(plain, 9) != encoding.show(mirrored, 9)
    assert {text for _, _, text in encoding.codes()} == {"(", ")"}
