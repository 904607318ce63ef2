"""Text to positioned glyphs: a face per cluster, bidi order, HarfBuzz shaping, and fitting into a width."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import groupby, pairwise
from typing import NamedTuple

import uharfbuzz as hb
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

from report_service.document.fonts import EMOJI, FALLBACKS, Face, face, is_text_face
from report_service.document.palette import Style
from report_service.document.text import clusters, is_flag_half, is_invisible

ELLIPSIS = "…"
# No line of the page holds more characters; what lies beyond is not worth shaping.
_LONGEST = 240
_UNKNOWN = "\ufffd"
# No vendored face has U+FFFD itself; this one of the text face is drawn in its place.
_UNKNOWN_DRAWN = "□"
_KEYCAP, _EMOJI_STYLE = 0x20E3, 0xFE0F
_PICTOGRAPHS = 0x1F000
_RTL_CLASSES = frozenset({"R", "AL", "AN"})
# What readers extract for the second and later glyphs of one cluster: a code is needed, a character is not.
_NOTHING = "\u200b"


class Glyph(NamedTuple):
    """A glyph of one face with the characters it stands for; distances are in thousandths of an em."""

    gid: int
    text: str
    advance: int
    dx: int
    dy: int


class Run:
    """Glyphs of one face in visual order. `text` is what they stand for, in reading order. Equal only to itself.

    Most runs are only measured, to see what fits, so that the glyphs are made when somebody asks for them.
    """

    def __init__(
        self, used: Face, text: str, *, count: int, advance: int, make: Callable[[], tuple[Glyph, ...]]
    ) -> None:
        self.face = used
        self.text = text
        self.count = count
        self.advance = advance
        self._make = make

    @cached_property
    def glyphs(self) -> tuple[Glyph, ...]:
        """All `count` glyphs."""
        return self._make()

    def width(self, style: Style) -> float:
        """Return the width in points. Only the text face is tracked: letters of other scripts join."""
        spacing = style.tracking * self.count if style.tracking and is_text_face(self.face) else 0.0
        return self.advance * style.size / 1000 + spacing


@dataclass(frozen=True, slots=True)
class Line:
    """Runs in visual order, `width` points wide in `style`; `unknown` counts the clusters that no face draws."""

    runs: tuple[Run, ...]
    style: Style
    width: float
    unknown: int = 0


@lru_cache(maxsize=2048)
def shape(text: str, style: Style, *, rtl: bool | None = None) -> Line:
    """Return clean text as one line; `rtl` is the paragraph's direction, taken from the text when None.

    Labels and figures come back in every report.
    """
    runs, unknown = _visual_runs(text, style.weight, style.tabular, rtl)
    return Line(runs, style, sum(run.width(style) for run in runs), unknown)


def fit(text: str, style: Style, width: float, *, rtl: bool | None = None) -> Line:
    """Return the line, cut between clusters and ended by "…" if it is wider than `width` points."""
    line = shape(text[:_LONGEST], style, rtl=rtl)
    if len(text) <= _LONGEST and line.width <= width:
        return line
    parts = clusters(text[:_LONGEST])
    fits, low, high = shape(ELLIPSIS, style, rtl=rtl), 0, len(parts)
    guess = int(high * width / max(line.width, 1.0))
    while low + 1 < high:
        # Next to the guess first: most texts are about evenly wide, and whole ones are costly to shape.
        middle = min(max(guess, low + 1), high - 1)
        tried = shape(_shortened(parts, middle), style, rtl=rtl)
        if tried.width <= width:
            fits, low = tried, middle
        else:
            high = middle
        room = (width - fits.width) * middle / max(tried.width, 1.0)
        guess = low + 1 + int(room) if room < (high - low) / 2 else (low + high) // 2
    return fits


@lru_cache(maxsize=256)
def wrap(text: str, style: Style, width: float, *, max_lines: int) -> Sequence[Line]:
    """Break a paragraph at spaces (or between clusters of a long word) into at most `max_lines`, the last one cut."""
    rtl = is_rtl(text)
    rows: list[str] = []
    rest = text
    while rest and len(rows) < max_lines - 1:
        row, rest = _first_row(rest, style, width)
        rows.append(row)
    if rest:
        rows.append(rest)
    return tuple(fit(row, style, width, rtl=rtl) for row in rows)


def is_rtl(text: str) -> bool:
    """Return whether a paragraph reads from right to left: its first strong character decides."""
    strong = (kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL"))
    return next(strong, "L") != "L"


def _shortened(parts: list[str], count: int) -> str:
    return "".join(parts[:count]).rstrip() + ELLIPSIS


def _first_row(text: str, style: Style, width: float) -> tuple[str, str]:
    """Split off what fits on one row."""
    if len(text) <= _LONGEST and shape(text, style).width <= width:
        return text, ""
    ends, end = [], 0
    for part in clusters(text[:_LONGEST]):
        end += len(part)
        ends.append(end)
    # Letters that join are narrower than they are alone, so that only whole beginnings can be measured.
    fitting = bisect_right(ends, width, key=lambda end: shape(text[:end].rstrip(), style).width)
    taken = ends[max(fitting, 1) - 1]
    spaces = (end for end in reversed(ends[:fitting]) if text[end - 1] == " " or ord(text[end - 1]) >= 0x2E80)
    end = next(spaces, taken)
    return text[:end].rstrip(), text[end:].lstrip()


@lru_cache(maxsize=2048)
def _visual_runs(text: str, weight: str, tabular: bool, rtl: bool | None) -> tuple[tuple[Run, ...], int]:
    """Return the runs, and how many clusters no face draws. They are the same in any size and colour."""
    if text.isascii():
        return ((_shape_run(text, face(weight), False, tabular),) if text else ()), 0
    drawn, faces = _with_faces(text, face(weight))
    levels = _levels(drawn, rtl)
    spans: list[tuple[int, Run]] = []
    index = 0
    for (level, used), group in groupby(zip(levels, faces, strict=True)):
        end = index + sum(1 for _ in group)
        spans.append((level, _shape_run(drawn[index:end], used, bool(level % 2), tabular)))
        index = end
    # What HarfBuzz leaves out altogether, a stray joiner say, has nothing to draw or to embed.
    return tuple(run for run in _reordered(spans) if run.count), drawn.count(_UNKNOWN)


def _levels(text: str, rtl: bool | None) -> list[int]:
    if not rtl and not any(unicodedata.bidirectional(char) in _RTL_CLASSES for char in text):
        return [0] * len(text)
    direction = None if rtl is None else TextDirection.RTL if rtl else TextDirection.LTR
    # Joiners have to survive: emoji and Arabic are shaped by them.
    paragraph = BidiParagraph(text, base_direction=direction, preserve_bn_chars=True)
    return [char.embedding_level for char in paragraph.get_characters_with_embedding_level()]


def _reordered(spans: list[tuple[int, Run]]) -> list[Run]:
    """Return the runs as they stand on the page. Source: UAX #9, rule L2."""
    highest = max((level for level, _ in spans), default=0)
    for bound in range(highest, 0, -1):
        turned: list[tuple[int, Run]] = []
        for inside, group in groupby(spans, key=lambda span: span[0] >= bound):
            chunk = list(group)
            turned += reversed(chunk) if inside else chunk
        spans = turned
    return [run for _, run in spans]


def _with_faces(text: str, text_face: Face) -> tuple[str, list[Face]]:
    """Return the face of each character, and the text with U+FFFD for each cluster that no face draws."""
    known: list[str] = []
    faces: list[Face] = []
    for cluster in clusters(text):
        # A space stays in the run of the word before it, so that a name of several words is one run.
        same = cluster == " " and faces and faces[-1].covers([ord(" ")])
        chosen = faces[-1] if same else _choose(cluster, text_face)
        part = cluster if chosen else _UNKNOWN
        known.append(part)
        faces += [chosen or text_face] * len(part)
    return "".join(known), faces


@lru_cache(maxsize=8192)
def _choose(cluster: str, text_face: Face) -> Face | None:
    codepoints = [ord(char) for char in cluster]
    drawn = [codepoint for codepoint in codepoints if not is_invisible(codepoint)]
    emoji = face(EMOJI)
    if _wants_emoji(codepoints) and emoji.covers(drawn):
        return emoji
    if text_face.covers(drawn):
        return text_face
    found = (other for name in FALLBACKS if (other := face(name)).covers(drawn))
    return next(found, emoji if emoji.covers(drawn) else None)


def _wants_emoji(codepoints: list[int]) -> bool:
    first = codepoints[0]
    return first >= _PICTOGRAPHS or is_flag_half(first) or _EMOJI_STYLE in codepoints or _KEYCAP in codepoints


def _shape_run(text: str, used: Face, rtl: bool, tabular: bool) -> Run:
    buffer = hb.Buffer()
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.flags = hb.BufferFlags.REMOVE_DEFAULT_IGNORABLES
    buffer.add_str(text.replace(_UNKNOWN, _UNKNOWN_DRAWN))
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if rtl else "ltr"
    hb.shape(used.hb_font, buffer, {"tnum": True} if tabular else {})
    advances = [position.x_advance for position in buffer.glyph_positions]
    advance = sum(map(used.scaled, advances))
    return Run(used, text, count=len(advances), advance=advance, make=partial(_glyphs, text, used, buffer))


def _glyphs(text: str, used: Face, shaped: hb.Buffer) -> tuple[Glyph, ...]:
    infos, positions = shaped.glyph_infos, shaped.glyph_positions
    texts = _texts(text, [info.cluster for info in infos], [position.x_advance for position in positions])
    return tuple(
        Glyph(
            info.codepoint,
            stands_for,
            used.scaled(position.x_advance),
            used.scaled(position.x_offset),
            used.scaled(position.y_offset),
        )
        for info, position, stands_for in zip(infos, positions, texts, strict=True)
    )


def _texts(text: str, starts: list[int], advances: list[int]) -> list[str]:
    """Return the characters each glyph stands for, given where in `text` its cluster begins.

    Of several glyphs the widest has them all: it is the letter, the others are its marks, perhaps off the baseline.
    """
    widest: dict[int, int] = {}
    for index, start in enumerate(starts):
        if start not in widest or advances[index] > advances[widest[start]]:
            widest[start] = index
    found = [_NOTHING] * len(starts)
    for start, end in pairwise((*sorted(widest), len(text))):
        found[widest[start]] = text[start:end]
    return found
