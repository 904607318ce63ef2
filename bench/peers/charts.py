"""The charts of the report as marks, with the same geometry as ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import segno

from bench.peers.marks import (
    AREA,
    DRAW,
    GRID,
    HAIRLINE,
    INK,
    LOSS,
    MUTED,
    TRACK,
    WHITE,
    WIN,
    Circle,
    Code,
    Drawing,
    Mark,
    Path,
    Point,
    Rect,
    Ring,
    Words,
)
from report_service.document import figures
from report_service.document.snapshot import RoleTally, Tally, Week

_PAINTS = (WIN, LOSS, DRAW)
_Stack = tuple[tuple[int, int, int], str, float]
_Plot = tuple[float, float, float, float]


def donut(tally: Tally, *, width: float, height: float) -> Drawing:
    """Return the ring of results with its legend."""
    counts = (tally.wins, tally.losses, tally.draws)
    total, start = sum(counts), 0.0
    marks: list[Mark] = []
    for count, paint in zip(counts, _PAINTS, strict=True):
        end = start + count / total
        marks.append(Ring(43, 55, 43, 28, start, end - 0.005, paint))
        start = end
    marks.append(Words(43, 58, f"{tally.win_rate or 0:.0%}", 17, INK, strong=True, align="center"))
    marks.append(Words(43, 69, "win rate", align="center"))
    for row, (word, count) in enumerate(zip(("Wins", "Losses", "Draws"), counts, strict=True)):
        top = 34 + row * 17
        marks += [_swatch(98, top, _PAINTS[row]), Words(110, top + 6.3, word)]
        marks.append(Words(width, top + 6.3, str(count), 9, INK, align="right"))
    return Drawing(width, height, f"Ring of results: {counts}", marks)


def weeks(shown: Sequence[Week], *, width: float, height: float) -> Drawing:
    """Return a column for each week."""
    stacks = [((week.wins, week.losses, week.draws), "", 1.0) for week in shown]
    marks = _columns(stacks, (14, 8, width - 14, 78))
    pitch = (width - 14) / len(shown)
    for number, week in enumerate(shown[:-1]):
        if week.start_time.day <= 7:
            left = 14 + number * pitch
            marks += [_rule((left, 86), (left, 89), MUTED, 0.6), Words(left + 2.5, 95.5, f"{week.start_time:%b}")]
    return Drawing(width, height, "Columns of games in each week", [*marks, *_keys("Wins", "Losses", "Draws", y=103)])


def endings(stacks: Sequence[_Stack], *, width: float, height: float) -> Drawing:
    """Return a column for each way and round in which the player left."""
    marks = _columns(stacks, (18, 8, width - 18, height - 42))
    keys = _keys("voted out", "killed", "other", y=height - 12)
    return Drawing(width, height, "Columns of how the games ended", [*marks, *keys])


def rates(roles: Sequence[RoleTally], *, width: float, height: float) -> Drawing:
    """Return each role's rate with its interval and the club's."""
    left, room = 52.0, width - 52 - 92
    marks: list[Mark] = []
    for row, entry in enumerate(roles):
        top, tally = 4.0 + row * 24, entry.tally
        marks.append(Words(0, top + 8.2, entry.role.title(), 9, INK))
        marks.append(Rect(left, top + 2.5, room, 5, TRACK, radius=2.5))
        if tally.win_interval and tally.win_rate is not None:
            low, high = left + tally.win_interval.low * room, left + tally.win_interval.high * room
            club = left + (tally.club_win_rate or 0) * room
            marks.append(Rect(low, top + 2.5, high - low, 5, AREA, WIN, 0.6, 2.5))
            marks.append(_rule((club, top - 1), (club, top + 11), LOSS, 1.6))
            marks.append(Circle(left + tally.win_rate * room, top + 5, 3.4, WIN, WHITE, 0.8))
            marks.append(Words(width - 54, top + 8.2, f"{tally.win_rate:.0%}", 9, INK, align="right"))
        marks.append(Words(width, top + 8, f"{tally.wins} of {tally.wins + tally.losses}", align="right"))
    for share in (0.0, 0.5, 1.0):
        at = left + share * room
        marks.append(_rule((at, 0), (at, 91), GRID, 0.35))
        marks.append(Words(at, 98.5, f"{share:.0%}", 6.5, align="center"))
    return Drawing(width, height, "Win rates by role", marks)


def rating(points: Sequence[tuple[datetime, float, float]], *, width: float, height: float) -> Drawing:
    """Return the line of the rating with twice its deviation around it."""
    steps = figures.ticks(min(v - 2 * d for _, v, d in points), max(v + 2 * d for _, v, d in points))
    plot = (24.0, 6.0, width - 58, height - 30)
    first, last = points[0][0], points[-1][0]
    span = (last - first) / timedelta(days=1)

    def at(moment: datetime, value: float) -> Point:
        return _at(plot, (moment - first) / timedelta(days=1) / span, value, steps)

    line = [at(moment, value) for moment, value, _ in points]
    upper = [at(moment, value + 2 * deviation) for moment, value, deviation in points]
    lower = [at(moment, value - 2 * deviation) for moment, value, deviation in points]
    marks = _axes(plot, first.date(), last.date(), steps)
    marks += [Path([*upper, *reversed(lower)], fill=AREA), Path(line, stroke=WIN, line=1.5)]
    marks.append(Circle(*line[-1], 2.8, WIN, WHITE, 0.8))
    marks.append(Words(width - 28, line[-1][1] + 3, f"{points[-1][1]:,.0f}", 9, INK, strong=True))
    return Drawing(width, height, f"Line of the rating over {len(points)} games", marks)


def hours(points: Sequence[tuple[date, float]], *, width: float, height: float) -> Drawing:
    """Return the hours played as an area."""
    steps = figures.ticks(0.0, points[-1][1])
    plot = (22.0, 10.0, width - 24, height - 34)
    first, last = points[0][0], points[-1][0]
    line = [_at(plot, (day - first) / (last - first), value, steps) for day, value in points]
    foot = plot[1] + plot[3]
    marks = _axes(plot, first, last, steps)
    marks += [Path([(line[0][0], foot), *line, (line[-1][0], foot)], fill=AREA), Path(line, stroke=WIN, line=1.5)]
    marks += [_rule((plot[0], foot), (plot[0] + plot[2], foot), MUTED, 0.8), Circle(*line[-1], 2.6, WIN)]
    marks.append(Words(line[-1][0] - 5, line[-1][1] - 5, f"{points[-1][1]:.1f}", 9, INK, strong=True, align="right"))
    return Drawing(width, height, f"Area of the hours played: {points[-1][1]:.1f} h", marks)


def code(address: str, *, side: float) -> Drawing:
    """Return a QR code."""
    matrix = segno.make_qr(address, error="m", mask=3).matrix
    runs = []
    for row, modules in enumerate(matrix):
        column = 0
        while column < len(modules):
            end = column
            while end < len(modules) and modules[end]:
                end += 1
            if end > column:
                runs.append((column, row, end - column))
            column = end + 1
    return Drawing(side, side, f"QR code of {address}", [Code(0, 0, side / len(matrix), runs)])


def _columns(stacks: Sequence[_Stack], plot: _Plot) -> list[Mark]:
    x, y, width, height = plot
    steps = figures.whole_ticks(max(sum(counts) for counts, _, _ in stacks))
    unit, share_width = height / steps[-1], width / sum(share for _, _, share in stacks)
    marks: list[Mark] = []
    for step in steps:
        level = y + height - step * unit
        marks.append(_rule((x, level), (x + width, level), HAIRLINE, 0.6))
        marks.append(Words(x - 5, level + 2.6, str(step), align="right"))
    left, foot = x, y + height
    for counts, label, share in stacks:
        top, bar = foot, share_width * 0.68
        middle = left + share_width * share / 2
        for count, paint in zip(counts, _PAINTS, strict=True):
            if count:
                top -= count * unit
                edge = (MUTED, 0.7) if paint is DRAW else ("", 0.0)
                marks.append(Rect(middle - bar / 2, top, bar, count * unit - 0.8, paint, *edge))
        if label:
            marks.append(Words(middle, foot + 10, label, align="center"))
        left += share_width * share
    return [*marks, _rule((x, foot), (x + width, foot), MUTED, 0.8)]


def _axes(plot: _Plot, first: date, last: date, steps: Sequence[float]) -> list[Mark]:
    x, y, width, height = plot
    marks: list[Mark] = []
    for step in steps:
        level = _at(plot, 0, step, steps)[1]
        marks.append(_rule((x, level), (x + width, level), HAIRLINE, 0.6))
        marks.append(Words(x - 5, level + 2.6, f"{step:,.0f}", align="right"))
    for day in figures.months(first, last, most=max(2, int(width / 38))):
        at = x + width * ((day - first) / (last - first))
        if at <= x + width - 18:
            marks.append(_rule((at, y + height), (at, y + height + 3), MUTED, 0.6))
            marks.append(Words(at + 2.5, y + height + 9.5, f"{day:%b}" if day.month > 1 else str(day.year)))
    return marks


def _at(plot: _Plot, share: float, value: float, steps: Sequence[float]) -> Point:
    x, y, width, height = plot
    return x + width * share, y + height * (steps[-1] - value) / (steps[-1] - steps[0])


def _keys(*words: str, y: float) -> list[Mark]:
    marks: list[Mark] = []
    for number, word in enumerate(words):
        marks += [_swatch(14 + number * 58, y, _PAINTS[number]), Words(25 + number * 58, y + 6.2, word)]
    return marks


def _swatch(x: float, y: float, fill: str) -> Rect:
    return Rect(x, y, 7, 7, fill, MUTED if fill == DRAW else "", 0.8 if fill == DRAW else 0.0, 1.6)


def _rule(start: Point, end: Point, colour: str, line: float) -> Path:
    return Path((start, end), stroke=colour, line=line)
