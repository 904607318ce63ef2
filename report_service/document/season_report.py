"""The report of a club's season: how red and black fared, who stands where, who holds the records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from report_service.document import charts, closing, curves, figures, frame, terms
from report_service.document.canvas import Canvas
from report_service.document.language import NONE, Language
from report_service.document.layout import GAP, Card, Flow, Panel, notice
from report_service.document.palette import BODY, CELL_STRONG, CONTENT_WIDTH, MARGIN, MUTED, NOTE
from report_service.document.player_report import role_rates, weekly
from report_service.document.shaping import wrap
from report_service.document.snapshot import Calibration, RecordKind, SeasonRecord, SeasonSnapshot, StandingLine
from report_service.document.table import Cell, Column, Look, Table, player
from report_service.document.text import clean

_NARROW = 208.0
_CHART_HEIGHT = 152.0
_ROLE_HEIGHT = 146.0
_CALIBRATION_HEIGHT = 196.0
_ROW_HEIGHT = 17.0


def draw(canvas: Canvas, words: Language, snapshot: SeasonSnapshot, *, address: str) -> str:
    """Draw the report and return its title. `address` is where the code on it leads."""
    season = clean(snapshot.scope.season)
    name = words.text("Season {season}", season=season) if season else words.text("All seasons")
    kind = words.text("Season report")
    frame.draw_band(canvas, _band(words, snapshot, name, kind))

    def continued() -> float:
        return frame.draw_continued(canvas, name=name, kind=kind)

    flow = Flow(canvas, words, y=frame.BELOW_BAND, continued=continued)
    flow.cards(_cards(words, snapshot))
    with flow.row(_CHART_HEIGHT):
        _results(flow, snapshot)
    with flow.row(_ROLE_HEIGHT):
        _roles_and_records(flow, snapshot)
    if snapshot.calibration:
        with flow.row(_CALIBRATION_HEIGHT):
            _calibration(flow, snapshot.calibration)
    _standings(flow, snapshot)
    formulas = closing.formulas(words) if snapshot.standings else ()
    closing.draw(flow, report_id=snapshot.report_id, address=address, paragraphs=formulas)
    frame.draw_footers(canvas, words, report_id=snapshot.report_id, made=snapshot.generated_time)
    return f"{kind}: {name}"


def _band(words: Language, snapshot: SeasonSnapshot, name: str, kind: str) -> frame.Band:
    first, last = snapshot.first_time, snapshot.last_time
    played = f"{words.day(first)} – {words.day(last)}" if first and last else words.text("no games yet")
    games = terms.kinds(words)[snapshot.scope.kind] if snapshot.scope.kind else words.text("All kinds of games")
    return frame.Band(
        kind=kind,
        name=name,
        actual=name,
        parts=(games, f"ID {frame.short_id(snapshot.report_id)}"),
        fields=(
            frame.Field(words.text("Played"), played),
            frame.Field(words.text("Players"), words.number(snapshot.players)),
            frame.Field(words.text("Generated"), words.moment(snapshot.generated_time)),
        ),
    )


def _cards(words: Language, snapshot: SeasonSnapshot) -> list[Card]:
    ended = snapshot.red_wins + snapshot.black_wins + snapshot.draws
    length = words.minutes(snapshot.play_time / ended) if ended else NONE
    return [
        Card(words.text("Games"), words.number(ended), words.plural("{count} void", "{count} void", snapshot.voids)),
        Card(words.text("Red won"), words.number(snapshot.red_wins), _share(words, snapshot, snapshot.red_wins)),
        Card(words.text("Black won"), words.number(snapshot.black_wins), _share(words, snapshot, snapshot.black_wins)),
        Card(words.text("Draws"), words.number(snapshot.draws), words.text("neither won nor lost")),
        Card(
            words.text("Play time"),
            words.hours(snapshot.play_time) if ended else NONE,
            words.text("{length} a game", length=length) if ended else words.text("no games yet"),
        ),
    ]


def _share(words: Language, snapshot: SeasonSnapshot, wins: int) -> str:
    decided = snapshot.red_wins + snapshot.black_wins
    return (
        words.text("{share} of decided", share=words.percent(wins / decided)) if decided else words.text("none decided")
    )


def _results(flow: Flow, snapshot: SeasonSnapshot) -> None:
    words = flow.words
    panel = flow.panel(words.text("Results"), x=MARGIN, width=_NARROW, height=_CHART_HEIGHT)
    parts = [
        charts.Part(words.text("Black won"), snapshot.black_wins, charts.DARK),
        charts.Part(words.text("Red won"), snapshot.red_wins, charts.BRIGHT),
        charts.Part(words.text("Draws"), snapshot.draws, charts.PALE),
    ]
    decided = snapshot.red_wins + snapshot.black_wins
    rate = words.percent(snapshot.red_wins / decided if decided else None)
    counts = words.listed(f"{part.word}: {words.number(part.count)}" for part in parts)
    alt = words.text("Ring of results. {counts}. Win rate of red: {rate}.", counts=counts, rate=rate)
    with flow.canvas.figure(panel.x, panel.top, panel.width, panel.height - 36, alt=alt):
        centre = (panel.left + 43, panel.y + 90)
        charts.donut(flow.canvas, centre, parts, radius=43, value=rate, caption=words.text("red"))
        charts.legend(flow.canvas, words, (panel.left + 98, panel.y + 69), parts, width=panel.inner_width - 98)
    shown = figures.latest_weeks(snapshot.weeks, snapshot.scope, snapshot.generated_time)
    # Columns stand on the dark of the pair, which is black's.
    shown = [replace(week, wins=week.losses, losses=week.wins) for week in shown]
    weekly(flow, shown, parts, x=MARGIN + _NARROW + GAP, width=CONTENT_WIDTH - _NARROW - GAP)


def _roles_and_records(flow: Flow, snapshot: SeasonSnapshot) -> None:
    words = flow.words
    wide = 258.0
    panel = flow.panel(words.text("Win rate by role"), x=MARGIN, width=wide, height=_ROLE_HEIGHT)
    role_rates(flow, panel, {entry.role: entry.tally for entry in snapshot.roles})
    left, width = MARGIN + wide + GAP, CONTENT_WIDTH - wide - GAP
    panel = flow.panel(words.text("Records"), x=left, width=width, height=_ROLE_HEIGHT)
    if not snapshot.records:
        notice(flow.canvas, panel, words.text("Nobody yet"))
        return
    columns = [
        Column(words.text("For")),
        Column(words.text("Player"), gives=True),
        Column(words.text("How much"), right=True),
    ]
    rows = [
        (
            Cell(terms.records(words)[record.kind]),
            player(words, record.display_name, record.username),
            Cell(_record(words, record), CELL_STRONG),
        )
        for record in snapshot.records
    ]
    look = Look(_ROW_HEIGHT, shaded=False)
    Table(flow.canvas, panel.left, panel.inner_width, columns, rows, look).draw(panel.y + 30)


def _record(words: Language, record: SeasonRecord) -> str:
    if record.kind is RecordKind.BEST_WIN_RATE:
        return words.percent(record.value)
    if record.kind is RecordKind.MOST_POINTS:
        return words.points(record.value)
    if record.kind is RecordKind.MOST_WINS_ABOVE_CLUB:
        return words.signed(record.value)
    return words.number(record.value)


def _calibration(flow: Flow, calibration: Calibration) -> None:
    words, canvas = flow.words, flow.canvas
    title = words.text("How well the ratings foretold the games")
    panel = flow.panel(title, x=MARGIN, width=CONTENT_WIDTH, height=_CALIBRATION_HEIGHT)
    spoken = words.listed(_bin(words, item.mean_chance, item.red_wins, item.games) for item in calibration.bins)
    alt = words.text("Chance given to red before the game, and how often red won. {bins}.", bins=spoken)
    side = 112.0
    with canvas.figure(panel.x, panel.top, side + 70, panel.height - 36, alt=alt):
        curves.calibration(canvas, words, (panel.left + 30, panel.y + 40), calibration.bins, side=side)
        caption = words.text("red's chance, and how often red won")
        for number, line in enumerate(wrap(caption, NOTE, side + 40, max_lines=2)):
            canvas.text(panel.left + 30 + side / 2, panel.y + 40 + side + 22 + number * 9, line, align="center")
    _judgement(canvas, words, panel, calibration, left=panel.left + side + 70)


def _judgement(canvas: Canvas, words: Language, panel: Panel, calibration: Calibration, *, left: float) -> None:
    width = panel.right - left
    columns = [Column(words.text("Measure"), gives=True), Column(words.text("Value"), right=True)]
    rows = [
        (Cell(words.text("Rated games")), Cell(words.number(calibration.games))),
        (Cell(words.text("Logarithmic loss of the ratings")), Cell(words.number(calibration.log_loss, digits=3))),
        (Cell(words.text("… of always saying red's share")), Cell(words.number(calibration.base_log_loss, digits=3))),
        (Cell(words.text("Brier score of the ratings")), Cell(words.number(calibration.brier, digits=3))),
    ]
    bottom = Table(canvas, left, width, columns, rows, Look(_ROW_HEIGHT, shaded=False)).draw(panel.y + 34)
    text = words.text(
        "On the diagonal the chances were right. Smaller losses are better; ratings that know nothing do no better "
        "than the share."
    )
    with canvas.element("P"):
        for number, line in enumerate(wrap(text, BODY.coloured(MUTED), width, max_lines=3)):
            canvas.text(left, bottom + 18 + number * 12.5, line)


def _bin(words: Language, chance: float, wins: int, games: int) -> str:
    rate = words.percent(wins / games)
    return words.text("{chance}: {rate} of {games}", chance=words.percent(chance), rate=rate, games=words.number(games))


def _standings(flow: Flow, snapshot: SeasonSnapshot) -> None:
    words = flow.words
    title = words.text("Standings by points")
    if not snapshot.standings:
        flow.heading(title, keep=30)
        flow.paragraph(words.text("Players appear here once their games have been recorded."))
        flow.y += 8
        return
    note = words.plural("{count} player", "{count} players", snapshot.total)
    if snapshot.total > len(snapshot.standings):
        shown, total = words.number(len(snapshot.standings)), words.number(snapshot.total)
        note = words.text("first {shown} of {total}", shown=shown, total=total)
    flow.heading(title, note=note, keep=18 + 3 * _ROW_HEIGHT)
    columns = [
        Column(words.text("Place"), right=True),
        Column(words.text("Player"), gives=True),
        Column(words.text("Points"), right=True),
        Column(words.text("Games"), right=True),
        Column(words.text("Wins"), right=True),
        Column(words.text("Losses"), right=True),
        Column(words.text("Win rate"), right=True),
        Column(words.text("Above club"), right=True),
        Column(words.text("Rating, lower edge"), right=True),
    ]
    rows = [_standing(words, line) for line in snapshot.standings]
    Table(flow.canvas, MARGIN, CONTENT_WIDTH, columns, rows, Look(_ROW_HEIGHT)).flow(flow)
    flow.y += 16


def _standing(words: Language, line: StandingLine) -> Sequence[Cell]:
    return (
        Cell(words.number(line.rank)),
        player(words, line.display_name, line.username),
        Cell(words.points(line.points), CELL_STRONG),
        Cell(words.number(line.sessions)),
        Cell(words.number(line.wins)),
        Cell(words.number(line.losses)),
        Cell(words.percent(line.win_rate)),
        Cell(words.signed(line.wins_above_club)),
        Cell(NONE if line.rating_bound is None else words.number(line.rating_bound)),
    )
