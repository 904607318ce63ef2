"""The report by typst, asked for PDF/UA-1 and PDF/A-2a at once; compiler and fonts are opened once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import orjson
import typst

from bench.peers.content import Content, as_data
from report_service.document.fonts import FOLDER

_TEMPLATE = Path(__file__).with_name("report.typ")


def opened(folder: Path) -> Callable[[Content, bytes], bytes]:
    """Return what renders. It reads pictures from the folder, as JSON carries no bytes."""
    template = folder / _TEMPLATE.name
    template.write_bytes(_TEMPLATE.read_bytes())
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER)])
    compiler = typst.Compiler(str(template), root=str(folder), font_paths=fonts, ignore_system_fonts=True)
    numbers = count()

    def render(content: Content, avatar: bytes) -> bytes:
        picture = folder / f"avatar-{next(numbers)}.jpg"
        picture.write_bytes(avatar)
        data = orjson.dumps(as_data(content) | {"avatar": picture.name}).decode()
        made: bytes = compiler.compile(format="pdf", sys_inputs={"data": data}, pdf_standards=["ua-1", "a-2a"])
        picture.unlink()
        return made

    return render
