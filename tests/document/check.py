"""Everything that the independent readers find wrong with the reports of some states."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pypdf.errors import PyPdfError

from tests.document.active import ActiveObject, active_objects
from tests.document.complaints import structure_complaints
from tests.document.reading import UnreadablePdf, fonts_of, info_of, qpdf_check, text_of
from tests.document.structure import structure_of
from tests.document.verapdf import PROFILES, Verdict, verapdf
from tests.provision.programs import ProvisionError

TITLES = {"ua1": "UA-1", "2a": "A-2a"}
_ON_OPENING = ActiveObject("OpenAction", "destination")
CHECKS = (*TITLES.values(), "qpdf", "fonts", "text", "structure", "active")


@dataclass(frozen=True, slots=True)
class State:
    """A golden state.

    Attributes:
        render: Returns the PDF file.
        texts: What `pdftotext` must find, apart from spaces and line breaks.
        spoken: What an element of the tag tree must say, whatever its script; for names right to left.
        links: The addresses that the file may lead to.
    """

    render: Callable[[], bytes]
    texts: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(slots=True)
class Findings:
    """What was found in one state's file.

    Attributes:
        pages: And `size_bytes` and `seconds`, which the rendering took; 0 when it was not rendered.
        complaints: By check, in the order of CHECKS; a check that did not run is missing.
        problems: Why it was not rendered, or a check did not run.
    """

    name: str
    pages: int = 0
    size_bytes: int = 0
    seconds: float = 0.0
    complaints: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every check ran and none had a complaint."""
        return not self.problems and list(self.complaints) == list(CHECKS) and not any(self.complaints.values())


def check(states: Mapping[str, State], folder: Path) -> list[Findings]:
    """Render the states into files in the folder, `NAME.pdf`, and have all readers look at each."""
    findings = [_render(name, state, _path(folder, name)) for name, state in states.items()]
    rendered = [found for found in findings if not found.problems]
    _judge(rendered, [_path(folder, found.name) for found in rendered])
    for found in rendered:
        _read(found, states[found.name], _path(folder, found.name))
    return findings


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name.replace(' ', '-')}.pdf"


def _render(name: str, state: State, path: Path) -> Findings:
    """Write the file; a state that cannot be rendered is a finding like any other."""
    found = Findings(name)
    start = time.perf_counter()
    try:
        content = state.render()
    except Exception as error:
        found.problems.append(f"was not rendered: {type(error).__name__}: {error}")
        return found
    found.seconds, found.size_bytes = time.perf_counter() - start, len(content)
    path.write_bytes(content)
    return found


def _judge(findings: Sequence[Findings], paths: Sequence[Path]) -> None:
    """Add veraPDF's verdicts, or why there are none."""
    try:
        verdicts = verapdf(paths)
    except (ProvisionError, RuntimeError) as error:
        for found in findings:
            found.problems.append(f"veraPDF did not run: {error}")
        return
    for number, verdict in enumerate(verdicts):
        findings[number // len(PROFILES)].complaints[TITLES[verdict.profile]] = _failures(verdict)


def _failures(verdict: Verdict) -> list[str]:
    if verdict.compliant:
        return []
    return [str(failure) for failure in verdict.failures] or [verdict.error or "nothing was checked"]


def _read(found: Findings, state: State, path: Path) -> None:
    """Add what the other readers say; one that cannot read the file has a complaint."""
    readers: dict[str, Callable[[], list[str]]] = {
        "qpdf": lambda: qpdf_check(path),
        "fonts": lambda: _fonts(path),
        "text": lambda: _text(path, state),
        "structure": lambda: _structure(path, state),
        "active": lambda: _active(path, state),
    }
    for name, reader in readers.items():
        try:
            found.complaints[name] = reader()
        except ProvisionError as error:
            found.problems.append(f"{name} was not checked: {error}")
        except (UnreadablePdf, PyPdfError) as error:
            found.complaints[name] = [str(error)]
    with suppress(UnreadablePdf, ProvisionError):
        found.pages = info_of(path).pages


def _fonts(path: Path) -> list[str]:
    """Each font is embedded, a subset and can be turned back into text."""
    fonts = fonts_of(path)
    complaints = [] if fonts else ["the file has no font"]
    complaints += [f"{font.name} is not embedded" for font in fonts if not font.embedded]
    complaints += [f"{font.name} is not a subset" for font in fonts if not font.subset and font.type != "Type 3"]
    return complaints + [f"{font.name} has no ToUnicode" for font in fonts if not font.to_unicode]


def _text(path: Path, state: State) -> list[str]:
    found = "".join(text_of(path).split())
    return [f"“{text}” is not in the text" for text in state.texts if "".join(text.split()) not in found]


def _structure(path: Path, state: State) -> list[str]:
    root = structure_of(path)
    said = {text for element in root.walk() for text in (element.actual_text, element.alt, element.spoken)}
    return structure_complaints(root) + [f"no tag says “{text}”" for text in state.spoken if text not in said]


def _active(path: Path, state: State) -> list[str]:
    """Nothing can act but opening at a page and the links that were meant."""
    allowed = {_ON_OPENING, *(ActiveObject("URI", link) for link in state.links)}
    return [f"{found.kind} {found.detail}".strip() for found in active_objects(path) if found not in allowed]
