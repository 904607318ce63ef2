"""A player's report as words, tables and charts in their order: what every engine is given to set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from bench.peers import charts
from bench.peers.marks import INK, LOSS_TEXT, MUTED, WIN, Drawing
from report_service.document import closing, figures
from report_service.document.language import Language, language
from report_service.document.snapshot import Companion, Fate, GameLine, PlayerSnapshot, Result, Role, Stats

GAP, WIDTH, PADDING = 12.0, 515.28, 14.0
HALF = (WIDTH - GAP) / 2
_GAMES = 50
_RESULTS = {Result.WIN: WIN, Result.LOSS: LOSS_TEXT}
_ENGLISH: Language = language("en")


class Cell(NamedTuple):
    """A place of a table."""

    text: str
    colour: str = INK
    strong: bool = False


class Grid(NamedTuple):
    """A table: titles, widths as shares, which columns are flush right, and rows."""

    titles: Sequence[str]
    widths: Sequence[float]
    right: Sequence[bool]
    rows: Sequence[Sequence[Cell]]
    kind: str = "grid"


class Panel(NamedTuple):
    """A framed part with a title."""

    title: str
    note: str
    width: float
    height: float
    inside: Drawing | Grid


class Content(NamedTuple):
    """Everything in its order."""

    title: str
    kind: str
    name: str
    handle: str
    fields: Sequence[tuple[str, str]]
    about: str
    cards: Sequence[tuple[str, str, str]]
    rows: Sequence[Sequence[Panel]]
    games_note: str
    games: Grid
    paragraphs: Sequence[str]
    advice: str
    report_id: str
    address: str
    code: Drawing
    footer: str


def content(player: PlayerSnapshot, address: str) -> Content:
    """Return what the report says. In English only: no other engine is made to translate."""
    stats, games = player.stats, player.games or ()
    if stats is None:
        raise ValueError("a player whose statistics are private has no charts to compare")
    made = f"{player.generated_time:%d %b %Y, %H:%M} UTC"
    since = f"{player.member_since:%d %b %Y}"
    return Content(
        title=f"Player report: {player.display_name}",
        kind="PLAYER REPORT",
        name=player.display_name,
        handle=f"@{player.username}  ·  Female  ·  {player.email}  ·  ID {player.report_id[:8]}",
        fields=(("CITY", player.city), ("CLUB", player.club), ("MEMBER SINCE", since), ("GENERATED", made)),
        about=player.about,
        cards=_cards(stats),
        rows=_rows(player, stats),
        games_note=f"latest {_GAMES} of {len(games)}",
        games=_games(games[:_GAMES]),
        paragraphs=closing.formulas(_ENGLISH),
        advice="Scan the code, or ask the club with the number below. It tells whether and when it issued this report, "
        "and the SHA-256 of the file as it was issued: one that was changed has another.",
        report_id=player.report_id,
        address=address,
        code=charts.code(address, side=78),
        footer=f"Report {player.report_id[:8]}  ·  {made}",
    )


def as_data(value: Any) -> Any:
    """Return it as what JSON knows."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: as_data(entry) for name, entry in value._asdict().items()}
    return [as_data(entry) for entry in value] if isinstance(value, list | tuple) else value


def _cards(stats: Stats) -> list[tuple[str, str, str]]:
    tally = stats.overall
    hours = tally.play_time.total_seconds() / 3600
    low, high = (tally.win_interval.low, tally.win_interval.high) if tally.win_interval else (0, 1)
    return [
        ("GAMES", str(tally.sessions), f"{tally.draws} drawn"),
        ("WINS", str(tally.wins), f"{tally.wins / tally.sessions:.0%} of games"),
        ("LOSSES", str(tally.losses), f"{tally.losses / tally.sessions:.0%} of games"),
        ("WIN RATE", f"{tally.win_rate or 0:.1%}", f"95 %: {low:.0%} to {high:.0%}"),
        ("PLAY TIME", f"{hours:.0f} h", f"{hours * 60 / tally.sessions:.0f} min a game"),
    ]


def _rows(player: PlayerSnapshot, stats: Stats) -> list[list[Panel]]:
    weeks = figures.latest_weeks(player.weeks, player.scope, player.generated_time)
    points = [(g.start_time, g.rating_after or 0, g.deviation_after or 0) for g in reversed(player.games or ())]
    roles, wide = stats.roles, WIDTH - GAP - 258
    half = HALF - 2 * PADDING
    rest = WIDTH - GAP - 196
    note = f"{points[-1][1]:,.0f} ± {points[-1][2]:.0f}"
    ended = charts.endings(_endings(stats), width=half, height=120)
    hours = charts.hours(figures.running_hours(player.weeks), width=half, height=120)
    return [
        [
            Panel("Results", "", 196, 152, charts.donut(stats.overall, width=168, height=116)),
            Panel("Games per week", "ISO weeks", rest, 152, charts.weeks(weeks, width=rest - 28, height=116)),
        ],
        [
            Panel("Win rate by role", "", 258, 140, charts.rates(roles, width=230, height=104)),
            Panel("Results by role", "", wide, 140, _roles(stats)),
        ],
        [Panel("Rating", note, WIDTH, 168, charts.rating(points, width=WIDTH - 28, height=130))],
        [
            Panel("Hours played", "", HALF, 158, hours),
            Panel("How the games ended for the player", "", HALF, 158, ended),
        ],
        [Panel("Points", "", HALF, 195, _ledger(stats)), Panel("At the table", "", HALF, 195, _facts(stats))],
        [
            Panel("Most often on one side with", "", HALF, 195, _company(player.partners)),
            Panel("Most often against", "", HALF, 195, _company(player.opponents)),
        ],
    ]


def _endings(stats: Stats) -> list[tuple[tuple[int, int, int], str, float]]:
    counts = Counter({(ending.fate, ending.round): ending.count for ending in stats.endings})
    stacks = [
        ((counts[Fate.VOTED_OUT, turn], counts[Fate.KILLED, turn], 0), str(turn), 1.0)
        for turn in range(1, max(turn for _, turn in counts) + 1)
    ]
    removed = sum(count for (fate, _), count in counts.items() if fate is Fate.REMOVED_BY_FOULS)
    return [*stacks, ((0, 0, removed), "removed", 1.8), ((0, 0, counts[Fate.SURVIVED, 0]), "survived", 1.8)]


def _roles(stats: Stats) -> Grid:
    rows = [
        [
            Cell(entry.role.title(), strong=True),
            Cell(str(entry.tally.sessions)),
            Cell(str(entry.tally.wins)),
            Cell(f"{entry.tally.wins_above_club or 0:+.1f}"),
            Cell(f"{entry.points:.2f}"),
        ]
        for entry in stats.roles
    ]
    right = (False, True, True, True, True)
    return Grid(("ROLE", "GAMES", "WINS", "ABOVE CLUB", "POINTS"), (0.22, 0.17, 0.15, 0.27, 0.19), right, rows)


def _ledger(stats: Stats) -> Grid:
    rows = [[Cell(_words(entry.reason)), Cell(f"{entry.points:.2f}")] for entry in stats.ledger]
    rows.append([Cell("Total", strong=True), Cell(f"{stats.points:.2f}", strong=True)])
    return Grid(("FOR", "POINTS"), (0.7, 0.3), (False, True), rows)


def _facts(stats: Stats) -> Grid:
    play, form = stats.play, stats.form
    told = (
        ("Killed in the first night", f"{play.first_kills} ({play.first_kill_rate:.0%} as red)"),
        ("Best moves: 3 · 2 · 1 · 0 black", " · ".join(map(str, reversed(play.best_moves)))),
        ("Sheriff's checks that found black", f"{play.sheriff_checks.hits} of {play.sheriff_checks.count}"),
        ("Don's checks that found the sheriff", f"{play.don_checks.hits} of {play.don_checks.count}"),
        ("Votes for black, as red", f"{play.votes.hits} of {play.votes.count}"),
        ("Fouls a game", f"{play.fouls_per_game:.2f}"),
        ("Current run", f"{form.current_run} wins"),
        ("Longest runs of wins · losses", f"{form.longest_wins} · {form.longest_losses}"),
    )
    rows = [[Cell(label), Cell(value)] for label, value in told]
    return Grid(("WHAT", "HOW OFTEN"), (0.66, 0.34), (False, True), rows)


def _company(company: Sequence[Companion]) -> Grid:
    rows = [
        [
            Cell(who.display_name if len(who.display_name) < 26 else f"{who.display_name[:20]}…"),
            Cell(str(who.tally.sessions)),
            Cell(str(who.tally.wins)),
            Cell(f"{who.tally.win_rate or 0:.0%}"),
        ]
        for who in company
    ]
    return Grid(("PLAYER", "GAMES", "WINS", "WIN RATE"), (0.5, 0.15, 0.15, 0.2), (False, True, True, True), rows)


def _games(games: Sequence[GameLine]) -> Grid:
    titles = ("DATE", "START", "SEAT", "ROLE", "RESULT", "LEFT THE GAME", "POINTS", "RATING", "LENGTH")
    right = (False, True, True, False, False, False, True, True, True)
    widths = (0.14, 0.08, 0.07, 0.1, 0.09, 0.25, 0.09, 0.09, 0.09)
    return Grid(titles, widths, right, [_game(game) for game in games])


def _game(game: GameLine) -> list[Cell]:
    fate = f", round {game.fate_round}" if game.fate_round else ""
    change = (game.rating_after or 0) - (game.rating_before or 0)
    return [
        Cell(f"{game.start_time:%d %b %Y}"),
        Cell(f"{game.start_time:%H:%M}"),
        Cell(str(game.seat)),
        Cell(_words(game.role)),
        Cell(_words(game.result), _RESULTS.get(game.result, MUTED), strong=True),
        Cell(f"{_words(game.fate or '')}{fate}", MUTED),
        Cell(f"{game.points:.2f}"),
        Cell(f"{change:+.0f}"),
        Cell(f"{game.duration.seconds // 60} min"),
    ]


def _words(value: Role | Result | Fate | str) -> str:
    return str(value).replace("_", " ").capitalize()
