"""Reports that wait, so that a visitor sees each stage."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Page

from tests.e2e.access_scene import Scene
from tests.e2e.installations import Installation
from tests.e2e.test_faults import children_of

# As many as a standalone server makes at a time.
IN_HAND = 2
_NOTE = """() => {
  window.stages = [];
  const note = () => {
    const now = document.querySelector(".stages [aria-current=step]")?.textContent;
    if (now && now !== stages.at(-1)) stages.push(now);
  };
  new MutationObserver(note).observe(document.getElementById("main"), { childList: true, subtree: true });
}"""


@contextmanager
def held_reports(installation: Installation, scene: Scene) -> Iterator[None]:
    """Have no report made until leaving: the processes that draw stand still, each with one of somebody else's."""
    children = children_of(installation.parts["standalone"].running.pid)
    workers = [child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    assert workers
    try:
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        for _ in range(IN_HAND):
            scene.new_report(scene.owner)
        yield
    finally:
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGCONT)


def note_stages(page: Page) -> None:
    """Note each stage that the page shows from now on."""
    page.evaluate(_NOTE)


def noted_stages(page: Page) -> list[str]:
    """Return those that were noted, in their order."""
    stages: list[str] = page.evaluate("stages")
    return stages
