"""Charts of counts as vector shapes: the ring of results and stacked columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from report_service.document import figures
from report_service.document.canvas import Canvas
from report_service.document.language import Language
from report_service.document.palette import (
    BODY,
    DRAW,
    DRAW_EDGE,
    FIGURE,
    HAIRLINE,
    LOSS,
    MUTED,
    NOTE,
    TRACK,
    WHITE,
    WIN,
)
from report_service.document.paths import Point
from report_service.document.shaping import fit, shape
from report_service.document.snapshot import Week


@dataclass(frozen=True, slots=True)
class Paint:
    """How one kind of result looks. The third is pale and outlined, to need no third colour."""

    fill: str
    stroke: str = ""


DARK, BRIGHT, PALE = Paint(WIN), Paint(LOSS), Paint(DRAW, DRAW_EDGE)
PAINTS = (DARK, BRIGHT, PALE)

_GAP = 1.5
_COLUMN_SHARE = 0.68
_SWATCH = 7.0


@dataclass(frozen=True, slots=True)
class Part:
    """One of the counts that make up a whole."""

    word: str
    count: int
    paint: Paint


@dataclass(frozen=True, slots=True)
class Stack:
    """One column: its counts from the baseline up, in the order of `PAINTS`, what stands below it, and its share."""

    counts: tuple[int, int, int]
    label: str = ""
    share: float = 1.0


def donut(canvas: Canvas, centre: Point, parts: Sequence[Part], *, radius: float, value: str, caption: str) -> None:
    """Draw counts as parts of a ring with a figure and what it is in the hole."""
    x, y = centre
    inner = radius * 0.66
    shown = [part for part in parts if part.count > 0]
    total = sum(part.count for part in shown)
    start = 0.0
    for part in shown:
        end = start + part.count / total
        canvas.ring_segment(centre, radius, inner, start=start, end=end, fill=part.paint.fill, stroke=part.paint.stroke)
        start = end
    if len(shown) > 1:
        _cut(canvas, centre, [part.count / total for part in shown], radius=radius, inner=inner)
    if not shown:
        canvas.ring_segment(centre, radius, inner, start=0, end=1, fill=TRACK)
    size = min(17.0, 17.0 * 1.55 * inner / shape(value, FIGURE.sized(17)).width)
    canvas.text(x, y + 3, value, style=FIGURE.sized(size), align="center")
    canvas.text(x, y + 13.5, fit(caption, NOTE, 2 * inner - 8), align="center")


def legend(canvas: Canvas, words: Language, at: Point, parts: Sequence[Part], *, width: float) -> None:
    """List the parts with swatch, word and count, one below the other, from the top left corner `at`."""
    x, y = at
    for row, part in enumerate(parts):
        top = y + row * 17
        swatch(canvas, (x, top), part.paint)
        count = canvas.text(x + width, top + 6.3, words.number(part.count), style=BODY, align="right")
        canvas.text(x + 12, top + 6.3, fit(part.word, NOTE, width - 12 - count - 4))


def keys(canvas: Canvas, at: Point, items: Sequence[tuple[str, Paint]], *, width: float) -> None:
    """List swatches with their words in a row, from the left; words that do not fit are cut."""
    x, y = at
    right = x + width
    for word, paint in items:
        swatch(canvas, (x, y), paint)
        x += 11 + canvas.text(x + 11, y + 6.2, fit(word, NOTE, max(right - x - 11, 20))) + 14


def swatch(canvas: Canvas, at: Point, paint: Paint) -> None:
    """Draw the little square of a legend, its top left corner at `at`."""
    inset = 0.4 if paint.stroke else 0.0
    side = _SWATCH - 2 * inset
    canvas.rect(at[0] + inset, at[1] + inset, side, side, fill=paint.fill, stroke=paint.stroke, line=0.8, radius=1.6)


def columns(
    canvas: Canvas, words: Language, at: Point, stacks: Sequence[Stack], *, width: float, height: float
) -> None:
    """Stack counts upon a baseline; `at` is the top left corner of the plot, left of which the axis is labelled."""
    x, y = at
    steps = figures.whole_ticks(max((sum(stack.counts) for stack in stacks), default=0))
    unit = height / steps[-1]
    for step in steps:
        level = y + height - step * unit
        canvas.rule((x, level), (x + width, level), colour=HAIRLINE, line=0.6)
        canvas.text(x - 5, level + 2.6, words.number(step), style=NOTE, align="right")
    left, unit_width = x, width / sum(stack.share for stack in stacks)
    for stack in stacks:
        pitch = unit_width * stack.share
        bar = unit_width * _COLUMN_SHARE
        _column(canvas, (left + (pitch - bar) / 2, y + height), stack.counts, width=bar, unit=unit)
        if stack.label:
            canvas.text(left + pitch / 2, y + height + 10, fit(stack.label, NOTE, pitch - 1), align="center")
        left += pitch
    canvas.rule((x, y + height), (x + width, y + height), colour=MUTED, line=0.8)


def weeks(canvas: Canvas, words: Language, at: Point, shown: Sequence[Week], *, width: float, height: float) -> None:
    """Draw a column for each week, and name each month below its first full week unless the next is too near."""
    stacks = [Stack((week.wins, week.losses, week.draws)) for week in shown]
    columns(canvas, words, at, stacks, width=width, height=height)
    x, foot = at[0], at[1] + height
    pitch = width / len(shown)
    for number, week in enumerate(shown):
        if week.start_time.day > 7 or number > len(shown) - 2:
            continue
        left = x + number * pitch
        canvas.rule((left, foot), (left, foot + 3), colour=MUTED, line=0.6)
        canvas.text(left + 2.5, foot + 9.5, words.month(week.start_time), style=NOTE)


def _cut(canvas: Canvas, centre: Point, shares: list[float], *, radius: float, inner: float) -> None:
    """Part neighbouring segments by a white gap."""
    start = 0.0
    gap = _GAP / (2 * 3.1416 * radius)
    for share in shares:
        canvas.ring_segment(centre, radius + 1, inner - 1, start=start - gap / 2, end=start + gap / 2, fill=WHITE)
        start += share


def _column(canvas: Canvas, foot: Point, counts: tuple[int, int, int], *, width: float, unit: float) -> None:
    x, y = foot
    for count, paint in zip(counts, PAINTS, strict=True):
        if not count:
            continue
        height = count * unit
        gap = 0.8 if y != foot[1] else 0.0
        inset = 0.35 if paint.stroke else 0.0
        canvas.rect(
            x + inset,
            y - height + inset,
            width - 2 * inset,
            max(height - gap - 2 * inset, 0.3),
            fill=paint.fill,
            stroke=paint.stroke,
            line=0.7,
        )
        y -= height
