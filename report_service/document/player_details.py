"""The further pages of a player's report: rating, time, survival, points, play, company, and the latest games."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from report_service.document import charts, curves, figures, terms
from report_service.document.language import NONE, Language
from report_service.document.layout import NOTICE_HEIGHT, PADDING, Flow, Panel, notice
from report_service.document.palette import CELL, CELL_STRONG, CONTENT_WIDTH, LOSS_TEXT, MARGIN, MUTED, NOTE, WIN
from report_service.document.shaping import fit
from report_service.document.snapshot import (
    Companion,
    Fate,
    GameLine,
    Hits,
    PlayerSnapshot,
    Rating,
    Result,
    Scope,
    Stats,
)
from report_service.document.table import Cell, Column, Look, Table, player

GAMES_SHOWN = 50
_RATING_HEIGHT = 168.0
_CHART_HEIGHT = 158.0
_ROW_HEIGHT = 17.0
_POINTS_DRAWN = 160
_LATEST_ROUND = 7
_Rated = tuple[datetime, float, float]
_RESULT_COLOURS = {Result.WIN: WIN, Result.LOSS: LOSS_TEXT, Result.DRAW: MUTED, Result.VOID: MUTED}


def draw(flow: Flow, snapshot: PlayerSnapshot) -> None:
    """Draw all of them, each where there is something to tell."""
    stats = snapshot.stats
    if stats and stats.overall.sessions:
        if stats.rating:
            _rating(flow, snapshot, stats.rating)
        _playing(flow, snapshot, stats)
    if snapshot.partners or snapshot.opponents:
        _company(flow, snapshot)
    _games(flow, snapshot)


def _rating(flow: Flow, snapshot: PlayerSnapshot, now: Rating) -> None:
    words = flow.words
    points = [
        (game.start_time, game.rating_after, game.deviation_after)
        for game in reversed(snapshot.games or ())
        if game.rating_after is not None and game.deviation_after is not None
    ]
    height = _RATING_HEIGHT if points else NOTICE_HEIGHT
    with flow.row(height):
        note = _rating_note(words, snapshot, now, points[-1:])
        panel = flow.panel(words.text("Rating"), x=MARGIN, width=CONTENT_WIDTH, height=height, note=note)
        if points:
            _rating_line(flow, panel, points)
        else:
            notice(flow.canvas, panel, words.text("The games behind it are not shown"))


def _rating_line(flow: Flow, panel: Panel, points: Sequence[_Rated]) -> None:
    words = flow.words
    alt = words.text(
        "Line of the rating over {count} games, from {first} to {last}, with twice its deviation, {deviation} on "
        "{day}.",
        count=words.number(len(points)),
        first=words.number(points[0][1]),
        last=words.number(points[-1][1]),
        deviation=words.number(points[-1][2]),
        day=words.day(points[-1][0]),
    )
    with flow.canvas.figure(panel.x, panel.top, panel.width, panel.height - 36, alt=alt):
        at, width = (panel.left + 27, panel.y + 38), panel.inner_width - 27 - 34
        thinned = figures.thinned(points, _POINTS_DRAWN)
        curves.band(flow.canvas, words, at, thinned, width=width, height=_RATING_HEIGHT - 62)


def _rating_note(words: Language, snapshot: PlayerSnapshot, now: Rating, last: Sequence[_Rated]) -> str:
    """Tell the rating: that of now with its peak, or of a report of some games that after the last of them."""
    when, rating, deviation = snapshot.generated_time, now.rating, now.deviation
    whole = snapshot.scope == Scope()
    if last and not whole:
        [(when, rating, deviation)] = last
    told = {"rating": words.number(rating), "deviation": words.number(deviation)}
    if whole:
        parts = [words.text("{rating} ± {deviation}", **told)]
    else:
        parts = [words.text("{rating} ± {deviation} on {day}", **told, day=words.day(when))]
    if now.provisional:
        parts.append(words.text("provisional"))
    if snapshot.place:
        rank, total = words.number(snapshot.place.rank), words.number(snapshot.place.total)
        parts.append(words.text("rank {rank} of {total}", rank=rank, total=total))
    if now.peak is not None and whole:
        parts.append(words.text("peak {rating}", rating=words.number(now.peak)))
    return "  ·  ".join(parts)


def _playing(flow: Flow, snapshot: PlayerSnapshot, stats: Stats) -> None:
    words = flow.words
    (left, width), (middle, _) = flow.halves()
    with flow.row(_CHART_HEIGHT):
        panel = flow.panel(words.text("Hours played"), x=left, width=width, height=_CHART_HEIGHT)
        _hours(flow, panel, snapshot)
        panel = flow.panel(
            words.text("How the games ended for the player"), x=middle, width=width, height=_CHART_HEIGHT
        )
        _endings(flow, panel, stats)
    facts, ledger = _facts(words, stats), _ledger(words, stats)
    height = 31 + 18 + _ROW_HEIGHT * max(len(facts), len(ledger)) + 10
    with flow.row(height):
        panel = flow.panel(words.text("Points"), x=left, width=width, height=height)
        columns = [Column(words.text("For"), gives=True), Column(words.text("Points"), right=True)]
        Table(flow.canvas, panel.left, panel.inner_width, columns, ledger, Look(shaded=False)).draw(panel.y + 31)
        panel = flow.panel(words.text("At the table"), x=middle, width=width, height=height)
        columns = [Column(words.text("What"), gives=True), Column(words.text("How often"), right=True)]
        Table(flow.canvas, panel.left, panel.inner_width, columns, facts, Look(shaded=False)).draw(panel.y + 31)


def _hours(flow: Flow, panel: Panel, snapshot: PlayerSnapshot) -> None:
    words = flow.words
    points = figures.running_hours(snapshot.weeks)
    if not points:
        notice(flow.canvas, panel, words.text("The games behind it are not shown"))
        return
    first, last = words.day(points[0][0]), words.day(points[-1][0])
    hours = words.number(points[-1][1], digits=1)
    alt = words.text(
        "Area of the hours played, from {first} to {last}: {hours} h.", first=first, last=last, hours=hours
    )
    with flow.canvas.figure(panel.x, panel.top, panel.width, panel.height - 36, alt=alt):
        at = (panel.left + 22, panel.y + 42)
        curves.area(flow.canvas, words, at, points, width=panel.inner_width - 24, height=_CHART_HEIGHT - 66)


def _endings(flow: Flow, panel: Panel, stats: Stats) -> None:
    """Draw a column for each round, by day and by night, and one each for who was removed and who survived."""
    words, canvas = flow.words, flow.canvas
    counts: Counter[tuple[Fate, int]] = Counter()
    for ending in stats.endings:
        counts[ending.fate, min(ending.round, _LATEST_ROUND)] += ending.count
    if not counts:
        notice(canvas, panel, words.text("No game told how it ended for the player"))
        return
    stacks, spoken = _ending_stacks(words, counts)
    items = [
        (words.text("voted out"), charts.DARK),
        (words.text("killed"), charts.BRIGHT),
        (words.text("other"), charts.PALE),
    ]
    alt = words.text("Columns of how the games ended for the player, by round. {counts}.", counts=words.listed(spoken))
    with canvas.figure(panel.x, panel.top, panel.width, panel.height - 36, alt=alt):
        at, width, height = (panel.left + 28, panel.y + 40), panel.inner_width - 28, _CHART_HEIGHT - 78
        charts.columns(canvas, words, at, stacks, width=width, height=height)
        canvas.text(at[0] - 3, at[1] + height + 10, fit(words.text("round"), NOTE, 25), align="right")
        charts.keys(canvas, (at[0], panel.y + _CHART_HEIGHT - 18), items, width=width)


def _ending_stacks(words: Language, counts: Counter[tuple[Fate, int]]) -> tuple[list[charts.Stack], list[str]]:
    stacks, spoken = [], []
    last = max((number for fate, number in counts if fate in (Fate.VOTED_OUT, Fate.KILLED)), default=1)
    for number in range(0 if counts[Fate.VOTED_OUT, 0] + counts[Fate.KILLED, 0] else 1, last + 1):
        voted, killed = counts[Fate.VOTED_OUT, number], counts[Fate.KILLED, number]
        label = f"{words.number(number)}{'+' if number == _LATEST_ROUND else ''}" if number else "?"
        stacks.append(charts.Stack((voted, killed, 0), label))
        told = f"{words.text('voted out')} {words.number(voted)}, {words.text('killed')} {words.number(killed)}"
        spoken.append(f"{label}: {told}")
    by_fate: Counter[Fate] = Counter()
    for (fate, _), count in counts.items():
        by_fate[fate] += count
    removed = by_fate[Fate.REMOVED_BY_FOULS] + by_fate[Fate.REMOVED_BY_JUDGE]
    for word, count in ((words.text("removed"), removed), (words.text("survived"), by_fate[Fate.SURVIVED])):
        stacks.append(charts.Stack((0, 0, count), word, share=2.0))
        spoken.append(f"{word}: {words.number(count)}")
    return stacks, spoken


def _ledger(words: Language, stats: Stats) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = [
        (Cell(terms.reasons(words)[entry.reason]), Cell(words.points(entry.points))) for entry in stats.ledger
    ]
    return [*rows, (Cell(words.text("Total"), CELL_STRONG), Cell(words.points(stats.points), CELL_STRONG))]


def _facts(words: Language, stats: Stats) -> list[Sequence[Cell]]:
    play, form = stats.play, stats.form
    moves = words.series([words.number(count) for count in reversed(play.best_moves)])
    fouls = NONE if play.fouls_per_game is None else words.number(play.fouls_per_game, digits=2)
    longest = words.series([words.number(form.longest_wins), words.number(form.longest_losses)])
    run = words.plural("{count} win", "{count} wins", form.current_run)
    if form.current_run < 0:
        run = words.plural("{count} loss", "{count} losses", -form.current_run)
    told = (
        (words.text("Killed in the first night"), _first_kills(words, stats)),
        (words.text("Best moves: 3 · 2 · 1 · 0 black"), moves if any(play.best_moves) else NONE),
        (words.text("Sheriff's checks that found black"), _hits(words, play.sheriff_checks)),
        (words.text("Don's checks that found the sheriff"), _hits(words, play.don_checks)),
        (words.text("Votes for black, as red"), _hits(words, play.votes)),
        (words.text("Fouls a game"), fouls),
        (words.text("Current run"), run if form.current_run else NONE),
        (words.text("Longest runs of wins · losses"), longest),
    )
    return [(Cell(label), Cell(value)) for label, value in told]


def _first_kills(words: Language, stats: Stats) -> str:
    if stats.play.first_kill_rate is None:
        return NONE
    rate = words.percent(stats.play.first_kill_rate)
    return words.text("{count} ({share} as red)", count=words.number(stats.play.first_kills), share=rate)


def _hits(words: Language, hits: Hits) -> str:
    if not hits.count:
        return NONE
    return words.text("{wins} of {games}", wins=words.number(hits.hits), games=words.number(hits.count))


def _company(flow: Flow, snapshot: PlayerSnapshot) -> None:
    words = flow.words
    (left, width), (middle, _) = flow.halves()
    partners = _companions(flow, snapshot.partners, x=left + PADDING, width=width - 2 * PADDING)
    opponents = _companions(flow, snapshot.opponents, x=middle + PADDING, width=width - 2 * PADDING)
    heads = max(partners.head_height, opponents.head_height)
    height = 31 + heads + _ROW_HEIGHT * max(len(snapshot.partners), len(snapshot.opponents)) + 10
    with flow.row(height):
        for x, title, company, table in (
            (left, words.text("Most often on one side with"), snapshot.partners, partners),
            (middle, words.text("Most often against"), snapshot.opponents, opponents),
        ):
            panel = flow.panel(title, x=x, width=width, height=height)
            if company:
                table.draw(panel.y + 31)
            else:
                notice(flow.canvas, panel, words.text("Nobody yet"))


def _companions(flow: Flow, company: Sequence[Companion], *, x: float, width: float) -> Table:
    words = flow.words
    columns = [
        Column(words.text("Player"), gives=True),
        Column(words.text("Games"), right=True),
        Column(words.text("Wins"), right=True),
        Column(words.text("Win rate"), right=True),
    ]
    rows = [
        (
            player(words, who.display_name, who.username),
            Cell(words.number(who.tally.sessions)),
            Cell(words.number(who.tally.wins)),
            Cell(words.percent(who.tally.win_rate)),
        )
        for who in company
    ]
    return Table(flow.canvas, x, width, columns, rows, Look(shaded=False))


def _games(flow: Flow, snapshot: PlayerSnapshot) -> None:
    words = flow.words
    title = words.text("Recent games")
    if not snapshot.games:
        flow.heading(title, keep=50)
        private = snapshot.games is None
        flow.paragraph(
            words.text("The player does not show to others which games they sat in.")
            if private
            else words.text("Games appear here, newest first, once they have been played and recorded.")
        )
        flow.y += 8
        return
    shown = snapshot.games[:GAMES_SHOWN]
    total = max(snapshot.stats.overall.sessions if snapshot.stats else 0, len(snapshot.games))
    note = words.plural("{count} game", "{count} games", total)
    if total > len(shown) and snapshot.stats is None:
        # How many there are is among what is hidden.
        note = ""
    elif total > len(shown):
        note = words.text("latest {shown} of {total}", shown=words.number(len(shown)), total=words.number(total))
    flow.heading(title, note=note, keep=18 + 3 * _ROW_HEIGHT)
    rows = [_game(words, game) for game in shown]
    Table(flow.canvas, MARGIN, CONTENT_WIDTH, _game_columns(words), rows, Look(_ROW_HEIGHT)).flow(flow)
    flow.y += 16


def _game_columns(words: Language) -> list[Column]:
    return [
        Column(words.text("Date")),
        Column(words.text("Start"), right=True),
        Column(words.text("Seat"), right=True),
        Column(words.text("Role")),
        Column(words.text("Result")),
        Column(words.text("Left the game"), gives=True),
        Column(words.text("Points"), right=True),
        Column(words.text("Rating"), right=True),
        Column(words.text("Length"), right=True),
    ]


def _game(words: Language, game: GameLine) -> Sequence[Cell]:
    change = None
    if game.rating_after is not None and game.rating_before is not None:
        change = game.rating_after - game.rating_before
    return (
        Cell(words.day(game.start_time)),
        Cell(words.clock(game.start_time)),
        Cell(words.number(game.seat)),
        Cell(terms.roles(words)[game.role]),
        Cell(terms.results(words)[game.result], CELL_STRONG.coloured(_RESULT_COLOURS[game.result])),
        Cell(terms.fate(words, game.fate, game.fate_round) or NONE, CELL.coloured(MUTED)),
        Cell(words.points(game.points)),
        Cell(words.signed(change, digits=0)),
        Cell(words.minutes(game.duration)),
    )
