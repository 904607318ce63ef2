"""The report of a player: who they are, how they have played, and their latest games."""

from __future__ import annotations

from collections.abc import Sequence

from report_service.document import charts, closing, figures, frame, player_details, terms
from report_service.document.canvas import Canvas
from report_service.document.curves import Rate, rate_keys, rates
from report_service.document.language import NONE, Language
from report_service.document.layout import GAP, NOTICE_HEIGHT, Card, Flow, Panel, notice
from report_service.document.palette import CELL, CELL_STRONG, CONTENT_WIDTH, MARGIN, MUTED, NOTE
from report_service.document.snapshot import PlayerSnapshot, Role, Scope, Stats, Tally, Week
from report_service.document.table import Cell, Column, Look, Table
from report_service.document.text import clean

_NARROW = 208.0
_CHART_HEIGHT = 152.0
_ROLE_HEIGHT = 140.0


def draw(canvas: Canvas, words: Language, snapshot: PlayerSnapshot, *, address: str) -> str:
    """Draw the report and return its title. `address` is where the code on it leads."""
    name = terms.called(words, snapshot.display_name, snapshot.username)
    kind = words.text("Player report")
    frame.draw_band(canvas, _band(words, snapshot, name, kind))

    def continued() -> float:
        return frame.draw_continued(canvas, name=name, kind=kind)

    y = frame.draw_own_words(canvas, frame.BELOW_BAND, clean(snapshot.about))
    flow = Flow(canvas, words, y=y, continued=continued)
    flow.cards(_cards(words, snapshot.stats))
    if snapshot.stats:
        with flow.row(_CHART_HEIGHT):
            _results(flow, snapshot, snapshot.stats)
        with flow.row(_ROLE_HEIGHT):
            _roles(flow, snapshot.stats)
    else:
        with flow.row(NOTICE_HEIGHT):
            panel = flow.panel(words.text("Results"), x=MARGIN, width=CONTENT_WIDTH, height=NOTICE_HEIGHT)
            notice(canvas, panel, words.text("Statistics are private"))
    player_details.draw(flow, snapshot)
    formulas = closing.formulas(words) if _has_figures(snapshot) else ()
    closing.draw(flow, report_id=snapshot.report_id, address=address, paragraphs=formulas)
    frame.draw_footers(canvas, words, report_id=snapshot.report_id, made=snapshot.generated_time)
    return f"{kind}: {name}"


def covered(words: Language, scope: Scope) -> str:
    """Return which games a report covers, nothing when it covers all."""
    parts = [words.text("Season {season}", season=clean(scope.season))] if scope.season else []
    if scope.kind:
        parts.append(terms.kinds(words)[scope.kind])
    if scope.start_time and scope.end_time:
        first, last = words.day(scope.start_time), words.day(scope.end_time)
        parts.append(words.text("from {first} to before {last}", first=first, last=last))
    elif scope.start_time:
        parts.append(words.text("from {first}", first=words.day(scope.start_time)))
    elif scope.end_time:
        parts.append(words.text("before {last}", last=words.day(scope.end_time)))
    return words.listed(parts)


def _has_figures(snapshot: PlayerSnapshot) -> bool:
    """Return whether there is anything to explain."""
    played = snapshot.stats and snapshot.stats.overall.sessions
    return bool(played or snapshot.games or snapshot.partners or snapshot.opponents)


def _band(words: Language, snapshot: PlayerSnapshot, name: str, kind: str) -> frame.Band:
    scope, username = covered(words, snapshot.scope), clean(snapshot.username)
    return frame.Band(
        kind=f"{kind}  ·  {scope}" if scope else kind,
        name=name,
        actual=snapshot.display_name if clean(snapshot.display_name) else name,
        parts=(
            f"@{username}" if username else "",
            f"ID {frame.short_id(snapshot.report_id)}",
            terms.genders(words)[snapshot.gender],
            clean(snapshot.email or ""),
        ),
        fields=(
            frame.Field(words.text("City"), clean(snapshot.city), gives=True),
            frame.Field(words.text("Club"), clean(snapshot.club), gives=True),
            frame.Field(words.text("Member since"), words.day(snapshot.member_since)),
            frame.Field(words.text("Generated"), words.moment(snapshot.generated_time)),
        ),
        portrait=frame.Portrait(name, snapshot.avatar),
    )


def _cards(words: Language, stats: Stats | None) -> list[Card]:
    labels = (
        words.text("Games"),
        words.text("Wins"),
        words.text("Losses"),
        words.text("Win rate"),
        words.text("Play time"),
    )
    if stats is None:
        return [Card(label, NONE, words.text("private")) for label in labels]
    tally = stats.overall
    if not tally.sessions:
        none = words.text("no games yet")
        return [Card(label, value, none) for label, value in zip(labels, ("0", "0", "0", NONE, NONE), strict=True)]
    values = (
        words.number(tally.sessions),
        words.number(tally.wins),
        words.number(tally.losses),
        words.percent(tally.win_rate, digits=1),
        words.hours(tally.play_time),
    )
    return [Card(*parts) for parts in zip(labels, values, _notes(words, tally), strict=True)]


def _notes(words: Language, tally: Tally) -> tuple[str, ...]:
    interval = tally.win_interval
    return (
        words.plural("{count} drawn", "{count} drawn", tally.draws),
        words.text("{share} of games", share=words.percent(tally.wins / tally.sessions)),
        words.text("{share} of games", share=words.percent(tally.losses / tally.sessions)),
        words.text("95%: {low} to {high}", low=words.percent(interval.low), high=words.percent(interval.high))
        if interval
        else words.text("none decided"),
        words.text("{length} a game", length=words.minutes(tally.play_time / tally.sessions)),
    )


def _results(flow: Flow, snapshot: PlayerSnapshot, stats: Stats) -> None:
    words = flow.words
    parts = [
        charts.Part(words.text("Wins"), stats.overall.wins, charts.DARK),
        charts.Part(words.text("Losses"), stats.overall.losses, charts.BRIGHT),
        charts.Part(words.text("Draws"), stats.overall.draws, charts.PALE),
    ]
    panel = flow.panel(words.text("Results"), x=MARGIN, width=_NARROW, height=_CHART_HEIGHT)
    _donut(flow, panel, parts, stats.overall)
    left, width = MARGIN + _NARROW + GAP, CONTENT_WIDTH - _NARROW - GAP
    if snapshot.games is None:
        panel = flow.panel(words.text("Games per week"), x=left, width=width, height=_CHART_HEIGHT)
        notice(flow.canvas, panel, words.text("Games are private"))
        return
    shown = figures.latest_weeks(snapshot.weeks, snapshot.scope, snapshot.generated_time)
    weekly(flow, shown, parts, x=left, width=width)


def weekly(flow: Flow, shown: Sequence[Week], parts: Sequence[charts.Part], *, x: float, width: float) -> None:
    """Draw a panel with the columns of the weeks, whose words and paints are those of the parts."""
    words, canvas = flow.words, flow.canvas
    first, last = words.day(shown[0].start_time), words.day(shown[-1].start_time)
    note = words.text("ISO weeks from {first} to {last}", first=first, last=last)
    panel = flow.panel(words.text("Games per week"), x=x, width=width, height=_CHART_HEIGHT, note=note)
    totals = [sum(getattr(week, name) for week in shown) for name in ("wins", "losses", "draws")]
    counts = words.listed(f"{part.word}: {words.number(total)}" for part, total in zip(parts, totals, strict=True))
    alt = words.text("Columns of games in each week. {note}. In all {counts}.", note=note, counts=counts)
    left, inner = panel.left + 14, panel.inner_width - 14
    with canvas.figure(panel.x, panel.top, panel.width, panel.height - 36, alt=alt):
        charts.weeks(canvas, words, (left, panel.y + 40), shown, width=inner, height=78)
        if not any(totals):
            none = words.text("No games in these weeks")
            canvas.text(left + inner / 2, panel.y + 102, none, style=NOTE, align="center")
        charts.keys(canvas, (left, panel.y + 135), [(part.word, part.paint) for part in parts], width=inner)


def _donut(flow: Flow, panel: Panel, parts: Sequence[charts.Part], tally: Tally) -> None:
    words = flow.words
    counts = words.listed(f"{part.word}: {words.number(part.count)}" for part in parts)
    rate = words.percent(tally.win_rate)
    alt = words.text("Ring of results. {counts}. Win rate: {rate}.", counts=counts, rate=rate)
    with flow.canvas.figure(panel.x, panel.top, panel.width, panel.height - 36, alt=alt):
        centre = (panel.left + 43, panel.y + 90)
        caption = words.text("win rate")
        charts.donut(flow.canvas, centre, parts, radius=43, value=rate, caption=caption)
        charts.legend(flow.canvas, words, (panel.left + 98, panel.y + 69), parts, width=panel.inner_width - 98)


def _roles(flow: Flow, stats: Stats) -> None:
    words = flow.words
    wide = 258.0
    left, width = MARGIN + wide + GAP, CONTENT_WIDTH - wide - GAP
    panel = flow.panel(words.text("Win rate by role"), x=MARGIN, width=wide, height=_ROLE_HEIGHT)
    role_rates(flow, panel, {entry.role: entry.tally for entry in stats.roles})
    panel = flow.panel(words.text("Results by role"), x=left, width=width, height=_ROLE_HEIGHT)
    columns = [
        Column(words.text("Role")),
        Column(words.text("Games"), right=True),
        Column(words.text("Wins"), right=True),
        Column(words.text("Above club"), right=True),
        Column(words.text("Points"), right=True),
    ]
    rows = _role_rows(words, stats)
    Table(flow.canvas, panel.left, panel.inner_width, columns, rows, Look(20, shaded=False)).draw(panel.y + 31)


def role_rates(flow: Flow, panel: Panel, tallies: dict[Role, Tally]) -> None:
    """Draw the rate of each role with its interval and the club's rate."""
    words = flow.words
    shown, spoken = [], []
    for role, name in terms.roles(words).items():
        tally = tallies.get(role)
        counts = words.text("none decided") if tally and tally.sessions else words.text("not played")
        if tally and tally.win_rate is not None:
            wins, games = words.number(tally.wins), words.number(tally.wins + tally.losses)
            counts = words.text("{wins} of {games}", wins=wins, games=games)
        tally = tally or Tally()
        shown.append(Rate(name, tally.win_rate, tally.win_interval, tally.club_win_rate, counts))
        spoken.append(f"{name}: {words.percent(tally.win_rate)} ({counts})")
    alt = words.text("Win rates by role, 0 to 100%. {rates}.", rates=words.listed(spoken))
    with flow.canvas.figure(panel.x, panel.top - 2, panel.width, panel.height - 34, alt=alt):
        rates(flow.canvas, words, (panel.left, panel.y + 34), shown, width=panel.inner_width, label=52)
    if any(rate.baseline is not None for rate in shown):
        with flow.canvas.decoration():
            rate_keys(flow.canvas, words, (panel.right, panel.y + 22))


def _role_rows(words: Language, stats: Stats) -> list[Sequence[Cell]]:
    entries = {entry.role: entry for entry in stats.roles}
    rows: list[Sequence[Cell]] = []
    for role, name in terms.roles(words).items():
        entry = entries.get(role)
        if entry is None:
            rows.append([Cell(name, CELL_STRONG), *[Cell(NONE, CELL.coloured(MUTED))] * 4])
            continue
        tally = entry.tally
        values = (
            words.number(tally.sessions),
            words.number(tally.wins),
            words.signed(tally.wins_above_club),
            words.points(entry.points),
        )
        rows.append([Cell(name, CELL_STRONG), *map(Cell, values)])
    return rows
