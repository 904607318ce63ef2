"""Charts of values over time as vector shapes: a filled area, a line with its uncertainty, and rates with theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from report_service.document import figures
from report_service.document.canvas import Canvas
from report_service.document.language import Language
from report_service.document.palette import (
    AREA,
    BODY,
    BODY_STRONG,
    GRID,
    HAIRLINE,
    INK,
    LOSS,
    MUTED,
    NOTE,
    TRACK,
    WHITE,
    WIN,
)
from report_service.document.paths import Point
from report_service.document.shaping import fit
from report_service.document.snapshot import CalibrationBin, Interval

_MONTH_WIDTH = 38.0
_RATE_PITCH = 24.0


@dataclass(frozen=True, slots=True)
class Plot:
    """The rectangle of a chart, and the values at its edges."""

    x: float
    y: float
    width: float
    height: float
    first: date
    last: date
    low: float
    high: float

    def across(self, day: date | datetime) -> float:
        """Return where a moment lies from left to right."""
        span = max((self.last - self.first).days, 1)
        passed = day.date() - self.first if isinstance(day, datetime) else day - self.first
        fraction = (day.hour * 3600 + day.minute * 60 + day.second) / 86400 if isinstance(day, datetime) else 0.0
        return self.x + self.width * min(max((passed.days + fraction) / span, 0.0), 1.0)

    def up(self, value: float) -> float:
        """Return where a value lies on the page, from the top."""
        return self.y + self.height * (self.high - value) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of one kind of games; all are None when there was none."""

    label: str
    rate: float | None
    interval: Interval | None
    baseline: float | None
    counts: str


def area(
    canvas: Canvas, words: Language, at: Point, points: Sequence[tuple[date, float]], *, width: float, height: float
) -> None:
    """Draw a growing value as an area on a baseline at zero, its last value labelled."""
    steps = figures.ticks(0.0, max(points[-1][1], 1e-6))
    plot = Plot(*at, width, height, points[0][0], points[-1][0], 0.0, steps[-1])
    # The last week may not be over yet.
    _axes(canvas, words, plot, steps, ends=[plot.first])
    line = [(plot.across(day), plot.up(value)) for day, value in points]
    foot = plot.y + plot.height
    canvas.polygon([(line[0][0], foot), *line, (line[-1][0], foot)], fill=AREA)
    canvas.polygon(line, stroke=WIN, line=1.5, closed=False)
    canvas.rule((plot.x, foot), (plot.x + width, foot), colour=MUTED, line=0.8)
    canvas.circle(*line[-1], 2.6, fill=WIN)
    total = words.number(points[-1][1], digits=1)
    canvas.text(line[-1][0] - 5, line[-1][1] - 5, total, style=BODY_STRONG, align="right")


def band(
    canvas: Canvas,
    words: Language,
    at: Point,
    points: Sequence[tuple[datetime, float, float]],
    *,
    width: float,
    height: float,
) -> None:
    """Draw a value and, pale around it, twice its deviation to each side; its last value is labelled."""
    steps = figures.ticks(min(v - 2 * d for _, v, d in points), max(v + 2 * d for _, v, d in points))
    plot = Plot(*at, width, height, points[0][0].date(), points[-1][0].date(), steps[0], steps[-1])
    _axes(canvas, words, plot, steps, ends=[plot.first, plot.last])
    upper = [(plot.across(day), plot.up(value + 2 * deviation)) for day, value, deviation in points]
    lower = [(plot.across(day), plot.up(value - 2 * deviation)) for day, value, deviation in points]
    line = [(plot.across(day), plot.up(value)) for day, value, _ in points]
    if len(points) > 1:
        canvas.polygon([*upper, *reversed(lower)], fill=AREA)
        canvas.polygon(line, stroke=WIN, line=1.5, closed=False)
    else:
        canvas.rule(upper[0], lower[0], colour=WIN, line=1.5)
    canvas.circle(*line[-1], 2.8, fill=WIN, stroke=WHITE, line=0.8)
    canvas.text(plot.x + width + 6, line[-1][1] + 3, words.number(points[-1][1]), style=BODY_STRONG)


def rates(canvas: Canvas, words: Language, at: Point, shown: Sequence[Rate], *, width: float, label: float) -> None:
    """Draw each rate as a dot on a track of 0 to 100 %, its interval as a bar and the club's rate as a mark.

    `label` is the width of the words at the left.
    """
    x, y = at
    track = (x + label, width - label - 92)
    bottom = y + (len(shown) - 1) * _RATE_PITCH + 15
    for share in (0.0, 0.5, 1.0):
        at_share = track[0] + share * track[1]
        canvas.rule((at_share, y - 4), (at_share, bottom), colour=GRID, line=0.35)
        canvas.text(at_share, bottom + 7.5, words.percent(share), style=NOTE.sized(6.5), align="center")
    for row, rate in enumerate(shown):
        top = y + row * _RATE_PITCH
        canvas.text(x, top + 8.2, fit(rate.label, BODY, label - 6))
        canvas.rect(track[0], top + 2.5, track[1], 5, fill=TRACK, radius=2.5)
        _rate(canvas, words, rate, top, track, right=x + width)


def rate_keys(canvas: Canvas, words: Language, at: Point) -> None:
    """Say what the marks of `rates` are, in a row that ends at `at`."""
    x, y = at
    x -= canvas.text(x, y, words.text("club's rate"), style=NOTE, align="right") + 5
    canvas.rule((x, y - 8), (x, y + 2), colour=LOSS, line=1.6)
    x -= canvas.text(x - 10, y, words.percent(0.95), style=NOTE, align="right") + 14
    canvas.rect(x - 13, y - 5.2, 13, 5, fill=AREA, stroke=WIN, line=0.6, radius=2.5)


def calibration(canvas: Canvas, words: Language, at: Point, bins: Sequence[CalibrationBin], *, side: float) -> None:
    """Draw how often red won against the chance it was given: a dot for each stretch, larger for more games."""
    x, y = at
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        canvas.rule((x, y + side * (1 - share)), (x + side, y + side * (1 - share)), colour=HAIRLINE, line=0.6)
        canvas.rule((x + side * share, y), (x + side * share, y + side), colour=HAIRLINE, line=0.6)
    for share in (0.0, 0.5, 1.0):
        canvas.text(x - 5, y + side * (1 - share) + 2.6, words.percent(share), style=NOTE, align="right")
        canvas.text(x + side * share, y + side + 10, words.percent(share), style=NOTE, align="center")
    canvas.rule((x, y + side), (x + side, y), colour=MUTED, line=0.6, dash="2 2")
    most = max(item.games for item in bins)
    for item in bins:
        radius = 2.0 + 5.0 * (item.games / most) ** 0.5
        centre = (x + side * item.mean_chance, y + side * (1 - item.red_wins / item.games))
        canvas.circle(*centre, radius, fill=WIN, stroke=WHITE, line=0.8)


def _axes(canvas: Canvas, words: Language, plot: Plot, steps: Sequence[float], *, ends: Sequence[date]) -> None:
    """Draw the grid, its values, and below it the months or, within one, the days of `ends`."""
    digits = next(digits for digits in range(4) if digits == 3 or _are_told(steps, digits))
    for step in steps:
        level = plot.up(step)
        canvas.rule((plot.x, level), (plot.x + plot.width, level), colour=HAIRLINE, line=0.6)
        label = words.number(step, digits=digits)
        canvas.text(plot.x - 5, level + 2.6, label, style=NOTE, align="right")
    foot = plot.y + plot.height
    months = figures.months(plot.first, plot.last, most=max(2, int(plot.width / _MONTH_WIDTH)))
    named = [day for day in months if plot.across(day) <= plot.x + plot.width - 18]
    for day in named:
        at = plot.across(day)
        canvas.rule((at, foot), (at, foot + 3), colour=MUTED, line=0.6)
        canvas.text(at + 2.5, foot + 9.5, _month(words, day), style=NOTE)
    if named:
        return
    for day, side in zip(dict.fromkeys(ends), ("left", "right"), strict=False):
        canvas.text(plot.across(day), foot + 9.5, words.day(day), style=NOTE, align=side)


def _are_told(steps: Sequence[float], digits: int) -> bool:
    """Return whether so many decimals tell the values as they are."""
    return all(abs(step - round(step, digits)) < 1e-9 for step in steps)


def _month(words: Language, day: date) -> str:
    """Return the month's name, of a January with its year."""
    return words.month(day) if day.month > 1 else str(day.year)


def _rate(canvas: Canvas, words: Language, rate: Rate, top: float, track: tuple[float, float], *, right: float) -> None:
    def on(share: float) -> float:
        return track[0] + min(max(share, 0.0), 1.0) * track[1]

    if rate.interval:
        low, high = on(rate.interval.low), on(rate.interval.high)
        canvas.rect(low, top + 2.5, max(high - low, 2), 5, fill=AREA, stroke=WIN, line=0.6, radius=2.5)
    if rate.baseline is not None:
        canvas.rule((on(rate.baseline), top - 1), (on(rate.baseline), top + 11), colour=LOSS, line=1.6)
    if rate.rate is not None:
        canvas.circle(on(rate.rate), top + 5, 3.4, fill=WIN, stroke=WHITE, line=0.8)
        canvas.text(right - 54, top + 8.2, words.percent(rate.rate), style=BODY.coloured(INK), align="right")
    canvas.text(right, top + 8, fit(rate.counts, NOTE, 52 if rate.rate is not None else 88), align="right")
