"""What stands around the content of any report: the dark band that opens it, slim headers, footers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from report_service.document import avatar
from report_service.document.canvas import Canvas
from report_service.document.language import Language
from report_service.document.palette import (
    BAND,
    BAND_CAPTION,
    BAND_VALUE,
    BODY,
    CONTENT_WIDTH,
    DISC,
    HAIRLINE,
    HANDLE,
    LOSS,
    MARGIN,
    NAME,
    NOTE,
    PAGE_WIDTH,
    WHITE,
    band_caption,
)
from report_service.document.shaping import fit, is_rtl, shape, wrap
from report_service.document.text import clean, initials

# Raised by whoever changes the look, so that a printed page tells by which it was made.
TEMPLATE = "2"
BAND_HEIGHT = 150.0
BELOW_BAND = BAND_HEIGHT + 21
_ACCENT = 3.0
_PORTRAIT = 84.0
_RING = 3.0
_SMALLER_NAME = NAME.sized(16)
_SMALLEST_HANDLE = 7.5
_SEPARATOR = "  ·  "
_FIELD_GAP = 22.0
_LEAST_ROOM = 20.0
_CONTINUED_TOP = 54.0
_FOOTER = 818.0


@dataclass(frozen=True, slots=True)
class Portrait:
    """What stands in the disc: a picture, or without one that can be read the initials of `name`."""

    name: str
    encoded: bytes | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A small captioned value. One that `gives` shares the room that the others leave, and is cut."""

    caption: str
    value: str
    gives: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """What the opening band says. `actual` is the name as its owner wrote it, of which `name` is what can be set."""

    kind: str
    name: str
    actual: str
    parts: Sequence[str]
    fields: Sequence[Field]
    portrait: Portrait | None = None


def draw_band(canvas: Canvas, band: Band) -> None:
    """Draw the band on the top of the page."""
    canvas.rect(0, 0, PAGE_WIDTH, BAND_HEIGHT, fill=BAND)
    canvas.rect(0, BAND_HEIGHT, PAGE_WIDTH, _ACCENT, fill=LOSS)
    left = MARGIN
    if band.portrait:
        _portrait(canvas, band.portrait)
        left += _PORTRAIT + 2 * _RING + 22
    width = PAGE_WIDTH - MARGIN - left
    with canvas.element("P"):
        canvas.text(left, 30, fit(band.kind.upper(), band_caption(canvas.mirrored), width))
    with canvas.element("H1", actual=band.actual):
        _name(canvas, left, band.name, width=width)
    with canvas.element("P"):
        _parts(canvas, left, [part for part in band.parts if part], width=width)
    _fields(canvas, left, [field for field in band.fields if field.value], width=width)


def draw_continued(canvas: Canvas, *, name: str, kind: str) -> float:
    """Draw the slim header of the second and later pages; return where their content begins."""
    with canvas.decoration():
        canvas.rect(0, 0, PAGE_WIDTH, 8, fill=BAND)
        canvas.rect(0, 8, PAGE_WIDTH, 1.5, fill=LOSS)
        canvas.text(MARGIN, 34, fit(name, BODY, CONTENT_WIDTH - 160))
        canvas.text(MARGIN + CONTENT_WIDTH, 34, fit(kind, NOTE, 150), align="right")
        canvas.rule((MARGIN, 43), (MARGIN + CONTENT_WIDTH, 43), colour=HAIRLINE)
    return _CONTINUED_TOP


def draw_footers(canvas: Canvas, words: Language, *, report_id: str, made: datetime) -> None:
    """Number the pages, now that their count is known."""
    label = words.text(
        "Report {id}  ·  {moment}  ·  template {version}",
        id=short_id(report_id),
        moment=words.moment(made),
        version=TEMPLATE,
    )
    with canvas.decoration():
        for page in canvas.pages:
            canvas.page = page
            canvas.rule((MARGIN, _FOOTER - 13), (MARGIN + CONTENT_WIDTH, _FOOTER - 13), colour=HAIRLINE)
            canvas.text(MARGIN, _FOOTER, fit(label, NOTE, CONTENT_WIDTH - 90))
            total = words.number(len(canvas.pages))
            number = words.text("Page {number} of {total}", number=words.number(page.number), total=total)
            canvas.text(MARGIN + CONTENT_WIDTH, _FOOTER, fit(number, NOTE, 80), align="right")


def draw_own_words(canvas: Canvas, y: float, about: str) -> float:
    """Set what somebody says of themselves, if anything, on two lines; return where the next section begins."""
    if not about:
        return y
    lines = wrap(about, BODY, CONTENT_WIDTH, max_lines=2)
    # Text of the other direction than the page's begins at the other side.
    side, x = ("right", MARGIN + CONTENT_WIDTH) if is_rtl(about) != canvas.mirrored else ("left", MARGIN)
    with canvas.element("P", actual=about):
        for number, line in enumerate(lines):
            canvas.text(x, y + 5 + number * 13.0, line, align=side)
    return y + len(lines) * 13.0 + 6


def short_id(report_id: str) -> str:
    """Return the part of the id that is printed on each page."""
    return clean(report_id)[:8]


def _portrait(canvas: Canvas, portrait: Portrait) -> None:
    x, y = MARGIN + _RING + _PORTRAIT / 2, BAND_HEIGHT / 2
    canvas.circle(x, y, _PORTRAIT / 2 + _RING, fill=WHITE)
    jpeg = avatar.to_jpeg(portrait.encoded) if portrait.encoded else None
    if jpeg:
        canvas.picture(jpeg, x, y, _PORTRAIT)
        return
    canvas.circle(x, y, _PORTRAIT / 2, fill=DISC)
    canvas.text(x, y + 11, fit(initials(portrait.name), NAME.sized(31), _PORTRAIT - 8), align="center")


def _name(canvas: Canvas, left: float, name: str, *, width: float) -> None:
    """Set the name at full size if it fits on a line, else smaller on two lines."""
    line = shape(name, NAME)
    if line.width <= width:
        canvas.text(left, 65, line)
        return
    for row, part in enumerate(wrap(name, _SMALLER_NAME, width, max_lines=2)):
        canvas.text(left, 49 + row * 20, part)


def _parts(canvas: Canvas, left: float, parts: Sequence[str], *, width: float) -> None:
    """Set short facts on one line, smaller rather than cut. Each by itself, so that none turns its neighbour round."""
    gap = shape(_SEPARATOR, HANDLE).width
    wide = sum(shape(part, HANDLE).width for part in parts) + gap * (len(parts) - 1)
    style = HANDLE.sized(max(_SMALLEST_HANDLE, min(HANDLE.size, HANDLE.size * width / max(wide, 1))))
    x = left
    for number, part in enumerate(parts):
        room = left + width - x - (gap if number else 0.0)
        if room <= _LEAST_ROOM:
            break
        if number:
            x += canvas.text(x, 87, _SEPARATOR, style=style)
        x += canvas.text(x, 87, fit(part, style, room))


def _fields(canvas: Canvas, left: float, fields: Sequence[Field], *, width: float) -> None:
    """Set the fields side by side; free text shares what the others leave."""
    firm = sum(_width(field) + _FIELD_GAP for field in fields if not field.gives)
    giving = [field for field in fields if field.gives]
    room = max(width - firm - _FIELD_GAP * (len(giving) - 1), 40.0 * len(giving))
    shares = iter(_shares([_width(field, room) for field in giving], room))
    x = left
    for field in fields:
        limit = next(shares) if field.gives else width
        with canvas.element("P", actual=f"{field.caption}: {field.value}" if field.gives else ""):
            style = band_caption(canvas.mirrored)
            caption = canvas.text(x, 113, fit(field.caption.upper(), style, max(limit, 40)))
            value = canvas.text(x, 126, fit(field.value, BAND_VALUE, limit))
        x += max(caption, value) + _FIELD_GAP


def _width(field: Field, room: float = PAGE_WIDTH) -> float:
    return max(fit(field.value, BAND_VALUE, room).width, shape(field.caption.upper(), BAND_CAPTION).width)


def _shares(wanted: Sequence[float], room: float) -> list[float]:
    """Divide the room: an equal part for each, and to the wide what the narrow leave."""
    if not wanted:
        return []
    equal = room / len(wanted)
    claimed = [min(width, equal) for width in wanted]
    return [max(equal, room - sum(claimed) + own) for own in claimed]
