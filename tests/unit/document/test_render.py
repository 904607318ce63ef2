"""What holds for every document: it reads back, and it is the same wherever and whenever it is made."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from report_service.document import render as module
from report_service.document.language import codes
from report_service.document.snapshot import Format, Order
from tests.document.builders import ADDRESS, a_certificate, a_picture, a_player, a_season, an_order, games, rendered
from tests.document.states import orders
from tests.unit.document.reading import fonts_of, ordered, read, text_of

ORDERS = dict(orders())


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_document_reads_back_in_every_state(order: Order) -> None:
    """A sound file with a title, in which each font is a tagged subset that says what its codes stand for."""
    reader = pypdf.PdfReader(io.BytesIO(rendered(order)), strict=True)

    assert reader.metadata is not None
    assert reader.metadata.title
    assert all(page.extract_text() for page in reader.pages)
    for name, font in fonts_of(reader).items():
        descendant = font["/DescendantFonts"][0].get_object()
        assert re.fullmatch(r"/[A-Z]{6}\+[\w-]+", name)
        assert len(descendant["/FontDescriptor"]["/FontFile2"].get_data()) > 500
        assert b"beginbfchar" in font["/ToUnicode"].get_data()


@pytest.mark.parametrize(
    ("snapshot", "title"),
    [
        (a_player(display_name="Zoë"), "Player report: Zoë"),
        (a_season(), "Season report: Season 2026-autumn"),
        (a_certificate(), "Game certificate: Game of 20 Nov 2026"),
    ],
)
def test_metadata_names_subject_and_time_of_the_snapshot(snapshot: module.PlayerSnapshot, title: str) -> None:
    """Title, language and creation date come from the snapshot and from no clock."""
    reader = read(snapshot)

    assert reader.metadata is not None
    assert reader.metadata.title == title
    assert reader.metadata["/CreationDate"] == "D:20261123174500Z"
    assert reader.trailer["/Root"]["/Lang"] == "en"  # type: ignore[index]


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("snapshot", [a_player(), a_season(), a_certificate()], ids=["player", "season", "game"])
def test_language_that_was_asked_for_is_spoken(snapshot: module.PlayerSnapshot, code: str) -> None:
    """The file says which it is; without a wish that of the player, or of who asked, is taken."""
    own = replace(snapshot, locale=code)

    assert read(snapshot, code).trailer["/Root"]["/Lang"] == code  # type: ignore[index]
    assert read(own).trailer["/Root"]["/Lang"] == code  # type: ignore[index]
    assert read(own, "en").trailer["/Root"]["/Lang"] == "en"  # type: ignore[index]


def test_what_was_asked_for_goes_before_the_players_own_language() -> None:
    """A player of the United States is shown their own dates, unless the report was ordered with others."""
    own = a_player(locale="en-US")

    assert "Mar 9, 2024" in text_of(own)
    assert "9 Mar 2024" in text_of(own, "en-GB")


def test_bytes_are_equal_when_rendered_again_after_other_documents() -> None:
    """What a process rendered before leaves no trace in a document."""
    order = an_order(a_player(display_name="王 Ana (علي)", avatar=a_picture()))
    first = rendered(order)
    ordered(a_player(games(3), display_name="Ω 김철수 (عمر) ffi"))
    ordered(a_season())

    assert rendered(order) == first


def test_bytes_are_equal_when_rendered_by_another_process_with_another_hash_seed() -> None:
    """The document depends on the order alone, not on the process or the order of its sets."""
    code = (
        "import hashlib; from tests.document.builders import rendered; from tests.document.states import orders;"
        "print(hashlib.sha256(b''.join(rendered(order) for _, order in list(orders())[::-1])).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4242"}
    root = Path(__file__).parents[3]
    other = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=root, capture_output=True, text=True, check=True
    )

    here = b"".join(rendered(order) for order in list(ORDERS.values())[::-1])
    assert other.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_identifiers_differ_when_the_report_id_does() -> None:
    """Two reports of one snapshot are two files, by their text and by their /ID."""
    one, other = (read(a_player(report_id=report_id)) for report_id in ("aaaaaaaa", "bbbbbbbb"))

    assert one.trailer["/ID"] != other.trailer["/ID"]
    assert one.trailer["/ID"] == read(a_player((), report_id="aaaaaaaa")).trailer["/ID"]


def test_document_is_small_when_without_avatar() -> None:
    """Beside the avatar a report of fifty games takes less than 55 KB."""
    assert len(ordered(a_player(games(50)))) < 55_000


@pytest.mark.parametrize("kind", [Format.JSON, Format.CSV])
def test_other_formats_are_no_pdf(kind: Format) -> None:
    """The order's format decides."""
    assert not rendered(replace(an_order(a_player()), format=kind)).startswith(b"%PDF")


def test_half_of_a_pair_does_not_fail_a_document() -> None:
    """A lone surrogate anywhere is left out or replaced."""
    odd = a_player(display_name="a\ud800b", city="\udfff", club="\ud800", report_id="\ud800", username="\udfff")

    assert "ab" in text_of(odd)


def test_warm_up_opens_every_font_and_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """After warming up no font file is left to be opened by the first report, and every language was spoken."""
    opened: list[str] = []
    spoken: list[str] = []
    real_face, real_render = module.face, module.render
    monkeypatch.setattr(module, "face", lambda name: opened.append(name) or real_face(name))
    monkeypatch.setattr(module, "render", lambda order: spoken.append(order.locale) or real_render(order))

    module.warm_up()

    assert {"Inter-Regular", "NotoSansSC-Reduced", "Twemoji"} <= set(opened)
    assert spoken == list(codes())


@pytest.mark.parametrize(("asked", "spoken"), [("", "de"), ("ru", "ru"), ("de-AT", "de"), ("tlh", "en")])
def test_language_asked_for_goes_before_the_players_own(asked: str, spoken: str) -> None:
    """The player's own is that of who asks for none; one without a catalogue becomes English."""
    order = Order(a_player(locale="de"), locale=asked, verify_address=ADDRESS)
    reader = pypdf.PdfReader(io.BytesIO(rendered(order)))

    assert reader.trailer["/Root"]["/Lang"] == spoken  # type: ignore[index]
