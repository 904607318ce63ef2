"""The look in one place: colours, text styles and the page's geometry in points (1/72 inch, origin top left)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

PAGE_WIDTH = 595.28
PAGE_HEIGHT = 841.89
MARGIN = 40.0
CONTENT_WIDTH = PAGE_WIDTH - 2 * MARGIN
BODY_BOTTOM = 792.0


def _colour(code: str) -> str:
    """Return #rrggbb as the three operands of a PDF colour operator."""
    return " ".join(f"{int(code[i : i + 2], 16) / 255:.3g}" for i in (1, 3, 5))


WHITE = _colour("#ffffff")
INK = _colour("#0f172a")
MUTED = _colour("#475569")
HAIRLINE = _colour("#e2e8f0")
TRACK = _colour("#e9edf3")
GRID = _colour("#94a3b8")
ZEBRA = _colour("#f6f8fb")
BAND = _colour("#1e1b4b")
BAND_SOFT = _colour("#c7d2fe")
BAND_LABEL = _colour("#a5b4fc")
DISC = _colour("#4338ca")

# The pair differs by 3:1 in lightness, and each from white by as much: it survives grey print.
WIN = _colour("#134e4a")
LOSS = _colour("#ee6a0a")
LOSS_TEXT = _colour("#c2410c")
DRAW = _colour("#e2e8f0")
DRAW_EDGE = MUTED
# A stretch of uncertainty, or an area below a line: the dark of the pair, a tenth of it.
AREA = _colour("#cfdedd")


class Weight(StrEnum):
    """The two weights of the text face."""

    REGULAR = "Inter-Regular"
    SEMIBOLD = "Inter-SemiBold"


@dataclass(frozen=True, slots=True)
class Style:
    """How a line of text looks. `size` and `tracking` (added after each glyph) are in points."""

    size: float
    colour: str
    weight: Weight = Weight.REGULAR
    tabular: bool = False
    tracking: float = 0.0

    @lru_cache(maxsize=256)  # noqa: B019 - the styles are few, and their variants come back in every report
    def coloured(self, colour: str) -> Style:
        """Return this style in another colour."""
        return replace(self, colour=colour)

    @lru_cache(maxsize=256)  # noqa: B019
    def sized(self, size: float) -> Style:
        """Return this style in another size."""
        return replace(self, size=size)

    def scaled(self, factor: float) -> Style:
        """Return this style, so much larger, its tracking too: lines set in it are wider by as much."""
        return replace(self, size=self.size * factor, tracking=self.tracking * factor)

    @lru_cache(maxsize=256)  # noqa: B019
    def tabulated(self) -> Style:
        """Return this style with digits of equal width."""
        return replace(self, tabular=True)


NAME = Style(24, WHITE, Weight.SEMIBOLD)
HANDLE = Style(10.5, BAND_SOFT)
BAND_CAPTION = Style(6.5, BAND_LABEL, Weight.SEMIBOLD, tracking=0.5)
BAND_VALUE = Style(9, WHITE)

HEADING = Style(11, BAND, Weight.SEMIBOLD)
BODY = Style(9, INK)
BODY_STRONG = Style(9, INK, Weight.SEMIBOLD)
NOTE = Style(7.5, MUTED)
CAPTION = Style(6.5, MUTED, Weight.SEMIBOLD, tracking=0.45)
FIGURE = Style(20, INK, Weight.SEMIBOLD, tabular=True)
CELL = Style(8.5, INK)
CELL_STRONG = Style(8.5, INK, Weight.SEMIBOLD)
# Letters that have no capitals would be too small at the captions' size.
_TALL_CAPTION = 7.5


def caption(mirrored: bool) -> Style:
    """Return the style of captions, larger where the language has no capitals."""
    return CAPTION.sized(_TALL_CAPTION) if mirrored else CAPTION


def band_caption(mirrored: bool) -> Style:
    """Return the same for captions on the dark band."""
    return BAND_CAPTION.sized(_TALL_CAPTION) if mirrored else BAND_CAPTION
