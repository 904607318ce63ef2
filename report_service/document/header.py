"""The dark band that opens the document: who the player is and when the report was made."""

from __future__ import annotations

from report_service.document import avatar, figures, texts
from report_service.document.canvas import Canvas
from report_service.document.palette import (
    BAND,
    BAND_CAPTION,
    BAND_VALUE,
    DISC,
    HANDLE,
    LOSS,
    MARGIN,
    NAME,
    PAGE_WIDTH,
    WHITE,
)
from report_service.document.shaping import Line, fit, shape, wrap
from report_service.document.snapshot import PlayerSnapshot
from report_service.document.text import clean, initials

BAND_HEIGHT = 150.0
_ACCENT = 3.0
_PORTRAIT = 84.0
_RING = 3.0
_TEXT_LEFT = MARGIN + _PORTRAIT + 2 * _RING + 22
_TEXT_WIDTH = PAGE_WIDTH - MARGIN - _TEXT_LEFT
_SMALLER_NAME = NAME.sized(17)
_SMALLEST_HANDLE = 7.5
_SEPARATOR = "  ·  "
_FIELD_GAP = 22.0


def draw(canvas: Canvas, snapshot: PlayerSnapshot, *, name: str) -> None:
    """Draw the band on the top of the page; `name` is the clean display name."""
    canvas.rect(0, 0, PAGE_WIDTH, BAND_HEIGHT, fill=BAND)
    canvas.rect(0, BAND_HEIGHT, PAGE_WIDTH, _ACCENT, fill=LOSS)
    _portrait(canvas, snapshot.avatar, name)
    canvas.text(_TEXT_LEFT, 30, texts.REPORT.upper(), style=BAND_CAPTION)
    _name(canvas, name)
    canvas.text(_TEXT_LEFT, 87, _handle(snapshot))
    _fields(canvas, snapshot)


def _portrait(canvas: Canvas, encoded: bytes | None, name: str) -> None:
    x, y = MARGIN + _RING + _PORTRAIT / 2, BAND_HEIGHT / 2
    canvas.circle(x, y, _PORTRAIT / 2 + _RING, fill=WHITE)
    jpeg = avatar.to_jpeg(encoded) if encoded else None
    if jpeg:
        canvas.picture(jpeg, x, y, _PORTRAIT)
        return
    canvas.circle(x, y, _PORTRAIT / 2, fill=DISC)
    canvas.text(x, y + 11, initials(name), style=NAME.sized(31), align="center")


def _name(canvas: Canvas, name: str) -> None:
    """Set the name at full size if it fits on a line, else smaller on two lines."""
    line = shape(name, NAME)
    if line.width <= _TEXT_WIDTH:
        canvas.text(_TEXT_LEFT, 65, line)
        return
    for row, part in enumerate(wrap(name, _SMALLER_NAME, _TEXT_WIDTH, max_lines=2)):
        canvas.text(_TEXT_LEFT, 50 + row * 20, part)


def _handle(snapshot: PlayerSnapshot) -> Line:
    """Return username, gender and, if asked for, e-mail on one line, smaller rather than cut."""
    parts = [texts.username(clean(snapshot.username)), texts.GENDERS[snapshot.gender]]
    if snapshot.email:
        parts.append(clean(snapshot.email))
    joined = _SEPARATOR.join(parts)
    wide = shape(joined, HANDLE).width
    size = max(_SMALLEST_HANDLE, min(HANDLE.size, HANDLE.size * _TEXT_WIDTH / wide))
    return fit(joined, HANDLE.sized(size), _TEXT_WIDTH)


def _fields(canvas: Canvas, snapshot: PlayerSnapshot) -> None:
    """Set small captioned fields side by side; free text shares what the dates leave."""
    generated = f"{figures.day(snapshot.generated_time)}, {figures.clock(snapshot.generated_time)} {texts.UTC}"
    dates = [(texts.MEMBER_SINCE, figures.day(snapshot.member_since)), (texts.GENERATED, generated)]
    places = [(texts.CITY, clean(snapshot.city)), (texts.CLUB, clean(snapshot.club))]
    shown = [(caption, value) for caption, value in places if value]
    taken = sum(shape(value, BAND_VALUE).width + _FIELD_GAP for _, value in dates)
    room = _TEXT_WIDTH - taken - _FIELD_GAP * len(shown)
    limits = _shares([fit(value, BAND_VALUE, room).width for _, value in shown], room)
    x = _TEXT_LEFT
    for (caption, value), limit in zip([*shown, *dates], [*limits, _TEXT_WIDTH, _TEXT_WIDTH], strict=True):
        canvas.text(x, 113, caption.upper(), style=BAND_CAPTION)
        width = canvas.text(x, 126, fit(value, BAND_VALUE, limit))
        x += max(width, shape(caption.upper(), BAND_CAPTION).width) + _FIELD_GAP


def _shares(wanted: list[float], room: float) -> list[float]:
    """Divide the room: an equal part for each, and to the wide what the narrow leave."""
    if not wanted:
        return []
    equal = room / len(wanted)
    claimed = [min(width, equal) for width in wanted]
    return [max(equal, room - sum(claimed) + own) for own in claimed]
