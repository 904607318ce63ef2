"""What poppler and qpdf say about a PDF file; each program is found, or installed from Debian."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.provision import programs

_TIMEOUT_SECONDS = 60
_PACKAGES = {
    "pdffonts": "poppler-utils",
    "pdfinfo": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "pdftotext": "poppler-utils",
    "qpdf": "qpdf",
}
# Read from the right, as a long name or type moves every column.
_FONT_LINE = re.compile(
    r"(?P<name>.+?)\s+(?P<type>(?:CID )?(?:Type|TrueType|unknown)\b.*?)\s+(?P<encoding>\S+)"
    r"\s+(?P<embedded>yes|no)\s+(?P<subset>yes|no)\s+(?P<unicode>yes|no)(?:\s+\d+\s+\d+|\s+\[none\])?\s*"
)


class UnreadablePdf(Exception):
    """A reader gave up on the file; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Font:
    """A font as pdffonts lists it. A `Type 3` font is always embedded and never a subset."""

    name: str
    type: str
    embedded: bool
    subset: bool
    to_unicode: bool


@dataclass(frozen=True, slots=True)
class Info:
    """What pdfinfo prints; `fields` has each of its lines by the words before the colon."""

    fields: Mapping[str, str]

    @property
    def pages(self) -> int:
        """How many pages the file has."""
        return int(self.fields["Pages"])

    @property
    def title(self) -> str:
        """The title, or nothing."""
        return self.fields.get("Title", "")

    @property
    def tagged(self) -> bool:
        """Whether the file says that it is tagged."""
        return self.fields.get("Tagged") == "yes"


def ensure_programs() -> None:
    """Find or install all of them. Raises ProvisionError."""
    for program, package in _PACKAGES.items():
        programs.ensure(program, package)


def qpdf_check(path: Path) -> list[str]:
    """Return what qpdf finds wrong with the syntax and the streams, line by line."""
    done = _run("qpdf", "--check", path)
    return [] if done.returncode == 0 else (done.stderr or done.stdout).strip().splitlines()


def fonts_of(path: Path) -> list[Font]:
    """Return the fonts that the pages use."""
    lines = _output("pdffonts", path).splitlines()[2:]
    return [_font(line) for line in lines]


def text_of(path: Path) -> str:
    """Return the text of all pages, in the order of the layout."""
    return _output("pdftotext", "-enc", "UTF-8", "-nopgbrk", path, "-")


def info_of(path: Path) -> Info:
    """Return what the file says about itself."""
    pairs = (line.partition(":") for line in _pdfinfo(path))
    return Info({name: value.strip() for name, colon, value in pairs if colon})


def structure_lines(path: Path) -> list[str]:
    """Return the tag tree without its text as pdfinfo prints it."""
    return _pdfinfo("-struct", path)


def pictures_of(path: Path, dpi: int) -> list[Image.Image]:
    """Return each page as an RGB picture."""
    with tempfile.TemporaryDirectory(prefix="dossier-pages-") as folder:
        _output("pdftoppm", "-r", str(dpi), "-png", path, f"{folder}/page")
        return [_picture(file) for file in sorted(Path(folder).iterdir())]


def _picture(file: Path) -> Image.Image:
    with Image.open(file) as image:
        return image.convert("RGB")


def _font(line: str) -> Font:
    found = _FONT_LINE.fullmatch(line)
    if not found:
        raise UnreadablePdf(f"pdffonts printed a line that is no font: {line!r}")
    embedded, subset, unicode = (found[column] == "yes" for column in ("embedded", "subset", "unicode"))
    return Font(found["name"], found["type"], embedded, subset, unicode)


def _pdfinfo(*arguments: str | Path) -> list[str]:
    """Return its lines. Its complaints do not count: it takes /Suspects false and some valid attributes for errors."""
    done = _run("pdfinfo", "-enc", "UTF-8", *arguments)
    if done.returncode != 0:
        raise UnreadablePdf(f"pdfinfo: {done.stderr.strip()}")
    return done.stdout.splitlines()


def _output(program: str, *arguments: str | Path) -> str:
    """Return what the program printed; a complaint of it is an error even when it went on."""
    done = _run(program, *arguments)
    if done.returncode != 0 or done.stderr:
        raise UnreadablePdf(f"{program}: {done.stderr.strip() or f'exit code {done.returncode}'}")
    return done.stdout


def _run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [programs.ensure(program, _PACKAGES[program]), *arguments]
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", timeout=_TIMEOUT_SECONDS, check=False
    )
