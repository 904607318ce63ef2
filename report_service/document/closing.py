"""The end of any report: how its figures are reckoned, and how to prove that it was not changed."""

from __future__ import annotations

from collections.abc import Sequence

import segno

from report_service.document.language import Language
from report_service.document.layout import Flow
from report_service.document.palette import BODY, BODY_STRONG, CONTENT_WIDTH, HAIRLINE, INK, MARGIN, NOTE, WHITE
from report_service.document.shaping import fit, wrap
from report_service.document.text import clean

_SIDE = 78.0
_HEIGHT = 108.0
# All masks make a code that can be read. Choosing the best of the eight takes longer than a page does to draw.
_MASK = 3


def formulas(words: Language) -> list[str]:
    """Return how the figures about players are reckoned, and after whom."""
    return [
        words.text(
            "Win rate: wins among the games that were won or lost; draws and void games are left out. The "
            "interval is that of E.\u00a0B.\u00a0Wilson (1927) at 95%: for 5 wins of 10 it reaches from "
            "24% to 76%. What was never played has no rate."
        ),
        words.text(
            "Club's rate in a role: everybody's wins in it plus 5, divided by everybody's decided games in it "
            "plus 10. Wins above the club: the wins, less what the club wins in as many games of the same "
            "roles."
        ),
        words.text(
            "Rating: a strength as red and one as black, learned from each game's result by the mean strength "
            "of both sides, after R.\u00a0C.\u00a0Weng and C.-J.\u00a0Lin (2011). New players begin at 1500. "
            "The band is twice the standard deviation to each side; a rating is provisional for the first 30 "
            "games, and boards are ordered by its lower edge."
        ),
        words.text(
            "Points are those of the points profile that each game names. The compensation for being killed in "
            "the first night depends on the whole season, and is not part of a single game's points."
        ),
    ]


def draw(flow: Flow, *, report_id: str, address: str, paragraphs: Sequence[str]) -> None:
    """Set the explanations, if any, and the code that leads to the verification."""
    words = flow.words
    if paragraphs:
        # On one page with the code, which would stand alone on the last.
        flow.section(words.text("How the figures are reckoned"), paragraphs, keep=8 + _HEIGHT + 30)
        flow.y += 8
    _verification(flow, report_id, address)


def _verification(flow: Flow, report_id: str, address: str) -> None:
    words, canvas = flow.words, flow.canvas
    flow.need(_HEIGHT + 30)
    flow.heading(words.text("Is this report genuine?"))
    y = flow.y
    canvas.rect(MARGIN, y, CONTENT_WIDTH, _HEIGHT, fill=WHITE, stroke=HAIRLINE, line=0.9, radius=7)
    left, width = MARGIN + _SIDE + 34, CONTENT_WIDTH - _SIDE - 48
    with canvas.figure(MARGIN + 16, y + 15, _SIDE, _SIDE, alt=words.text("QR code of {address}", address=address)):
        canvas.modules(segno.make_qr(address, error="m", mask=_MASK).matrix, MARGIN + 16, y + 15, _SIDE, fill=INK)
    with canvas.element("P"):
        for number, line in enumerate(wrap(_advice(words, address), BODY, width, max_lines=4)):
            canvas.text(left, y + 26 + number * 12.5, line)
    with canvas.element("P"):
        canvas.text(left, y + 82, fit(clean(report_id), BODY_STRONG, width))
    _address(flow, left, y + 95, address, width=width)
    flow.y = y + _HEIGHT


def _advice(words: Language, address: str) -> str:
    if _is_of_the_web(address):
        return words.text(
            "Scan the code, or ask the club with the number below. It tells whether and when it issued this report, "
            "and the SHA-256 of the file as it was issued: one that was changed has another."
        )
    return words.text(
        "Ask the club with the number below, which the code holds too. It tells whether and when it issued this "
        "report, and the SHA-256 of the file as it was issued: one that was changed has another."
    )


def _address(flow: Flow, x: float, y: float, address: str, *, width: float) -> None:
    line = fit(address, NOTE, width)
    with flow.canvas.element("P"):
        if not _is_of_the_web(address):
            flow.canvas.text(x, y, line)
            return
        with flow.canvas.link(x, y - 8, line.width, 11, address=address, alt=flow.words.text("Verify this report")):
            flow.canvas.text(x, y, line)


def _is_of_the_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))
