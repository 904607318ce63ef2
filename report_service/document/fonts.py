"""The vendored font faces, each opened once per process and never changed afterwards."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import uharfbuzz as hb

FOLDER = Path(__file__).parent / "fonts"

# Asked in this order for what the text face lacks; the largest files last.
FALLBACKS = (
    "NotoSansArabic-Regular",
    "NotoSansHebrew-Regular",
    "NotoSansDevanagari-Regular",
    "NotoSansThai-Regular",
    "NotoSansArmenian-Regular",
    "NotoSansGeorgian-Regular",
    "NotoSansSC-Reduced",
    "NotoSansKR-Reduced",
)
EMOJI = "Twemoji"
_TEXT_FACES = ("Inter-Regular", "Inter-SemiBold")

_KEPT_TABLES = (b"glyf", b"loca", b"head", b"hhea", b"hmtx", b"maxp")


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One font file. All metrics are in thousandths of an em, as PDF counts them.

    `hb_face`, `hb_font` and `covered` belong to HarfBuzz and are shared by all documents: read them only.
    """

    name: str
    hb_face: Any
    hb_font: Any
    covered: Any
    units_per_em: int
    ascent: int
    descent: int
    box: tuple[int, int, int, int]

    def covers(self, codepoints: Iterable[int]) -> bool:
        """Return whether this face draws every one of the characters."""
        return all(codepoint in self.covered for codepoint in codepoints)

    def advance(self, glyph: int) -> int:
        """Return how far the pen moves after a glyph."""
        return self.scaled(self.hb_font.get_glyph_h_advance(glyph))

    def scaled(self, units: float) -> int:
        """Return font units as thousandths of an em."""
        return round(units * 1000 / self.units_per_em) if units else 0


@cache
def face(name: str) -> Face:
    """Return the face of a vendored file, opening (memory-mapping) it at first use."""
    hb_face = hb.Face(hb.Blob.from_file_path(str(FOLDER / f"{name}.ttf")))
    hb_font = hb.Font(hb_face)
    units = hb_face.upem
    head = hb_face.reference_table("head").data
    extents = hb_font.get_font_extents("ltr")
    box = struct.unpack_from(">4h", head, 36)
    return Face(
        name=name,
        hb_face=hb_face,
        hb_font=hb_font,
        covered=hb_face.unicodes,
        units_per_em=units,
        ascent=round(extents.ascender * 1000 / units),
        descent=round(extents.descender * 1000 / units),
        box=(
            _per_mille(box[0], units),
            _per_mille(box[1], units),
            _per_mille(box[2], units),
            _per_mille(box[3], units),
        ),
    )


def is_text_face(used: Face) -> bool:
    """Return whether it is one of the text face's weights, for Latin, Cyrillic and Greek, and not a fallback."""
    return used.name in _TEXT_FACES


def subset(source: Face, glyphs: Iterable[int]) -> tuple[bytes, dict[int, int]]:
    """Return a TrueType file of only these glyphs (and their parts), and where each old glyph id went."""
    request = hb.SubsetInput()
    request.glyph_set.set(glyphs)
    request.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    kept = {int.from_bytes(tag) for tag in _KEPT_TABLES}
    present = (int.from_bytes(tag.encode()) for tag in source.hb_face.table_tags)
    request.drop_table_tag_set.set(tag for tag in present if tag not in kept)
    plan = hb.SubsetPlan(source.hb_face, request)
    mapping: dict[int, int] = dict(plan.old_to_new_glyph_mapping)
    return bytes(plan.execute().blob.data), mapping


def _per_mille(value: int, units: int) -> int:
    return round(value * 1000 / units)
