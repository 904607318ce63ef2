"""The table of recent games, over as many pages as it needs."""

from __future__ import annotations

from collections.abc import Callable

from report_service.document import figures, texts
from report_service.document.canvas import Canvas
from report_service.document.palette import (
    BODY_BOTTOM,
    CELL,
    CELL_STRONG,
    CONTENT_WIDTH,
    HAIRLINE,
    HEADING,
    LOSS_TEXT,
    MARGIN,
    MUTED,
    NOTE,
    PAGE_WIDTH,
    WIN,
    ZEBRA,
)
from report_service.document.snapshot import GameLine, PlayerSnapshot, Result
from report_service.document.table import HEAD_HEIGHT, Cell, Column, Table

SHOWN = 50
_ROW_HEIGHT = 17.0
_HEADING_HEIGHT = 24.0
# A heading over fewer rows than this looks lost at the foot of a page.
_FEWEST_ROWS = 3

_COLUMNS = (
    Column(texts.GAME_COLUMNS[0], 8),
    Column(texts.GAME_COLUMNS[1], 150, right=True),
    Column(texts.GAME_COLUMNS[2], 206, right=True),
    Column(texts.GAME_COLUMNS[3], 238),
    Column(texts.GAME_COLUMNS[4], 318),
    Column(texts.GAME_COLUMNS[5], 390),
    Column(texts.GAME_COLUMNS[6], CONTENT_WIDTH - 8, right=True),
)
_RESULT_COLOURS = {Result.WIN: WIN, Result.LOSS: LOSS_TEXT, Result.DRAW: MUTED}


def draw(canvas: Canvas, y: float, snapshot: PlayerSnapshot, *, next_page: Callable[[], float]) -> None:
    """List the newest games from `y` on; `next_page` begins a page and returns where its content starts."""
    if snapshot.games is None:
        _notice(canvas, y, texts.GAMES_PRIVATE, texts.GAMES_PRIVATE_LONG)
        return
    if not snapshot.games:
        _notice(canvas, y, texts.NO_GAMES, texts.NO_GAMES_LONG)
        return
    games = snapshot.games[:SHOWN]
    if y + _HEADING_HEIGHT + HEAD_HEIGHT + min(_FEWEST_ROWS, len(games)) * _ROW_HEIGHT > BODY_BOTTOM:
        y = next_page()
    sessions = snapshot.stats.overall.sessions if snapshot.stats else 0
    y = _heading(canvas, y, len(games), max(sessions, len(snapshot.games)))
    table = Table(canvas, MARGIN, _COLUMNS, width=CONTENT_WIDTH, row_height=_ROW_HEIGHT)
    y = table.head(y)
    shaded = False
    for game in games:
        if y + _ROW_HEIGHT > BODY_BOTTOM:
            y, shaded = table.head(next_page()), False
        y = table.row(y, _cells(game), shaded=shaded)
        shaded = not shaded


def _heading(canvas: Canvas, y: float, shown: int, total: int) -> float:
    canvas.text(MARGIN, y + 14, texts.GAMES_HEADING, style=HEADING)
    note = (
        texts.latest(figures.count(shown), figures.count(total)) if total > shown else texts.games(figures.count(total))
    )
    if total > 1:
        canvas.text(MARGIN + CONTENT_WIDTH, y + 14, note, style=NOTE, align="right")
    return y + _HEADING_HEIGHT


def _cells(game: GameLine) -> list[Cell]:
    return [
        Cell(figures.day(game.start_time), CELL),
        Cell(figures.clock(game.start_time), CELL),
        Cell(str(game.seat), CELL),
        Cell(texts.ROLES[game.role], CELL),
        Cell(texts.TEAMS[game.role], CELL.coloured(MUTED)),
        Cell(texts.RESULTS[game.result], CELL_STRONG.coloured(_RESULT_COLOURS[game.result])),
        Cell(figures.minutes(game.duration), CELL),
    ]


def _notice(canvas: Canvas, y: float, notice: str, explanation: str) -> None:
    canvas.text(MARGIN, y + 14, texts.GAMES_HEADING, style=HEADING)
    top = y + _HEADING_HEIGHT
    canvas.rect(MARGIN, top, CONTENT_WIDTH, 76, fill=ZEBRA, stroke=HAIRLINE, radius=7)
    canvas.text(PAGE_WIDTH / 2, top + 36, notice, style=CELL_STRONG.sized(10), align="center")
    canvas.text(PAGE_WIDTH / 2, top + 51, explanation, style=NOTE, align="center")
