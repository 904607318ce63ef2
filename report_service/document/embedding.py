"""Embeds the subsets of shared faces, as composite fonts whose codes are the encodings' own."""

from __future__ import annotations

import hashlib

from report_service.document.encoding import Encoding
from report_service.document.fonts import Face, subset
from report_service.document.objects import Objects, ref

_STEM_WIDTH = 80
_TAG_LETTERS = 6
# A font whose characters are not the standard Latin ones. Source: ISO 32000-1, table 123.
_SYMBOLIC = 4
# The most entries one bfchar block may have. Source: Adobe technical note 5411.
_MAX_BLOCK = 100
# What no code may stand for. Source: ISO 14289-1, 7.21.7, and ISO 19005-2, 6.2.11.7.
_NEVER = dict.fromkeys((0, 0xFEFF, 0xFFFE), 0xFFFD)

Codes = list[tuple[int, int, str]]


def embed(objects: Objects, encoding: Encoding) -> int:
    """Write a face with the glyphs that were used, and return the font's object number."""
    codes = list(encoding.codes())
    file, moved = subset(encoding.face, {glyph for _, glyph, _ in codes})
    name = f"{_tag(codes)}+{encoding.face.name}"
    descriptor = _descriptor(objects, encoding.face, name, file)
    descendant = objects.add(
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>"
        f"/CIDToGIDMap {ref(objects.add('', _glyph_map(codes, moved)))}"
        f"/DW 0/W[{_widths(encoding.face, codes)}]/FontDescriptor {ref(descriptor)}>>"
    )
    return objects.add(
        f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{ref(descendant)}]"
        f"/ToUnicode {ref(objects.add('', _to_unicode(codes)))}>>"
    )


def _descriptor(objects: Objects, face: Face, name: str, file: bytes) -> int:
    stream = objects.add(f"/Length1 {len(file)}", file)
    return objects.add(
        f"<</Type/FontDescriptor/FontName/{name}/Flags {_SYMBOLIC}/FontBBox[{' '.join(map(str, face.box))}]"
        f"/ItalicAngle 0/Ascent {face.ascent}/Descent {face.descent}/CapHeight {face.ascent}"
        f"/StemV {_STEM_WIDTH}/MissingWidth 0/FontFile2 {ref(stream)}>>"
    )


def _tag(codes: Codes) -> str:
    """Return the six letters that tell this subset of a font from another one."""
    digest = hashlib.sha256(repr(codes).encode()).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:_TAG_LETTERS])


def _widths(face: Face, codes: Codes) -> str:
    return " ".join(f"{code}[{face.advance(glyph)}]" for code, glyph, _ in codes)


def _glyph_map(codes: Codes, moved: dict[int, int]) -> bytes:
    table = bytearray(2 * (codes[-1][0] + 1))
    for code, glyph, _ in codes:
        table[2 * code : 2 * code + 2] = moved[glyph].to_bytes(2)
    return bytes(table)


def _to_unicode(codes: Codes) -> bytes:
    lines = [f"<{code:04X}> <{_hex(text)}>" for code, _, text in codes]
    blocks = [lines[start : start + _MAX_BLOCK] for start in range(0, len(lines), _MAX_BLOCK)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return _CMAP.replace("BODY", body).encode("ascii")


def _hex(text: str) -> str:
    return text.translate(_NEVER).encode("utf-16-be").hex().upper()


_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
BODY
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
