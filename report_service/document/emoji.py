"""Emoji as vector drawings: the coloured layers (COLR version 0) of the emoji face as path operators."""

from __future__ import annotations

import struct
from functools import cache, lru_cache
from typing import Any

import uharfbuzz as hb

from report_service.document.fonts import EMOJI, Face, face
from report_service.document.palette import Style, Weight
from report_service.document.shaping import Run, shape

_RECORDS_OFFSET = 8
_BYTES_PER_COLOUR = 4
_HALO = "1 1 1 RG 70 w 1 j"


def drawing(run: Run, *, halo: bool) -> str:
    """Return operators that draw an emoji run at the origin, one em being 1000 units.

    Args:
        halo: whether to set it off from a dark ground by a light outline.
    """
    parts: list[str] = []
    x = 0
    for glyph in run.glyphs:
        parts.append(f"q 1 0 0 1 {x + glyph.dx} {glyph.dy} cm {_picture(glyph.gid, halo)} Q")
        x += glyph.advance
    return " ".join(parts)


def stand_in(run: Run, weight: Weight) -> Run:
    """Return glyphs of a text face that stand for the emoji, to be set invisibly."""
    bar = shape("-", Style(1, "", weight)).runs[0].glyphs[0]
    glyphs = tuple(bar._replace(text=glyph.text) for glyph in run.glyphs)
    return Run(face(weight), run.text, count=run.count, advance=bar.advance * run.count, make=lambda: glyphs)


@lru_cache(maxsize=512)
def _picture(glyph: int, halo: bool) -> str:
    source = face(EMOJI)
    layers = source.hb_face.get_glyph_color_layers(glyph)
    if not layers:
        return f"{_outline(source, glyph)} f"
    colours = _palette()
    outlines = [(colours[layer.color_index], _outline(source, layer.glyph)) for layer in layers]
    rim = " ".join((_HALO, *(f"{outline} S" for _, outline in outlines))) if halo else ""
    return " ".join((rim, *(f"{colour} rg {outline} f" for colour, outline in outlines)))


@cache
def _palette() -> tuple[str, ...]:
    """Return the first palette as operands of `rg`. HarfBuzz's own palette call never returns for this file."""
    table = face(EMOJI).hb_face.reference_table("CPAL").data
    count, _, _, first = struct.unpack_from(">HHHI", table, 2)
    colours = []
    for offset in range(first, first + count * _BYTES_PER_COLOUR, _BYTES_PER_COLOUR):
        blue, green, red = struct.unpack_from(">3B", table, offset)
        colours.append(f"{red / 255:.3g} {green / 255:.3g} {blue / 255:.3g}")
    return tuple(colours)


def _outline(source: Face, glyph: int) -> str:
    pen = _Pen(source)
    source.hb_font.draw_glyph(glyph, _draw_functions(), pen)
    return " ".join(pen.operators)


class _Pen:
    """Collects path operators; quadratic curves become cubic ones, the only kind PDF has."""

    def __init__(self, source: Face) -> None:
        self.operators: list[str] = []
        self._scale = 1000 / source.units_per_em
        self._here = (0.0, 0.0)

    def move(self, x: float, y: float) -> None:
        self._add("m", (x, y))

    def line(self, x: float, y: float) -> None:
        self._add("l", (x, y))

    def cubic(self, *values: float) -> None:
        self._add("c", values)

    def quadratic(self, cx: float, cy: float, x: float, y: float) -> None:
        fromx, fromy = self._here
        first = (fromx + 2 / 3 * (cx - fromx), fromy + 2 / 3 * (cy - fromy))
        second = (x + 2 / 3 * (cx - x), y + 2 / 3 * (cy - y))
        self._add("c", (*first, *second, x, y))

    def close(self) -> None:
        self.operators.append("h")

    def _add(self, operator: str, values: tuple[float, ...]) -> None:
        self._here = (values[-2], values[-1])
        self.operators.append(" ".join(f"{value * self._scale:.0f}" for value in values) + f" {operator}")


@cache
def _draw_functions() -> Any:
    functions = hb.DrawFuncs()
    functions.set_move_to_func(lambda x, y, pen: pen.move(x, y))
    functions.set_line_to_func(lambda x, y, pen: pen.line(x, y))
    functions.set_cubic_to_func(lambda *arguments: arguments[-1].cubic(*arguments[:-1]))
    functions.set_quadratic_to_func(lambda cx, cy, x, y, pen: pen.quadratic(cx, cy, x, y))
    functions.set_close_path_func(lambda pen: pen.close())
    return functions
