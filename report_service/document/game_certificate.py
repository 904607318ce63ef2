"""The certificate of one game: when and where, who sat in which seat and role, and the points of each."""

from __future__ import annotations

from collections.abc import Sequence

from report_service.document import closing, frame, terms
from report_service.document.canvas import Canvas
from report_service.document.language import NONE, Language
from report_service.document.layout import Card, Flow
from report_service.document.palette import CELL, CELL_STRONG, CONTENT_WIDTH, LOSS_TEXT, MARGIN, MUTED, WIN
from report_service.document.snapshot import GameSnapshot, PointsReason, Result, Role, SeatLine, Winner
from report_service.document.table import Cell, Column, Look, Table
from report_service.document.text import clean

# What "Voted out, round 3" takes in most languages: names give way to it.
_FATE_WIDTH = 96.0
_RESULT_COLOURS = {Result.WIN: WIN, Result.LOSS: LOSS_TEXT, Result.DRAW: MUTED, Result.VOID: MUTED}


def draw(canvas: Canvas, words: Language, snapshot: GameSnapshot, *, address: str) -> str:
    """Draw the certificate and return its title. `address` is where the code on it leads."""
    kind = words.text("Game certificate")
    day = words.day(snapshot.start_time)
    name = words.text("Game of {day}", day=day)
    frame.draw_band(canvas, _band(words, snapshot, name, kind))

    def continued() -> float:
        return frame.draw_continued(canvas, name=name, kind=kind)

    flow = Flow(canvas, words, y=frame.BELOW_BAND, continued=continued)
    flow.cards(_cards(words, snapshot))
    if snapshot.voided:
        flow.paragraph(words.text("This game was voided: it counts for nothing."))
        flow.y += 8
    flow.heading(words.text("Seats"), keep=60)
    _seats(flow, snapshot)
    if snapshot.best_move:
        flow.paragraph(_best_move(words, *snapshot.best_move))
    flow.paragraph(_rules(words, snapshot))
    flow.y += 8
    closing.draw(flow, report_id=snapshot.report_id, address=address, paragraphs=())
    frame.draw_footers(canvas, words, report_id=snapshot.report_id, made=snapshot.generated_time)
    return f"{kind}: {name}"


def _band(words: Language, snapshot: GameSnapshot, name: str, kind: str) -> frame.Band:
    return frame.Band(
        kind=kind,
        name=name,
        actual=name,
        parts=(
            terms.kinds_of_one(words)[snapshot.kind],
            f"ID {frame.short_id(snapshot.report_id)}",
            words.text("Season {season}", season=clean(snapshot.season)) if snapshot.season else "",
        ),
        fields=(
            frame.Field(words.text("Table"), clean(snapshot.table), gives=True),
            frame.Field(words.text("Began"), words.moment(snapshot.start_time)),
            frame.Field(words.text("Generated"), words.moment(snapshot.generated_time)),
        ),
    )


def _cards(words: Language, snapshot: GameSnapshot) -> list[Card]:
    winner = terms.winners(words)[snapshot.winner]
    roles = terms.roles(words)
    winning = {Winner.RED: (Role.CIVILIAN, Role.SHERIFF), Winner.BLACK: (Role.MAFIA, Role.DON)}
    won_by = " · ".join(roles[role] for role in winning.get(snapshot.winner, ()))
    rated = snapshot.red_chance is not None
    foretold = words.text("by the ratings beforehand") if rated else words.text("not rated")
    return [
        Card(words.text("Result"), winner, won_by or words.text("neither won nor lost")),
        Card(words.text("Length"), words.minutes(snapshot.duration), words.text("from first to last word")),
        Card(words.text("Seats"), words.number(len(snapshot.seats)), words.text("at one table")),
        Card(words.text("Red's chance"), words.percent(snapshot.red_chance), foretold),
    ]


def _seats(flow: Flow, snapshot: GameSnapshot) -> None:
    words = flow.words
    reasons = [reason for reason in PointsReason if any(_of(seat, reason) for seat in snapshot.seats)]
    columns = [
        Column(words.text("Seat"), right=True),
        Column(words.text("Player"), gives=True),
        Column(words.text("Role")),
        Column(words.text("Result")),
        Column(words.text("Left the game"), gives=True, least=_FATE_WIDTH),
        Column(words.text("Fouls"), right=True),
        *(Column(terms.reasons(words)[reason], right=True) for reason in reasons if reason is not PointsReason.RESULT),
        Column(words.text("Points"), right=True),
    ]
    extra = [reason for reason in reasons if reason is not PointsReason.RESULT]
    rows = [_seat(words, seat, extra) for seat in snapshot.seats]
    Table(flow.canvas, MARGIN, CONTENT_WIDTH, columns, rows, Look(21)).flow(flow)
    flow.y += 12


def _seat(words: Language, seat: SeatLine, reasons: Sequence[PointsReason]) -> Sequence[Cell]:
    hidden = words.text("not shown")
    name = Cell(clean(seat.name) or hidden, CELL_STRONG if seat.name else CELL.coloured(MUTED), actual=seat.name)
    return (
        Cell(words.number(seat.seat)),
        name,
        Cell(terms.roles(words)[seat.role]),
        Cell(terms.results(words)[seat.result], CELL_STRONG.coloured(_RESULT_COLOURS[seat.result])),
        Cell(terms.fate(words, seat.fate, seat.fate_round) or NONE, CELL.coloured(MUTED)),
        Cell(NONE if seat.fouls is None else words.number(seat.fouls)),
        *(Cell(words.points(_of(seat, reason)) if _of(seat, reason) else NONE) for reason in reasons),
        Cell(words.points(sum(entry.points for entry in seat.points)), CELL_STRONG),
    )


def _of(seat: SeatLine, reason: PointsReason) -> float:
    return sum(entry.points for entry in seat.points if entry.reason is reason)


def _best_move(words: Language, seat: int, suspects: Sequence[int]) -> str:
    named = words.listed(words.number(suspect) for suspect in suspects)
    return words.text("Best move: seat {seat} named the seats {suspects}.", seat=words.number(seat), suspects=named)


def _rules(words: Language, snapshot: GameSnapshot) -> str:
    return words.text(
        "Rule set: {rules}. Points profile: {profile}, without compensation, which depends on the whole season. "
        "Game: {game}.",
        rules=clean(snapshot.rule_set) or NONE,
        profile=clean(snapshot.points_profile) or NONE,
        game=clean(snapshot.game_id),
    )
