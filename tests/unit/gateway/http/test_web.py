"""The sources of the page: no text becomes markup, no language lacks a word, nothing comes from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.http.server import WEB

SOURCES = sorted(path for path in WEB.rglob("*") if path.suffix in (".js", ".css", ".html", ".svg"))
SCRIPTS = [path for path in SOURCES if path.suffix == ".js"]
MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc|\beval\(|new Function")
# What names a vocabulary is no address that is asked for.
ELSEWHERE = re.compile(r"https?://(?!www\.w3\.org/)|//cdn|@import")
WORD = re.compile(r'^\s*"([^"]+)":', re.MULTILINE)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(WEB)))
def test_script_makes_no_markup_of_texts(path: Path) -> None:
    """Elements are made one by one; texts become text."""
    source = path.read_text(encoding="utf-8")
    assert not MARKUP.search(source)


def test_nothing_comes_from_elsewhere() -> None:
    """The page works without the internet, and nobody else learns who opens it."""
    found = {str(path.relative_to(WEB)): ELSEWHERE.findall(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {name: addresses for name, addresses in found.items() if addresses} == {}


def test_every_language_has_every_word() -> None:
    """A word that is missing would show as its key. The server's own sentences, in English, need no other text."""
    words = {path.stem: set(WORD.findall(path.read_text("utf-8"))) for path in (WEB / "app" / "messages").iterdir()}
    assert set(words) == {"en", "ru"}
    assert words["en"] - words["ru"] == set()
    assert {word for word in words["ru"] - words["en"] if not word.startswith(("error.", "rule."))} == set()
    assert len(words["en"]) > 100


def test_every_word_that_is_used_is_there() -> None:
    """What is asked for by a fixed key has a text."""
    messages = (WEB / "app" / "messages" / "en.js").read_text(encoding="utf-8")
    known = set(WORD.findall(messages))
    used = {key for path in SCRIPTS for key in re.findall(r"""\bt\("([^"]+)""", path.read_text(encoding="utf-8"))}
    assert used - known == set()
