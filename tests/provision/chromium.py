"""A Chromium to try the page in, which Playwright drives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.provision import programs

# It stays on this machine, and asks nobody for anything.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def browser() -> Iterator[Browser]:
    """Run one until leaving. Raises ProvisionError when there is none and none can be installed."""
    program = programs.ensure("chromium", "chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        try:
            yield running
        finally:
            running.close()
