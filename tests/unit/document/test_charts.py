"""The shapes that charts are made of."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from report_service.document import charts
from report_service.document.canvas import Canvas
from report_service.document.figures import Week
from report_service.document.palette import DRAW, LOSS, TRACK, WIN
from report_service.document.snapshot import Role, RoleTally, Tally

_RECTANGLE = re.compile(r"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re")


def _week(*, wins: int = 0, losses: int = 0, draws: int = 0) -> Week:
    return Week(date(2026, 11, 23), wins, losses, draws)


def _tally(*, wins: int = 0, losses: int = 0, draws: int = 0) -> Tally:
    return Tally(wins + losses + draws, wins, losses, timedelta(hours=1))


def _columns(*weeks: Week) -> list[tuple[float, ...]]:
    canvas = Canvas()
    charts.columns(canvas, (100, 100), weeks, width=260, height=80)
    found = _RECTANGLE.findall("\n".join(canvas.page.operators))
    return [tuple(map(float, numbers)) for numbers in found]


def _fills(canvas: Canvas) -> set[str]:
    return {operator.removesuffix(" rg") for operator in canvas.page.operators if operator.endswith(" rg")}


def test_columns_have_one_part_for_each_result_of_a_week() -> None:
    """A week with wins and losses is two rectangles, one above the other; an empty week is none."""
    (win, loss) = _columns(_week(), _week(wins=2, losses=1), _week())

    assert win[0] == loss[0]
    assert loss[1] == pytest.approx(win[1] + 2 * 80 / 3, abs=1)


def test_columns_are_as_high_as_their_counts() -> None:
    """Twice the games make twice the height, from a baseline at zero."""
    one, two = _columns(_week(wins=1), _week(wins=2))

    assert one[1] == two[1]
    assert two[3] == pytest.approx(2 * one[3], abs=0.02)


def test_donut_has_a_part_for_each_result_that_occurred() -> None:
    """The ring shows wins, losses and draws in their own paint, and nothing for what never happened."""
    canvas = Canvas()
    charts.donut(canvas, (100, 100), _tally(wins=3, losses=1), radius=40)

    assert {WIN, LOSS} <= _fills(canvas)
    assert DRAW not in _fills(canvas)


def test_donut_is_a_pale_ring_when_there_is_no_game() -> None:
    """Nothing to show is shown as an empty ring."""
    canvas = Canvas()
    charts.donut(canvas, (100, 100), _tally(), radius=40)

    assert TRACK in _fills(canvas)
    assert not {WIN, LOSS, DRAW} & _fills(canvas)


@pytest.mark.parametrize(("wins", "losses", "filled"), [(1, 1, True), (0, 4, False)])
def test_bar_is_filled_only_when_there_were_wins(wins: int, losses: int, filled: bool) -> None:
    """A rate of zero leaves the track empty."""
    canvas = Canvas()
    entry = RoleTally(Role.DON, _tally(wins=wins, losses=losses))
    charts.rates(canvas, (40, 100), [("Don", entry)], width=200)

    assert (WIN in _fills(canvas)) is filled
