"""The engines that take turns at the report. What only the dependency group `peers` installs may be missing."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.peers import stock_fpdf2
from bench.peers.content import Content, content
from report_service.document.avatar import to_jpeg
from report_service.document.render import render
from report_service.document.snapshot import Order, PlayerSnapshot

ADDRESS = "https://club.example/verify/0123456789abcdef"
Render = Callable[[Content, bytes], bytes]


@dataclass(frozen=True, slots=True)
class Engine:
    """One of them.

    Attributes:
        package: whose version tells which it was.
        draw: a player to the bytes of the PDF.
        picture_bytes: the size of the picture in that PDF.
    """

    name: str
    title: str
    package: str
    draw: Callable[[PlayerSnapshot], bytes]
    picture_bytes: Callable[[PlayerSnapshot], int]

    @property
    def version(self) -> str:
        """The version that is installed."""
        return version(self.package)


def engines(folder: Path) -> tuple[list[Engine], list[str]]:
    """Return those that are here, ours first, and a sentence about each that is not.

    Args:
        folder: for what an engine can read from files only; must outlive the engines.
    """
    found = [
        Engine("ours", "ours", "dossier", _ours, lambda player: len(to_jpeg(player.avatar or b"") or b"")),
        _peer("fpdf2", "stock fpdf2, drawn", "fpdf2", stock_fpdf2.drawn),
        _peer("fpdf2_tables", "stock fpdf2, table()", "fpdf2", stock_fpdf2.with_tables),
    ]
    missing = []
    for name in ("reportlab", "typst", "weasyprint"):
        try:
            module = importlib.import_module(f"bench.peers.by_{name}")
        except (ImportError, OSError) as error:  # OSError: WeasyPrint without Pango.
            missing.append(f"{name} is left out: {error}. `make bench` installs what is on the package index.")
            continue
        found.append(_peer(name, name, name, module.opened(folder)))
    return found, missing


def _ours(player: PlayerSnapshot) -> bytes:
    return render(Order(player, locale="en", verify_address=ADDRESS)).data


def _peer(name: str, title: str, package: str, draw: Render) -> Engine:
    return Engine(
        name,
        title,
        package,
        lambda player: draw(content(player, ADDRESS), player.avatar or b""),
        lambda player: len(player.avatar or b""),
    )
