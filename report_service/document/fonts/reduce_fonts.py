"""Makes the reduced faces of this folder from the complete ones; run by hand, never at run time.

    python reduce_fonts.py cjk NotoSansSC_400Regular.ttf NotoSansSC-Reduced.ttf
    python reduce_fonts.py hangul NotoSansKR_400Regular.ttf NotoSansKR-Reduced.ttf

The complete faces are in the npm packages that `MANIFEST.toml` names. Whoever remakes a face updates its entry there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import uharfbuzz as hb

_FULL_WIDTH_FORMS = range(0xFF01, 0xFFEF)
# Names are set horizontally and unkerned: vertical metrics and layout would cost 0.5 MB and change nothing.
_DROPPED_TABLES = (b"VORG", b"vhea", b"vmtx", b"BASE", b"GSUB", b"GPOS", b"GDEF")
_HALF_WIDTH_KATAKANA = range(0xFF61, 0xFFA0)


def main(charset: str, source: str, target: str) -> None:
    """Write to `target` the face `source` cut down to `charset`: "cjk" or "hangul"."""
    wanted = {"cjk": _cjk, "hangul": _hangul}[charset]()
    face = hb.Face(hb.Blob(Path(source).read_bytes()))
    Path(target).write_bytes(_subset(face, wanted))


def _subset(face: hb.Face, codepoints: set[int]) -> bytes:
    request = hb.SubsetInput()
    request.unicode_set.set(codepoints)
    request.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    request.drop_table_tag_set.set(int.from_bytes(tag) for tag in _DROPPED_TABLES)
    return bytes(request.subset(face).blob.data)


def _cjk() -> set[int]:
    """GB 2312, JIS X 0208 and the frequent half (level 1) of Big5: 10,967 characters and their punctuation."""
    found = set(_decoded("gb2312", range(0xA1, 0xF8), range(0xA1, 0xFF)))
    found |= set(_decoded("euc_jp", range(0xA1, 0xF5), range(0xA1, 0xFF)))
    found |= set(_decoded("big5", range(0xA4, 0xC7), [*range(0x40, 0x7F), *range(0xA1, 0xFF)]))
    # Latin, Greek and Cyrillic come from the text face; only what is wide belongs here.
    return {c for c in found if c >= 0x2E80} | set(_FULL_WIDTH_FORMS) | set(_HALF_WIDTH_KATAKANA)


def _hangul() -> set[int]:
    """The 2,350 syllables of KS X 1001 and the jamo shown alone."""
    syllables = set(_decoded("euc_kr", range(0xB0, 0xC9), range(0xA1, 0xFF)))
    return {c for c in syllables if 0xAC00 <= c <= 0xD7A3} | set(range(0x3131, 0x318F))


def _decoded(codec: str, rows: range, cells: range | list[int]) -> Iterator[int]:
    for row in rows:
        for cell in cells:
            text = bytes((row, cell)).decode(codec, errors="ignore")
            if len(text) == 1:
                yield ord(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
