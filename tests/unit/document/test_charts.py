"""The shapes that charts are made of."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from report_service.document import charts, curves
from report_service.document.canvas import Canvas
from report_service.document.curves import Plot, Rate
from report_service.document.language import language
from report_service.document.palette import AREA, DRAW, LOSS, TRACK, WIN
from report_service.document.snapshot import CalibrationBin, Interval, Week

EN = language("en")
_RECTANGLE = re.compile(r"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re")
_MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def fills(canvas: Canvas) -> set[str]:
    """Return the colours that something is filled with."""
    return {operator.removesuffix(" rg") for operator in canvas.page.operators if operator.endswith(" rg")}


def columns(*counts: tuple[int, int, int]) -> list[tuple[float, ...]]:
    """Return the rectangles of columns on a plot of 260 by 80 points whose foot is at 661.89."""
    canvas = Canvas()
    charts.columns(canvas, EN, (100, 100), [charts.Stack(three) for three in counts], width=260, height=80)
    found = _RECTANGLE.findall("\n".join(canvas.page.operators))
    return [tuple(map(float, numbers)) for numbers in found]


def parts(wins: int, losses: int, draws: int) -> list[charts.Part]:
    """Return the parts of a ring."""
    paints = zip(("Wins", "Losses", "Draws"), (wins, losses, draws), charts.PAINTS, strict=True)
    return [charts.Part(*part) for part in paints]


def a_ring(wins: int, losses: int, draws: int) -> Canvas:
    """Return a page with a ring."""
    canvas = Canvas()
    charts.donut(canvas, (100, 100), parts(wins, losses, draws), radius=40, value="–", caption="win rate")
    return canvas


def test_column_has_one_part_for_each_result() -> None:
    """A week with wins and losses is two rectangles, one above the other; an empty week is none."""
    win, loss = columns((0, 0, 0), (2, 1, 0), (0, 0, 0))

    assert win[0] == loss[0]
    assert loss[1] == pytest.approx(win[1] + 2 * 80 / 3, abs=1)


def test_columns_are_as_high_as_their_counts() -> None:
    """Twice the games make twice the height, from a baseline at zero."""
    one, two = columns((1, 0, 0), (2, 0, 0))

    assert one[1] == two[1] == pytest.approx(661.89, abs=0.01)
    assert two[3] == pytest.approx(2 * one[3], abs=0.02)


def test_columns_stand_in_order_and_apart() -> None:
    """Each has its own place; a wider share has more room, not a wider column."""
    canvas = Canvas()
    stacks = [charts.Stack((1, 0, 0)), charts.Stack((1, 0, 0), share=1.8), charts.Stack((1, 0, 0))]
    charts.columns(canvas, EN, (100, 100), stacks, width=260, height=80)
    first, second, third = ((float(x), float(w)) for x, _, w, _ in _RECTANGLE.findall(canvas.page.content()))

    assert first[0] + first[1] < second[0]
    assert second[0] - first[0] == pytest.approx(third[0] - second[0], abs=0.02)
    assert first[1] == second[1] == third[1]


def test_weeks_name_their_months() -> None:
    """The first full week of a month bears its name."""
    canvas = Canvas()
    shown = [Week(_MONDAY - timedelta(weeks=back), wins=1) for back in range(25, -1, -1)]
    charts.weeks(canvas, EN, (100, 100), shown, width=260, height=80)
    texts = "".join(text for encoding in canvas.encodings for _, _, text in encoding.codes())

    assert {"J", "A", "S", "O", "N"} <= set(texts)
    assert len(_RECTANGLE.findall(canvas.page.content())) == 26


def test_ring_has_a_part_for_each_result_that_occurred() -> None:
    """It shows wins, losses and draws in their own paint, and nothing for what never happened."""
    assert {WIN, LOSS} <= fills(a_ring(3, 1, 0))
    assert DRAW not in fills(a_ring(3, 1, 0))
    assert {WIN, LOSS, DRAW} <= fills(a_ring(3, 1, 2))


def test_ring_is_whole_when_there_is_one_result_only() -> None:
    """Nothing is cut out of a ring of wins alone."""
    assert fills(a_ring(3, 0, 0)) & {WIN, LOSS, DRAW} == {WIN}
    assert a_ring(3, 0, 0).page.content().count("\n1 1 1 rg") == 0


def test_ring_is_pale_when_there_is_no_game() -> None:
    """Nothing to show is shown as an empty ring."""
    assert TRACK in fills(a_ring(0, 0, 0))
    assert not {WIN, LOSS, DRAW} & fills(a_ring(0, 0, 0))


@pytest.mark.parametrize(
    ("rate", "drawn"),
    [
        (Rate("Don", 0.5, Interval(0.2, 0.8), 0.4, "2 of 4"), {WIN, AREA, TRACK}),
        (Rate("Don", None, None, None, "not played"), {TRACK}),
    ],
)
def test_rate_is_drawn_only_when_there_is_one(rate: Rate, drawn: set[str]) -> None:
    """What was never played has its track, but no dot and no interval: not a rate of zero."""
    canvas = Canvas()
    curves.rates(canvas, EN, (40, 100), [rate], width=300, label=50)

    assert fills(canvas) & {WIN, AREA, TRACK} == drawn


def test_rate_shows_the_clubs_as_a_mark() -> None:
    """The baseline is a stroke in the other colour, only where it is known."""
    canvas = Canvas()
    curves.rates(canvas, EN, (40, 100), [Rate("Don", 0.5, None, 0.4, "")], width=300, label=50)
    assert canvas.page.content().count(f"{LOSS} RG") == 1


@pytest.mark.parametrize("count", [1, 2, 40])
def test_rating_is_a_line_within_its_band(count: int) -> None:
    """One game is a dot with its deviation; more are a line with a band around it."""
    canvas = Canvas()
    points = [(_MONDAY + timedelta(days=day), 1500.0 + day, 90.0) for day in range(count)]
    curves.band(canvas, EN, (100, 100), points, width=300, height=100)

    assert (AREA in fills(canvas)) is (count > 1)
    assert WIN in fills(canvas)


def test_area_ends_with_its_value() -> None:
    """The running total is labelled at the end, even of no time at all."""
    for hours in (0.0, 37.5):
        canvas = Canvas()
        points = [(date(2026, 11, 16), 0.0), (date(2026, 11, 23), hours)]
        curves.area(canvas, EN, (100, 100), points, width=300, height=100)
        assert AREA in fills(canvas)


def test_calibration_has_a_dot_for_each_stretch() -> None:
    """More games are a larger dot."""
    canvas = Canvas()
    bins = [CalibrationBin(0.4, 4, 0.45, 2), CalibrationBin(0.5, 100, 0.55, 60)]
    curves.calibration(canvas, EN, (100, 100), bins, side=100)

    assert canvas.page.content().count(" h B") == 2


def test_plot_puts_values_in_proportion() -> None:
    """The first day is left, the last right; what lies outside is at the edge; high is up."""
    plot = Plot(10, 20, 100, 50, date(2026, 1, 1), date(2026, 1, 11), 0.0, 200.0)
    moments = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days) for days in (0, 2.5, 10, 99)]

    assert [plot.across(moment) for moment in moments] == [10, 35, 110, 110]
    assert [plot.up(value) for value in (0, 100, 200)] == [70, 45, 20]
