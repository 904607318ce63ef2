"""Texts made to break a renderer, and a run of many reports that are full of them."""

from __future__ import annotations

import gc
import random
import statistics
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from report_service.document.language import codes
from report_service.document.render import warm_up
from report_service.document.snapshot import Format, Order, Scope, Snapshot
from tests.document.active import ActiveObject, active_objects
from tests.document.builders import (
    ADDRESS,
    NAMES,
    a_certificate,
    a_player,
    a_season,
    a_seat,
    games,
    rendered,
)

_PIECES = (
    ") Tj ET /JS (app.alert(1)) BT (", "<</URI (http://evil.example)>>", "<</S/Launch/F(calc.exe)>>", "endstream",
    "endobj", "%PDF-1.7\n%%EOF", "EMC /Span <</ActualText (x)>> BDC", "\\)\\(\\\\", "<FEFF0041>", "]TJ", "%s%(x)d",
    "{}{0}{name!r}", "<script>alert(1)</script>", "<a href='http://evil.example'>x</a>", "&amp;&#0;<![CDATA[",
    "]]></rdf:li></x:xmpmeta>", "**bold** __u__ [x](http://evil.example)", "../../../../etc/passwd",
    "file:///etc/passwd", "\\\\evil.example\\share", "http://evil.example/a.png", "data:image/png;base64,AAAA",
    "javascript:alert(1)", '=HYPERLINK("http://e")', "\ud800", "\udfff", "\x00", "\u202e", "\u202d", "\u2066",
    "\u2067", "\u2069", "\u200f", "\u061c", "\ufeff", "\u2028", "\u0085", "\u3164", "\u200b", "\u00ad", "\ufffd",
    "\uffff", "\U0010ffff", "\U000e0001", "👩\u200d🚀", "🇩", "🇩🇪", "👍🏽", "1\ufe0f\u20e3", "\u200d", "\ufe0f", "ﷺ",
    "क्ष्म्य", "ལྷ", "각", "\u1100\u1161\u11a8", "ﬃ", "İıſẞ", "\u0e33", "()[]",
)  # fmt: skip
_LONGEST = 200
# How many times as long as an ordinary report a hostile one may take: what nobody else has written is shaped anew.
MOST_SLOWDOWN = 2.0
# Whoever renders needs none of these once it is warm.
_FORBIDDEN = ("open", "os.", "socket.", "subprocess.", "shutil.", "ctypes.dlopen", "urllib.", "import")


@dataclass(slots=True)
class Run:
    """What a run of hostile reports showed. Times are of the processor, in seconds.

    Attributes:
        faults: A sentence for each report that failed, acted, or reached for a file or the network.
        times: Of each hostile report.
        usual: Of each report of the same make with ordinary names.
    """

    faults: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    usual: list[float] = field(default_factory=list)

    @property
    def slowdown(self) -> float:
        """How many times as long as an ordinary report a hostile one takes, in the mean."""
        return statistics.fmean(self.times) / statistics.fmean(self.usual)


def hostile_text(chance: random.Random) -> str:
    """Return up to 200 characters of one temper, or of all of them."""
    return chance.choice(_TEMPERS)(chance)[:_LONGEST]


def hostile_order(number: int) -> Order:
    """Return the order of that number: a document of any kind, in any language, in which every text is hostile."""
    chance = random.Random(number)
    return _order(number, lambda: hostile_text(chance))


def usual_order(number: int) -> Order:
    """Return the same document with names and texts as people have them, no two alike."""
    chance = random.Random(number)
    return _order(number, lambda: f"{chance.choice(NAMES)} {chance.randrange(100_000)}")


def run(count: int) -> Run:
    """Render so many hostile reports, and a fifth as many ordinary ones between them, and look into each file."""
    found = Run()
    warm_up()
    for kind in range(3):
        _render(usual_order(-3 + kind))
    with tempfile.TemporaryDirectory(prefix="dossier-hostile-") as folder:
        path = Path(folder) / "hostile.pdf"
        for number in range(count):
            if number % 5 == 0:
                found.usual.append(_render(usual_order(number // 5))[1])
            try:
                with watched() as touched:
                    content, seconds = _render(hostile_order(number))
            except Exception as error:
                found.faults.append(f"{number}: {type(error).__name__}: {error}")
                continue
            found.times.append(seconds)
            found.faults += [f"{number}: reached for {event}" for event in touched]
            path.write_bytes(content)
            found.faults += [f"{number}: {fault}" for fault in _actions(path)]
    return found


@contextmanager
def watched() -> Iterator[list[str]]:
    """Note what this process opens meanwhile: files, sockets, programs and modules."""
    touched: list[str] = []
    _watchers().append(touched)
    yield touched
    _watchers().remove(touched)


@cache
def _watchers() -> list[list[str]]:
    """Return the lists to write to. A hook can be added to the interpreter, but never taken away."""
    watchers: list[list[str]] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if watchers and event.startswith(_FORBIDDEN):
            for touched in watchers:
                touched.append(f"{event} {arguments!r}"[:200])

    sys.addaudithook(hook)
    return watchers


def _render(order: Order) -> tuple[bytes, float]:
    # What the readers of other files left behind is not for this one to tidy up.
    gc.disable()
    start = time.process_time()
    content = rendered(order)
    seconds = time.process_time() - start
    gc.enable()
    for twin in (Format.JSON, Format.CSV):
        rendered(replace(order, format=twin))
    return content, seconds


def _actions(path: Path) -> list[str]:
    meant = ActiveObject("URI", ADDRESS)
    return [f"acts: {found.kind} {found.detail}" for found in active_objects(path) if found != meant]


def _order(number: int, text: Callable[[], str]) -> Order:
    make = (_player, _season, _certificate)[number % 3]
    locale = codes()[number // 3 % len(codes())]
    return Order(make(text), locale=locale, verify_address=ADDRESS)


def _player(text: Callable[[], str]) -> Snapshot:
    player = a_player([replace(game, table=text(), season=text(), game_id=text()) for game in games(12)])
    company = tuple(replace(who, username=text(), display_name=text()) for who in player.partners)
    return replace(
        player,
        username=text(),
        display_name=text(),
        locale=text(),
        email=text(),
        city=text(),
        club=text(),
        about=text(),
        report_id=text(),
        scope=Scope(text()),
        partners=company,
        opponents=company[::-1],
        avatar=text().encode("utf-8", "surrogatepass"),
    )


def _season(text: Callable[[], str]) -> Snapshot:
    season = a_season(12)
    return replace(
        season,
        report_id=text(),
        scope=Scope(text()),
        standings=tuple(replace(line, username=text(), display_name=text()) for line in season.standings),
        records=tuple(replace(record, username=text(), display_name=text()) for record in season.records),
    )


def _certificate(text: Callable[[], str]) -> Snapshot:
    names = ("report_id", "game_id", "season", "table", "rule_set", "points_profile")
    seats = tuple(a_seat(number, username=text(), name=text()) for number in range(1, 11))
    return a_certificate(seats=seats, **{name: text() for name in names})


@cache
def _by_category() -> list[list[str]]:
    categories: dict[str, list[str]] = {}
    for codepoint in range(0x110000):
        categories.setdefault(unicodedata.category(chr(codepoint)), []).append(chr(codepoint))
    return list(categories.values())


def _of_all_categories(chance: random.Random) -> str:
    return "".join(chance.choice(chance.choice(_by_category())) for _ in range(chance.randrange(1, 60)))


def _of_one_category(chance: random.Random) -> str:
    return "".join(chance.choices(chance.choice(_by_category()), k=chance.randrange(1, _LONGEST)))


def _of_one_block(chance: random.Random) -> str:
    first = chance.randrange(0x11000) * 16
    return "".join(chr(min(first + chance.randrange(128), 0x10FFFF)) for _ in range(chance.randrange(1, 80)))


def _of_pieces(chance: random.Random) -> str:
    return "".join(chance.choices(_PIECES, k=chance.randrange(1, 12)))


def _of_marks(chance: random.Random) -> str:
    return "Z" + "".join(chr(chance.randrange(0x300, 0x370)) for _ in range(_LONGEST))


def _of_one_character(chance: random.Random) -> str:
    return chance.choice(chance.choice(_by_category())) * _LONGEST


def _of_everything(chance: random.Random) -> str:
    return "".join(temper(chance)[: chance.randrange(40)] for temper in _TEMPERS[:-1])


_TEMPERS: tuple[Callable[[random.Random], str], ...] = (
    _of_all_categories,
    _of_one_category,
    _of_one_block,
    _of_pieces,
    _of_marks,
    _of_one_character,
    _of_everything,
)
