"""Which code stands for which glyph in one document, and the operators that show a run of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from report_service.document.fonts import Face, face
from report_service.document.shaping import Glyph, Run

# Codes are two bytes wide.
_LAST_CODE = 0xFFFF


class Encoding:
    """The glyphs of one face that one document uses.

    A glyph's code is its own id, so that the encoded form of a label is the same in all documents. Only a glyph that
    stands for a second text in the same document gets a further code, from the top: a code extracts as one text.
    """

    def __init__(self, used: Face) -> None:
        self.face = used
        self._texts: dict[int, str] = {}
        self._extra: dict[tuple[int, str], int] = {}
        self._moved: dict[int, int] = {}
        self._shown: dict[tuple[Run, float], str] = {}

    def show(self, run: Run, size: float) -> str:
        """Return the operators that show a run at `size` points, and note its glyphs as used."""
        key = (run, size)
        if key not in self._shown:
            self._shown[key] = self._show(run, size)
        return self._shown[key]

    def codes(self) -> Iterator[tuple[int, int, str]]:
        """Yield each used code in order with its glyph id and text."""
        for code in sorted(self._texts):
            yield code, self._moved.get(code, code), self._texts[code]

    def _show(self, run: Run, size: float) -> str:
        texts, shown = _by_glyph_ids(run)
        if shown and all(self._texts.get(gid, text) == text for gid, text in texts.items()):
            self._texts.update(texts)
            return shown
        codes = [self._code(glyph) for glyph in run.glyphs]
        if any(glyph.dy for glyph in run.glyphs):
            return _shown_raised(run, codes, size)
        return _array(run.face, run.glyphs, codes)

    def _code(self, glyph: Glyph) -> int:
        if self._texts.setdefault(glyph.gid, glyph.text) == glyph.text:
            return glyph.gid
        key = (glyph.gid, glyph.text)
        if key not in self._extra:
            code = self._extra[key] = _LAST_CODE - len(self._extra)
            self._moved[code], self._texts[code] = key
        return self._extra[key]


def _shown_raised(run: Run, codes: list[int], size: float) -> str:
    """Show marks lifted off the baseline: each glyph by itself, with its own rise."""
    pieces = (
        f"{glyph.dy * size / 1000:.2f} Ts {_array(run.face, (glyph,), [code])}"
        for glyph, code in zip(run.glyphs, codes, strict=True)
    )
    return " ".join((*pieces, "0 Ts"))


@lru_cache(maxsize=2048)
def _by_glyph_ids(run: Run) -> tuple[dict[int, str], str]:
    """Return what a run's glyphs stand for, and its TJ if each can have its own id as code; nothing if not."""
    texts = {glyph.gid: glyph.text for glyph in run.glyphs}
    if any(glyph.dy or texts[glyph.gid] != glyph.text for glyph in run.glyphs):
        return texts, ""
    return texts, _array(run.face, run.glyphs, [glyph.gid for glyph in run.glyphs])


def _array(used: Face, glyphs: tuple[Glyph, ...], codes: list[int]) -> str:
    """Return one TJ: codes, and where shaping moved the pen, the correction in thousandths of an em."""
    parts: list[str] = []
    pending, open_string = 0, False
    for glyph, code in zip(glyphs, codes, strict=True):
        before = pending - glyph.dx
        if before:
            parts.append(f">{before}" if open_string else f"{before}")
            open_string = False
        parts.append(f"{code:04X}" if open_string else f"<{code:04X}")
        open_string = True
        pending = glyph.dx + _natural_advance(used.name, glyph.gid) - glyph.advance
    parts.append(">" if open_string else "")
    tail = str(pending) if pending else ""
    return f"[{''.join(parts)}{tail}]TJ"


@lru_cache(maxsize=8192)
def _natural_advance(name: str, glyph: int) -> int:
    return face(name).advance(glyph)
