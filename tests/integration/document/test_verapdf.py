"""veraPDF runs, tells good files from bad ones, and says so when it cannot run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.document.sample import TAGS, Tag, a_pdf, untagged_pdf
from tests.document.verapdf import Verdict, verapdf
from tests.provision import programs
from tests.provision import verapdf as provision
from tests.provision.programs import ProvisionError

pytestmark = pytest.mark.usefixtures("pdf_readers")


def judge(folder: Path, *files: bytes) -> list[Verdict]:
    """Write the files and have them judged."""
    paths = [folder / f"{number}.pdf" for number in range(len(files))]
    for path, content in zip(paths, files, strict=True):
        path.write_bytes(content)
    return verapdf(paths)


def clauses(verdict: Verdict) -> set[str]:
    """Return the clauses of the broken rules."""
    return {failure.clause for failure in verdict.failures}


def test_tagged_file_keeps_both_standards(tmp_path: Path) -> None:
    """A file with everything that is asked for is compliant twice."""
    ua1, a2a = judge(tmp_path, a_pdf())
    assert (ua1.profile, ua1.compliant, ua1.failures, ua1.error) == ("ua1", True, (), "")
    assert (a2a.profile, a2a.compliant, a2a.failures, a2a.error) == ("2a", True, (), "")


def test_file_without_tags_breaks_both_standards(tmp_path: Path) -> None:
    """No structure tree is a broken rule of each, told with clause, count and description."""
    ua1, a2a = judge(tmp_path, untagged_pdf())
    assert not ua1.compliant
    assert "7.1" in clauses(ua1)
    assert not a2a.compliant
    assert "6.7.3.3" in clauses(a2a)
    assert any("StructTreeRoot" in failure.description and failure.count == 1 for failure in ua1.failures)


def test_font_that_is_not_embedded_breaks_both_standards(tmp_path: Path) -> None:
    """One of the standard fonts, which no file embeds, is found by both profiles."""
    ua1, a2a = judge(tmp_path, untagged_pdf(font="Helvetica"))
    assert "7.21.4.1" in clauses(ua1)
    assert "6.2.11.4.1" in clauses(a2a)


def test_single_fault_is_the_only_one_told(tmp_path: Path) -> None:
    """A figure without Alt breaks one rule of UA-1, in the second of three files that one run judges."""
    verdicts = judge(tmp_path, a_pdf(), a_pdf([*TAGS, Tag("Figure")]), a_pdf())
    assert [verdict.path.name for verdict in verdicts] == ["0.pdf", "0.pdf", "1.pdf", "1.pdf", "2.pdf", "2.pdf"]
    assert [verdict.compliant for verdict in verdicts] == [True, True, False, True, True, True]
    assert [(failure.clause, failure.count) for failure in verdicts[2].failures] == [("7.3", 1)]


def test_file_that_is_no_pdf_is_not_compliant(tmp_path: Path) -> None:
    """What cannot be read gets a verdict with the reason, and the next file is judged all the same."""
    garbage, _, good, _ = judge(tmp_path, b"no PDF at all", a_pdf())
    assert not garbage.compliant
    assert garbage.error
    assert good.compliant


def test_jars_other_than_the_pinned_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A jar with other bytes is named and never run."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(provision, "_download", lambda folder: (folder / "parser-1.30.2.jar").write_bytes(b"other"))
    with pytest.raises(ProvisionError, match=r"not the pinned ones.*parser-1\.30\.2\.jar"):
        provision.command()


def test_error_names_java_when_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Java and without a way to install it, one sentence tells what to install."""
    monkeypatch.setattr(programs, "find", lambda *_: None)
    monkeypatch.setattr(programs, "install", lambda _: "E: Unable to locate package")
    with pytest.raises(ProvisionError, match=r"^java is missing .*apt-get install default-jdk-headless`\.\n"):
        verapdf([Path("any.pdf")])


def test_java_machine_that_dies_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer verdicts than files are never taken for approval."""
    monkeypatch.setattr(provision, "command", lambda: ["sh", "-c", "echo out of memory >&2; exit 3"])
    with pytest.raises(RuntimeError, match=r"judged 0 times.*out of memory"):
        judge(tmp_path, a_pdf())


def test_command_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has veraPDF neither downloads nor compiles again."""
    monkeypatch.setattr(provision, "_build", lambda _: pytest.fail("built again"))
    command = provision.command()
    assert subprocess.run([*command, "ua1"], capture_output=True, check=True).stdout == b""
