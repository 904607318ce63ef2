"""What a frame is given to show, and whether it shows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

# Keeps the files that the page makes addresses for; no script of ours may fetch these.
_FILES = """
  const files = new Map(), addressOf = URL.createObjectURL;
  URL.createObjectURL = (file) => { const url = addressOf(file); files.set(url, file); return url; };
  window.fileAt = async (url) => {
    const bytes = await files.get(url).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [files.get(url).type, new TextDecoder().decode(bytes.slice(0, 5)), hex];
  };
"""
_VIEWER = "Object.defineProperty(Navigator.prototype, 'pdfViewerEnabled', { get: () => %s });"


@dataclass(frozen=True)
class Shown:
    """A file in a frame; `begin` are its first characters."""

    content_type: str
    begin: str
    sha256: str


def claim_viewer(page: Page, *, there: bool) -> None:
    """Have the browser say whether it shows PDF, as those on desks do and those on phones do not."""
    page.add_init_script(_FILES + _VIEWER % str(there).lower())


@contextmanager
def shown_by_viewer(page: Page) -> Iterator[None]:
    """Wait on leaving until the browser shows a PDF in a frame, if this one has a viewer at all."""
    blank = page.context.new_page()
    has_viewer = blank.evaluate("navigator.pdfViewerEnabled")
    blank.close()
    if not has_viewer:
        yield
        return
    with page.expect_event("framenavigated", lambda frame: frame.url.startswith("chrome-extension:")):
        yield


def shown_in(frame: Locator) -> Shown:
    """Return what a frame was given."""
    return Shown(*frame.page.evaluate("(url) => fileAt(url)", frame.get_attribute("src")))
