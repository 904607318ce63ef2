"""Reports full of hostile texts. `make document-check DOCUMENTFLAGS=--hostile` makes 5,000 of them."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from report_service.document import pdf
from report_service.document.snapshot import Format, Order
from tests.document import hostile
from tests.document.builders import a_player
from tests.document.hostile import hostile_order, run, watched

COUNT = 150


@pytest.mark.timeout(240)
def test_hostile_texts_neither_break_nor_act_nor_reach_out() -> None:
    """No report fails, acts, or opens a file or a socket; how long they take is for `make document-check` to judge."""
    found = run(COUNT)

    assert found.faults == []
    assert len(found.times) == COUNT


def test_texts_are_of_every_category() -> None:
    """The few hundred that are tried have all that Unicode has."""
    texts = "".join(str(hostile_order(number).snapshot) for number in range(0, 30, 3))
    names = [hostile_order(number).snapshot.display_name for number in range(0, COUNT, 3)]  # type: ignore[union-attr]

    assert len({unicodedata.category(char) for name in names for char in name}) == 30
    assert "evil.example" in texts
    assert max(map(len, names)) == 200


def test_watch_notices_a_file(tmp_path: Path) -> None:
    """What is opened meanwhile is noted, and nothing after."""
    path = tmp_path / "some"
    path.write_bytes(b"")
    with watched() as touched:
        path.read_bytes()
    path.read_bytes()

    assert len(touched) == 1
    assert str(path) in touched[0]


def test_run_notices_a_failure_an_action_and_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A renderer that does what it must not is found out."""
    real = hostile.rendered

    def careless(order: Order) -> bytes:
        if order.format is Format.PDF and order == hostile_order(1):
            raise ValueError("no such glyph")
        if order == hostile_order(2):
            Path(__file__).read_bytes()
        if order == hostile_order(3):
            return real(Order(a_player(), verify_address="https://evil.example/"))
        return real(order)

    monkeypatch.setattr(hostile, "rendered", careless)
    faults = run(4).faults

    assert faults[0] == "1: ValueError: no such glyph"
    assert faults[1].startswith("2: reached for open")
    assert faults[2:] == ["3: acts: URI https://evil.example/"]


def test_profile_is_read_once() -> None:
    """fpdf2 would read it from its file for each document."""
    assert pdf._srgb() is pdf._srgb()
