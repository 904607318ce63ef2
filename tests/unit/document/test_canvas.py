"""What is drawn, where it lands on the page, and to which element it belongs."""

from __future__ import annotations

import re

import pytest

from report_service.document.canvas import Canvas
from report_service.document.palette import BODY, INK, PAGE_HEIGHT, PAGE_WIDTH, WHITE, WIN
from report_service.document.paths import n
from report_service.document.shaping import shape
from report_service.document.structure import Element, Mark
from tests.document.builders import ADDRESS, a_picture

_TD = re.compile(r"([\d.]+) ([\d.]+) Td")
_BOX = re.compile(r"([\d.-]+) ([\d.-]+) ([\d.]+) ([\d.]+) re")
_PLACE = re.compile(r"([\d.]+) 0 0 ([\d.]+) ([\d.]+) ([\d.]+) cm")


def content(canvas: Canvas) -> str:
    """Return the operators of the page in hand."""
    return canvas.page.content()


def places(pattern: re.Pattern[str], canvas: Canvas) -> list[tuple[float, ...]]:
    """Return the operands of each match in the page."""
    return [tuple(map(float, found)) for found in pattern.findall(content(canvas))]


def test_everything_is_marked_once_begun() -> None:
    """Each mark is closed before the next, and content outside of elements is an artifact."""
    canvas = Canvas()
    canvas.rect(0, 0, 10, 10, fill=INK)
    with canvas.element("P"):
        canvas.text(10, 10, "one", style=BODY)
        canvas.text(10, 20, "two", style=BODY)
    canvas.rect(0, 0, 10, 10, fill=WIN)
    marks = re.findall(r"^(/\w+ .*(?:BMC|BDC)|EMC)$", content(canvas), re.MULTILINE)

    assert marks == ["/Artifact BMC", "EMC", "/P <</MCID 0>> BDC", "EMC", "/Artifact BMC", "EMC"]


def test_marks_are_numbered_by_page() -> None:
    """An element that goes over two pages has a mark on each, both its own."""
    canvas = Canvas()
    with canvas.element("P"):
        canvas.text(10, 10, "one", style=BODY)
        canvas.begin_page()
        canvas.text(10, 10, "two", style=BODY)
    (paragraph,) = canvas.root.children

    assert isinstance(paragraph, Element)
    assert paragraph.children == [Mark(1, 0), Mark(2, 0)]
    assert [page.marked for page in canvas.pages] == [[paragraph], [paragraph]]


def test_elements_that_group_have_no_content_themselves() -> None:
    """What is drawn in a row but in none of its cells decorates."""
    canvas = Canvas()
    with canvas.element("TR"):
        canvas.rect(0, 0, 10, 10, fill=INK)
        with canvas.element("TD"):
            canvas.text(10, 10, "x", style=BODY)

    assert "/TR" not in content(canvas)
    assert content(canvas).startswith("/Artifact BMC")


def test_decoration_belongs_to_no_element() -> None:
    """Elements opened within a decoration change nothing, even in the midst of an element."""
    canvas = Canvas()
    with canvas.element("P"), canvas.decoration(), canvas.element("H1"):
        canvas.text(10, 10, "x", style=BODY)
    (paragraph,) = canvas.root.children

    assert isinstance(paragraph, Element)
    assert paragraph.children == []
    assert "BDC" not in content(canvas)


@pytest.mark.parametrize(
    ("align", "left"),
    [("left", 100.0), ("right", 100.0 - 9.0), ("center", 100.0 - 4.5)],
    ids=["left", "right", "middle"],
)
def test_text_stands_where_it_was_asked_for(align: str, left: float) -> None:
    """`x` is the left end, the right end or the middle; `y` counts from the top."""
    canvas = Canvas()
    size = 9.0 / shape("HHH", BODY.sized(1)).width
    width = canvas.text(100, 200, "HHH", style=BODY.sized(size), align=align)
    ((x, y),) = places(_TD, canvas)

    assert width == pytest.approx(9.0, abs=0.01)
    assert (x, y) == (pytest.approx(left, abs=0.02), pytest.approx(PAGE_HEIGHT - 200, abs=0.01))


def test_mirrored_shapes_are_as_far_from_the_other_edge() -> None:
    """Rectangle, rule, circle and polygon change sides and keep their size."""
    plain, mirrored = Canvas(), Canvas(mirrored=True)
    for canvas in (plain, mirrored):
        canvas.rect(40, 100, 60, 20, fill=INK)
    ((left, bottom, width, height),) = places(_BOX, plain)

    assert places(_BOX, mirrored) == [(pytest.approx(PAGE_WIDTH - left - width), bottom, width, height)]
    mirrored.rule((40, 10), (90, 10), colour=INK)
    assert "555.28 831.89 m 505.28 831.89 l" in content(mirrored)


def test_mirrored_text_keeps_its_direction() -> None:
    """A line begins at the other edge and is not turned round: its glyphs are the same."""
    plain, mirrored = Canvas(), Canvas(mirrored=True)
    for canvas in (plain, mirrored):
        canvas.text(40, 100, "AB 12", style=BODY)
    ((x, y),) = places(_TD, mirrored)

    assert (x, y) == (pytest.approx(PAGE_WIDTH - 40 - shape("AB 12", BODY).width, abs=0.02), places(_TD, plain)[0][1])
    assert re.findall(r"\[.*\]TJ", content(mirrored)) == re.findall(r"\[.*\]TJ", content(plain))


def test_mirrored_text_aligned_right_ends_where_the_left_would_begin() -> None:
    """Left and right change places."""
    canvas = Canvas(mirrored=True)
    canvas.text(555, 100, "AB", style=BODY, align="right")

    assert places(_TD, canvas)[0][0] == pytest.approx(PAGE_WIDTH - 555, abs=0.02)


@pytest.mark.parametrize("mirrored", [False, True])
def test_picture_and_code_are_never_turned_round(mirrored: bool) -> None:
    """A face and a code change sides, but not their own left and right."""
    canvas = Canvas(mirrored=mirrored)
    canvas.picture(a_picture(), 100, 100, 50)
    canvas.modules([[1, 1, 0], [0, 0, 0], [0, 0, 1]], 200, 100, 30, fill=INK)
    picture, code = places(_PLACE, canvas)
    left, below = PAGE_WIDTH - 230 if mirrored else 200, PAGE_HEIGHT - 130

    assert picture[:3] == (50, 50, pytest.approx(PAGE_WIDTH - 125 if mirrored else 75))
    assert code == (10, 10, pytest.approx(left), pytest.approx(below))
    assert places(_BOX, canvas) == [(2, 0, 1, 1), (0, 2, 2, 1)]


def test_boxes_of_figures_and_links_are_mirrored_too() -> None:
    """What a reader outlines is where it was drawn."""
    canvas = Canvas(mirrored=True)
    with canvas.figure(40, 100, 60, 20, alt="3 of 4"):
        canvas.rect(40, 100, 60, 20, fill=INK)
    with canvas.link(40, 200, 60, 20, address=ADDRESS, alt="there"):
        canvas.text(40, 210, "there", style=BODY)
    figure, link = canvas.root.children

    assert isinstance(figure, Element)
    assert figure.box == pytest.approx((PAGE_WIDTH - 100, PAGE_HEIGHT - 120, PAGE_WIDTH - 40, PAGE_HEIGHT - 100))
    assert canvas.page.links == [(pytest.approx((PAGE_WIDTH - 100, 621.89, PAGE_WIDTH - 40, 641.89)), link)]


def test_fonts_and_images_are_numbered_by_first_use() -> None:
    """Each page names what it uses, by numbers that hold for all of them."""
    canvas = Canvas()
    canvas.text(10, 10, "A", style=BODY)
    canvas.begin_page()
    canvas.text(10, 10, "王", style=BODY)
    canvas.text(10, 10, "A", style=BODY)

    assert [encoding.face.name for encoding in canvas.encodings] == ["Inter-Regular", "NotoSansSC-Reduced"]
    assert [page.fonts for page in canvas.pages] == [{1}, {1, 2}]


def test_emoji_can_be_found_though_they_are_drawn() -> None:
    """A picture in vectors has invisible text upon it, and on dark ground a rim."""
    dark, light = Canvas(), Canvas()
    dark.text(10, 10, "🎮", style=BODY.coloured(WHITE))
    light.text(10, 10, "🎮", style=BODY)

    assert "3 Tr" in content(light)
    assert [text for _, _, text in light.encodings[0].codes()] == ["🎮"]
    assert ("1 1 1 RG" in content(dark), "1 1 1 RG" in content(light)) == (True, False)


def test_clusters_without_a_glyph_are_counted() -> None:
    """What no face draws is known to whoever asks."""
    canvas = Canvas()
    canvas.text(10, 10, "a𓀀𓀁b", style=BODY)

    assert canvas.unknown_clusters == 2


def test_zero_has_no_sign_whichever_was_asked_for_first() -> None:
    """Operands are remembered, and what is drawn must not depend on what was drawn before."""
    n.cache_clear()

    assert [n(-0.0), n(0.0), n(-0.001), n(-1.256)] == ["0", "0", "0", "-1.26"]


def test_string_needs_a_style() -> None:
    """A line that was shaped has its own; a string has none."""
    with pytest.raises(TypeError, match="style"):
        Canvas().text(10, 10, "x")
