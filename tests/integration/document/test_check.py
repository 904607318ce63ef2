"""`make document-check` approves good files only, and says of every other what is wrong."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from fpdf import FPDF

from tests.document import __main__ as command
from tests.document import check as checking
from tests.document.check import CHECKS, State, check
from tests.document.hostile import Run
from tests.document.sample import TAGS, Tag, a_pdf, untagged_pdf
from tests.provision import verapdf as provision
from tests.provision.programs import ProvisionError

pytestmark = pytest.mark.usefixtures("pdf_readers")
GOOD = State(a_pdf, texts=("Somebody’s  games",), spoken=("12 wins of 20 games",))


def failing() -> bytes:
    """Fail as a renderer might."""
    raise ValueError("no such glyph")


def linked(address: str) -> bytes:
    """Return a page that leads to the address."""
    pdf = FPDF()
    pdf.add_page()
    pdf.link(0, 0, 9, 9, address)
    return bytes(pdf.output())


def test_good_file_passes_every_check(tmp_path: Path) -> None:
    """All checks ran and had nothing to say; the file is left in the folder."""
    (found,) = check({"two words": GOOD}, tmp_path)
    assert found.passed
    assert found.complaints == {name: [] for name in CHECKS}
    assert (found.pages, found.size_bytes) == (1, (tmp_path / "two-words.pdf").stat().st_size)


def test_each_fault_is_told_by_its_check(tmp_path: Path) -> None:
    """A plain file in a standard font fails in all but syntax; texts that are not there are named."""
    bad = State(lambda: untagged_pdf(font="Helvetica"), texts=("Ana",), spoken=("ליאת",))
    found, good = check({"bad": bad, "good": GOOD}, tmp_path)
    assert not found.passed
    assert good.passed
    assert [name for name, complaints in found.complaints.items() if not complaints] == ["qpdf", "active"]
    assert "Helvetica is not embedded" in found.complaints["fonts"]
    assert found.complaints["text"] == ["“Ana” is not in the text"]
    assert "no tag says “ליאת”" in found.complaints["structure"]


def test_state_that_is_not_rendered_fails_alone(tmp_path: Path) -> None:
    """An exception is that state's result; the others are checked."""
    bad, good = check({"bad": State(failing), "good": GOOD}, tmp_path)
    assert bad.problems == ["was not rendered: ValueError: no such glyph"]
    assert not bad.passed
    assert good.passed


def test_file_that_no_reader_opens_fails_every_check(tmp_path: Path) -> None:
    """Garbage is a complaint of each reader, not a crash."""
    (found,) = check({"garbage": State(lambda: b"no PDF at all")}, tmp_path)
    assert all(found.complaints[name] for name in CHECKS)


def test_other_checks_run_when_verapdf_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Java the state does not pass, says why, and is read by everybody else."""

    def no_java() -> list[str]:
        raise ProvisionError("no Java.")

    monkeypatch.setattr(provision, "command", no_java)
    (found,) = check({"good": GOOD}, tmp_path)
    assert found.problems == ["veraPDF did not run: no Java."]
    assert not found.passed
    assert list(found.complaints) == [name for name in CHECKS if name not in checking.TITLES.values()]


def test_only_meant_links_are_allowed(tmp_path: Path) -> None:
    """A link is fine when the state has it, and a complaint otherwise."""
    address = "https://club.example/verify"
    meant, smuggled = State(partial(linked, address), links=(address,)), State(partial(linked, address))
    allowed, refused = check({"meant": meant, "smuggled": smuggled}, tmp_path)
    assert allowed.complaints["active"] == []
    assert refused.complaints["active"] == [f"URI {address}"]


def test_command_prints_lines_and_fails_when_a_state_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a pipe: a line of fields for each state, a line for each complaint, and 1 as soon as there is one."""
    silent = State(lambda: a_pdf([*TAGS, Tag("Figure", entries={"/Alt": "chart"})]))
    monkeypatch.setattr(command, "STATES", {"good": GOOD, "silent": silent})
    monkeypatch.setattr("sys.argv", ["check"])
    assert command.main() == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split("\t")[:3] == ["state", "pages", "bytes"]
    assert lines[2].split("\t")[3:-1] == ["yes"] * len(CHECKS)
    assert lines[3].split("\t")[3:-1] == ["yes"] * 5 + ["no", "yes"]
    assert lines[4:] == ["silent: structure: the Alt of a Figure has no number: “chart”"]

    monkeypatch.setattr("sys.argv", ["check", "--only", "good"])
    assert command.main() == 0


def test_command_renders_hostile_texts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A line says how they fared; a report that failed makes it 1."""
    monkeypatch.setattr(command, "JUDGED", 2)
    monkeypatch.setattr(command, "MOST_SLOWDOWN", 100.0)
    monkeypatch.setattr("sys.argv", ["check", "--hostile", "3"])
    assert command.main() == 0
    assert "3 hostile reports: 0 faults" in capsys.readouterr().out

    monkeypatch.setattr(command, "run", lambda count: Run(["1: acts: JS"], [0.1], [0.1]))
    assert command.main() == 1
    assert "1: acts: JS" in capsys.readouterr().out
