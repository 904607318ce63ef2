"""The figures of the first page: five cards, and the panels with charts and the table by role."""

from __future__ import annotations

from report_service.document import charts, figures, texts
from report_service.document.canvas import Canvas
from report_service.document.palette import (
    CAPTION,
    CELL,
    CELL_STRONG,
    CONTENT_WIDTH,
    FIGURE,
    HAIRLINE,
    HEADING,
    MARGIN,
    MUTED,
    NOTE,
    WHITE,
)
from report_service.document.shaping import fit, shape
from report_service.document.snapshot import PlayerSnapshot, Role, RoleTally, Tally
from report_service.document.table import Cell, Column, Table

_GAP = 12.0
_CARD_HEIGHT = 62.0
_CHART_HEIGHT = 152.0
_ROLE_HEIGHT = 138.0
_NARROW = 196.0
_PADDING = 14.0

# The win rate is in the bars beside the table.
_ROLE_COLUMNS = tuple(
    Column(title, x, right=x > 0) for title, x in zip(texts.ROLE_COLUMNS, (0, 80, 116, 157, 195, 241), strict=True)
)


def cards(canvas: Canvas, y: float, tally: Tally | None) -> float:
    """Draw the five key figures in a row with their top at `y`, None as private; return where the row ends."""
    width = (CONTENT_WIDTH - 4 * _GAP) / 5
    for number, (label, value, note) in enumerate(_key_figures(tally)):
        x = MARGIN + number * (width + _GAP)
        canvas.rect(x, y, width, _CARD_HEIGHT, fill=WHITE, stroke=HAIRLINE, line=0.9, radius=7)
        canvas.text(x + 11, y + 16, label.upper(), style=CAPTION)
        size = min(FIGURE.size, FIGURE.size * (width - 22) / shape(value, FIGURE).width)
        canvas.text(x + 11, y + 39, value, style=FIGURE.sized(size))
        canvas.text(x + 11, y + 52, fit(note, NOTE, width - 22))
    return y + _CARD_HEIGHT


def results(canvas: Canvas, y: float, snapshot: PlayerSnapshot) -> float:
    """Draw the donut and the weekly columns side by side; return where they end."""
    _panel(canvas, MARGIN, y, _NARROW, _CHART_HEIGHT, title=texts.RESULTS_HEADING)
    if snapshot.stats is None:
        _private(canvas, MARGIN, y, _NARROW, _CHART_HEIGHT, notice=texts.STATISTICS_PRIVATE)
    else:
        charts.donut(canvas, (MARGIN + _PADDING + 43, y + 90), snapshot.stats.overall, radius=43)
        charts.legend(canvas, (MARGIN + _PADDING + 102, y + 69), snapshot.stats.overall, width=66)
    left = MARGIN + _NARROW + _GAP
    width = CONTENT_WIDTH - _NARROW - _GAP
    _panel(canvas, left, y, width, _CHART_HEIGHT, title=texts.WEEKS_HEADING)
    if snapshot.games is None:
        _private(canvas, left, y, width, _CHART_HEIGHT, notice=texts.GAMES_PRIVATE)
    else:
        _weeks(canvas, left, y, snapshot, width=width)
    return y + _CHART_HEIGHT


def roles(canvas: Canvas, y: float, snapshot: PlayerSnapshot) -> float:
    """Draw win rates and counts of the four roles side by side; return where they end."""
    wide = _NARROW + 38
    left = MARGIN + wide + _GAP
    width = CONTENT_WIDTH - wide - _GAP
    _panel(canvas, MARGIN, y, wide, _ROLE_HEIGHT, title=texts.ROLES_HEADING)
    _panel(canvas, left, y, width, _ROLE_HEIGHT, title=texts.ROLE_TABLE_HEADING)
    if snapshot.stats is None:
        _private(canvas, MARGIN, y, wide, _ROLE_HEIGHT, notice=texts.STATISTICS_PRIVATE)
        _private(canvas, left, y, width, _ROLE_HEIGHT, notice=texts.STATISTICS_PRIVATE)
        return y + _ROLE_HEIGHT
    entries = {entry.role: entry for entry in snapshot.stats.roles}
    rows = [(texts.ROLES[role], entries.get(role)) for role in Role]
    charts.rates(canvas, (MARGIN + _PADDING, y + 36), rows, width=wide - 2 * _PADDING)
    table = Table(canvas, left + _PADDING, _ROLE_COLUMNS, width=width - 2 * _PADDING, row_height=20)
    table.head(y + 31)
    for number, role in enumerate(Role):
        table.row(y + 49 + number * 20, _role_cells(role, entries.get(role)), ruled=number < len(Role) - 1)
    return y + _ROLE_HEIGHT


def heading(canvas: Canvas, x: float, y: float, title: str, *, note: str = "", right: float = 0.0) -> None:
    """Set a section's title with its baseline at `y`, and a muted note ending at `right`."""
    canvas.text(x, y, title, style=HEADING)
    if note:
        canvas.text(right, y, note, style=NOTE, align="right")


def _key_figures(tally: Tally | None) -> list[tuple[str, str, str]]:
    """Return label, value and note of each card."""
    labels = (texts.SESSIONS, texts.WINS, texts.LOSSES, texts.WIN_RATE, texts.PLAY_TIME)
    if tally is None:
        return [(label, figures.NONE, texts.PRIVATE) for label in labels]
    if not tally.sessions:
        values = ("0", "0", "0", figures.NONE, figures.NONE)
        return [(label, value, texts.NO_GAMES) for label, value in zip(labels, values, strict=True)]
    average = figures.minutes(tally.play_time / tally.sessions)
    decided = figures.count(tally.wins + tally.losses)
    return [
        (texts.SESSIONS, figures.count(tally.sessions), texts.drawn(figures.count(figures.draws(tally)))),
        (texts.WINS, figures.count(tally.wins), texts.share(_share(tally.wins, tally))),
        (texts.LOSSES, figures.count(tally.losses), texts.share(_share(tally.losses, tally))),
        (texts.WIN_RATE, figures.percent(tally.win_rate, digits=1), texts.decided(decided)),
        (texts.PLAY_TIME, figures.played(tally.play_time), texts.average(average)),
    ]


def _share(part: int, tally: Tally) -> str:
    return figures.percent(part / tally.sessions)


def _weeks(canvas: Canvas, left: float, y: float, snapshot: PlayerSnapshot, *, width: float) -> None:
    games = snapshot.games or ()
    weeks = figures.weeks(games, snapshot.generated_time)
    note = texts.weeks(figures.day(weeks[0].monday), figures.day(weeks[-1].monday))
    if not figures.reaches_back(snapshot, weeks[0].monday):
        note = texts.latest_counted(figures.count(len(games)))
    canvas.text(left + width - _PADDING, y + 22, note, style=NOTE, align="right")
    plot = (left + _PADDING + 14, y + 40)
    inner = width - 2 * _PADDING - 14
    charts.columns(canvas, plot, weeks, width=inner, height=78)
    if not any(week.total for week in weeks):
        canvas.text(plot[0] + inner / 2, y + 102, texts.NO_RECENT_GAMES, style=NOTE, align="center")
    x = plot[0]
    for word, part in zip((texts.WINS, texts.LOSSES, texts.DRAWS), charts.PAINTS, strict=True):
        charts.swatch(canvas, (x, y + 135), fill=part[0], stroke=part[1])
        x += 11 + canvas.text(x + 11, y + 141.2, word, style=NOTE) + 14


def _role_cells(role: Role, entry: RoleTally | None) -> list[Cell]:
    name = Cell(texts.ROLES[role], CELL_STRONG)
    if entry is None:
        return [name, *[Cell(figures.NONE, CELL.coloured(MUTED))] * (len(_ROLE_COLUMNS) - 1)]
    tally = entry.tally
    counts = (tally.sessions, tally.wins, tally.losses, figures.draws(tally))
    return [name, *(Cell(text, CELL) for text in (*map(figures.count, counts), figures.played(tally.play_time)))]


def _panel(canvas: Canvas, x: float, y: float, width: float, height: float, *, title: str) -> None:
    canvas.rect(x, y, width, height, fill=WHITE, stroke=HAIRLINE, line=0.9, radius=7)
    heading(canvas, x + _PADDING, y + 22, title)


def _private(canvas: Canvas, x: float, y: float, width: float, height: float, *, notice: str) -> None:
    """Say in the middle of a panel that its content is not shown."""
    canvas.text(x + width / 2, y + height / 2 + 6, notice, style=NOTE, align="center")
