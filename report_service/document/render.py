"""A snapshot to the bytes of its PDF, and nothing else: no clock, no network, no file but the vendored fonts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from report_service.document import avatar, figures, header, history, summary, texts
from report_service.document.canvas import Canvas
from report_service.document.fonts import EMOJI, FALLBACKS, face
from report_service.document.palette import (
    BAND,
    BODY,
    CONTENT_WIDTH,
    HAIRLINE,
    LOSS,
    MARGIN,
    NOTE,
    PAGE_WIDTH,
    Weight,
)
from report_service.document.pdf import Properties, write
from report_service.document.shaping import fit, is_rtl, wrap
from report_service.document.snapshot import (
    Format,
    GameLine,
    Gender,
    Order,
    PlayerSnapshot,
    Result,
    Role,
    RoleTally,
    Scope,
    Stats,
    Tally,
)
from report_service.document.text import clean

_SECTION_GAP = 14.0
_ABOUT_LINES = 2
_ABOUT_LEADING = 13.0
_CONTINUED_TOP = 54.0
_FOOTER = 818.0


def render(order: Order) -> bytes:
    """Return the report as PDF bytes: the same bytes for the same snapshot, in any process.

    Nothing in the snapshot makes it fail: unreadable pictures and characters are replaced by stand-ins. Seasons, games
    and other file types are not drawn yet.
    """
    snapshot = order.snapshot
    if not isinstance(snapshot, PlayerSnapshot) or order.format is not Format.PDF:
        raise NotImplementedError(f"a {type(snapshot).__name__} as {order.format}")
    canvas = Canvas()
    name = clean(snapshot.display_name) or texts.NAMELESS

    def next_page() -> float:
        canvas.begin_page()
        return _continued(canvas, name)

    header.draw(canvas, snapshot, name=name)
    y = _about(canvas, header.BAND_HEIGHT + 21, clean(snapshot.about))
    y = summary.cards(canvas, y, snapshot.stats.overall if snapshot.stats else None) + _SECTION_GAP
    y = summary.results(canvas, y, snapshot) + _SECTION_GAP
    y = summary.roles(canvas, y, snapshot) + _SECTION_GAP
    history.draw(canvas, y, snapshot, next_page=next_page)
    _footers(canvas, snapshot)
    title = f"{texts.REPORT}: {name}"
    return write(canvas, Properties(title, snapshot.generated_time.astimezone(UTC), snapshot.report_id))


def warm_up() -> None:
    """Open every font and render a small sample, so that the first real report of this process is a quick one."""
    for font in (*Weight, *FALLBACKS, EMOJI):
        face(font)
    avatar.warm_up()
    render(Order(_sample()))


def _about(canvas: Canvas, y: float, about: str) -> float:
    """Set the player's own words, if any; return where the next section begins."""
    if not about:
        return y
    lines = wrap(about, BODY, CONTENT_WIDTH, max_lines=_ABOUT_LINES)
    side, x = ("right", MARGIN + CONTENT_WIDTH) if is_rtl(about) else ("left", MARGIN)
    for number, line in enumerate(lines):
        canvas.text(x, y + 5 + number * _ABOUT_LEADING, line, align=side)
    return y + len(lines) * _ABOUT_LEADING + 6


def _continued(canvas: Canvas, name: str) -> float:
    """Draw the slim header of the second and later pages; return where their content begins."""
    canvas.rect(0, 0, PAGE_WIDTH, 8, fill=BAND)
    canvas.rect(0, 8, PAGE_WIDTH, 1.5, fill=LOSS)
    canvas.text(MARGIN, 34, fit(name, BODY, CONTENT_WIDTH - 100))
    canvas.text(MARGIN + CONTENT_WIDTH, 34, texts.REPORT, style=NOTE, align="right")
    canvas.rule((MARGIN, 43), (MARGIN + CONTENT_WIDTH, 43), colour=HAIRLINE)
    return _CONTINUED_TOP


def _footers(canvas: Canvas, snapshot: PlayerSnapshot) -> None:
    """Number the pages, now that their count is known."""
    made = f"{figures.day(snapshot.generated_time)}, {figures.clock(snapshot.generated_time)} {texts.UTC}"
    label = f"{texts.report(clean(snapshot.report_id)[:8])}  ·  {made}"
    for number, page in enumerate(canvas.pages, start=1):
        canvas.page = page
        canvas.rule((MARGIN, _FOOTER - 13), (MARGIN + CONTENT_WIDTH, _FOOTER - 13), colour=HAIRLINE)
        canvas.text(MARGIN, _FOOTER, label, style=NOTE)
        page_label = texts.page(number, len(canvas.pages))
        canvas.text(MARGIN + CONTENT_WIDTH, _FOOTER, page_label, style=NOTE, align="right")


def _sample() -> PlayerSnapshot:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    hour = timedelta(hours=1)
    tally = Tally(sessions=1, wins=1, losses=0, play_time=hour)
    return PlayerSnapshot(
        report_id="00000000-0000-0000-0000-000000000000",
        generated_time=moment,
        username="sample",
        display_name="Sample Проба 見本 표본 نموذج",
        locale="",
        scope=Scope(),
        gender=Gender.UNSPECIFIED,
        email=None,
        city="",
        club="",
        about="",
        member_since=moment,
        avatar=None,
        stats=Stats(tally, roles=(RoleTally(Role.CIVILIAN, tally),)),
        games=(GameLine("1", moment, hour, 1, Role.CIVILIAN, Result.WIN),),
    )
