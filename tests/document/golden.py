"""Golden pictures: what the pages looked like when a person last looked at them and found them good.

`python -m tests.document.golden` draws them anew, to be looked at before they are committed.
"""

from __future__ import annotations

from pathlib import Path

import pypdfium2
from PIL import Image

from tests.document.states import STATES

FOLDER = Path(__file__).parent / "golden"
PICTURED = (
    "avatar",
    "ten thousand games",
    "no games",
    "all hidden",
    "many scripts",
    "all emoji",
    "everything long in de",
    "everything long in ar",
    "both directions in ar",
    "season",
    "season in ar",
    "certificate",
)
_DOTS_PER_INCH = 45
_POINTS_PER_INCH = 72
_COLOURS = 64


def path_of(state: str) -> Path:
    """Return where the picture of a state is kept."""
    return FOLDER / f"{state.replace(' ', '-')}.png"


def picture_of(state: str) -> Image.Image:
    """Return all pages of a state side by side, as PDFium draws them, whose version is locked."""
    document = pypdfium2.PdfDocument(STATES[state].render())
    pages = [page.render(scale=_DOTS_PER_INCH / _POINTS_PER_INCH).to_pil().convert("RGB") for page in document]
    sheet = Image.new("RGB", (sum(page.width for page in pages), max(page.height for page in pages)), "white")
    left = 0
    for page in pages:
        sheet.paste(page, (left, 0))
        left += page.width
    return sheet.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def main() -> None:
    """Draw all pictures."""
    FOLDER.mkdir(exist_ok=True)
    for state in PICTURED:
        picture_of(state).save(path_of(state), optimize=True)
        print(path_of(state))


if __name__ == "__main__":
    main()
