"""Charts as vector shapes: the donut of results, the weekly columns and the bars of the win rates."""

from __future__ import annotations

from collections.abc import Sequence

from report_service.document import figures, texts
from report_service.document.canvas import Canvas, Point, ring_segment
from report_service.document.figures import Week
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
from report_service.document.snapshot import RoleTally, Tally

# Fill and outline of wins, losses and draws; draws are pale and outlined, to need no third colour.
PAINTS = ((WIN, ""), (LOSS, ""), (DRAW, DRAW_EDGE))
_GAP = 1.5
_COLUMN_SHARE = 0.68
_SWATCH = 7.0


def donut(canvas: Canvas, centre: Point, tally: Tally, *, radius: float) -> None:
    """Draw wins, losses and draws as parts of a ring with the win rate in its hole."""
    x, y = centre
    inner = radius * 0.66
    parts = [part for part in _parts(tally) if part[0] > 0]
    total = sum(part[0] for part in parts)
    start = 0.0
    for value, fill, stroke in parts:
        end = start + value / total
        path = ring_segment(centre, radius, inner, start=start, end=end)
        canvas.paint(path, fill=fill, stroke=stroke, line=0.75)
        start = end
    if len(parts) > 1:
        _cut(canvas, centre, [part[0] / total for part in parts], radius=radius, inner=inner)
    if not parts:
        canvas.paint(ring_segment(centre, radius, inner, start=0, end=1), fill=TRACK)
    canvas.text(x, y + 3, figures.percent(tally.win_rate), style=FIGURE.sized(17), align="center")
    canvas.text(x, y + 13.5, texts.WIN_RATE.lower(), style=NOTE, align="center")


def legend(canvas: Canvas, at: Point, tally: Tally, *, width: float) -> None:
    """List results with swatch, word and count, one below the other, from the top left corner `at`."""
    x, y = at
    words = (texts.WINS, texts.LOSSES, texts.DRAWS)
    for row, (word, (value, fill, stroke)) in enumerate(zip(words, _parts(tally), strict=True)):
        middle = y + row * 17
        swatch(canvas, (x, middle), fill=fill, stroke=stroke)
        canvas.text(x + 12, middle + 6.3, word, style=NOTE)
        canvas.text(x + width, middle + 6.3, figures.count(value), style=BODY, align="right")


def swatch(canvas: Canvas, at: Point, *, fill: str, stroke: str) -> None:
    """Draw the little square of a legend, its top left corner at `at`."""
    inset = 0.4 if stroke else 0.0
    side = _SWATCH - 2 * inset
    canvas.rect(at[0] + inset, at[1] + inset, side, side, fill=fill, stroke=stroke, line=0.8, radius=1.6)


def columns(canvas: Canvas, at: Point, weeks: Sequence[Week], *, width: float, height: float) -> None:
    """Stack each week's wins, losses and draws upon a baseline; `at` is the top left corner of the plot."""
    x, y = at
    ticks = figures.ticks(max(week.total for week in weeks))
    unit = height / ticks[-1]
    for tick in ticks:
        level = y + height - tick * unit
        canvas.rule((x, level), (x + width, level), colour=HAIRLINE, line=0.6)
        canvas.text(x - 5, level + 2.6, str(tick), style=NOTE, align="right")
    pitch = width / len(weeks)
    bar = pitch * _COLUMN_SHARE
    for number, week in enumerate(weeks):
        _column(canvas, (x + number * pitch + (pitch - bar) / 2, y + height), week, width=bar, unit=unit)
    canvas.rule((x, y + height), (x + width, y + height), colour=MUTED, line=0.8)
    _months(canvas, (x, y + height), weeks, pitch=pitch)


def rates(canvas: Canvas, at: Point, roles: Sequence[tuple[str, RoleTally | None]], *, width: float) -> None:
    """Draw one bar per role on a track of 0 to 100%, with rate and counts beside it."""
    x, y = at
    track_x, track_width = x + 48, width - 48 - 87
    for row, (name, entry) in enumerate(roles):
        top = y + row * 24
        canvas.text(x, top + 8.2, name, style=BODY)
        canvas.rect(track_x, top, track_width, 10, fill=TRACK, radius=2.5)
        _rate(canvas, (track_x, top), entry.tally if entry else None, width=track_width, right=x + width)
    middle = track_x + track_width / 2
    bottom = y + (len(roles) - 1) * 24 + 15
    canvas.rule((middle, y - 5), (middle, bottom), colour=MUTED, line=0.5, dash="1.5 1.5")
    canvas.text(middle, bottom + 7.5, "50%", style=NOTE.sized(6.5), align="center")


def _rate(canvas: Canvas, at: Point, tally: Tally | None, *, width: float, right: float) -> None:
    x, y = at
    if tally is None or tally.win_rate is None:
        canvas.text(right, y + 8, texts.NOT_PLAYED if tally is None else figures.NONE, style=NOTE, align="right")
        return
    if tally.win_rate > 0:
        canvas.rect(x, y, max(width * min(tally.win_rate, 1), 2), 10, fill=WIN, radius=2.5)
    canvas.text(right - 57, y + 8.2, figures.percent(tally.win_rate), style=BODY, align="right")
    counts = texts.won(figures.count(tally.wins), figures.count(tally.wins + tally.losses))
    canvas.text(right, y + 8, counts, style=NOTE, align="right")


def _parts(tally: Tally) -> list[tuple[int, str, str]]:
    """Return value, fill and outline of wins, losses and draws."""
    values = (tally.wins, tally.losses, figures.draws(tally))
    return [(value, *paint) for value, paint in zip(values, PAINTS, strict=True)]


def _cut(canvas: Canvas, centre: Point, shares: list[float], *, radius: float, inner: float) -> None:
    """Part neighbouring segments by a white gap."""
    start = 0.0
    gap = _GAP / (2 * 3.1416 * radius)
    for share in shares:
        path = ring_segment(centre, radius + 1, inner - 1, start=start - gap / 2, end=start + gap / 2)
        canvas.paint(path, fill=WHITE)
        start += share


def _column(canvas: Canvas, foot: Point, week: Week, *, width: float, unit: float) -> None:
    x, y = foot
    for value, (fill, stroke) in zip((week.wins, week.losses, week.draws), PAINTS, strict=True):
        if not value:
            continue
        height = value * unit
        gap = 0.8 if y != foot[1] else 0.0
        inset = 0.35 if stroke else 0.0
        canvas.rect(
            x + inset,
            y - height + inset,
            width - 2 * inset,
            height - gap - 2 * inset,
            fill=fill,
            stroke=stroke,
            line=0.7,
        )
        y -= height


def _months(canvas: Canvas, foot: Point, weeks: Sequence[Week], *, pitch: float) -> None:
    """Name each month under its first full week, unless the next name is too near."""
    x, y = foot
    for number, week in enumerate(weeks):
        if week.monday.day > 7 or number > len(weeks) - 2:
            continue
        left = x + number * pitch
        canvas.rule((left, y), (left, y + 3), colour=MUTED, line=0.6)
        canvas.text(left + 2.5, y + 9.5, figures.month(week.monday), style=NOTE)
