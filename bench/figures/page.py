"""The page: how much a browser fetches for the first view, and how soon it shows something on a slow computer."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser

from bench.measuring import Figure, Plan
from tests.provision import chromium

SLOWDOWN = 4
KILOBYTE = 1024
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def first_view(plan: Plan) -> list[Figure]:
    """Open it with nothing kept, as a phone with a processor of a quarter of the speed."""
    address = f"http://{plan.standalone.http_address}/"
    with chromium.browser() as browser:
        visits = [_visit(browser, address) for _ in range(plan.rounds)]
    sizes, paints = zip(*visits, strict=True)
    return [
        Figure("page_bytes", "Page, first view", "KiB", sizes, aim=150, at_most=True, note="as sent, pictures too"),
        Figure("page_paint", "Page, first paint", "s", paints, aim=1.0, at_most=True, note=f"{SLOWDOWN}x slower"),
    ]


def _visit(browser: Browser, address: str) -> tuple[float, float]:
    """Return how many kibibytes came and after how many seconds the first thing was painted."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    try:
        page = context.new_page()
        session: Any = context.new_cdp_session(page)
        received: list[float] = []
        session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        session.send("Network.enable")
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        page.goto(address)
        page.wait_for_load_state("networkidle")
        return sum(received) / KILOBYTE, page.evaluate(PAINT) / 1000
    finally:
        context.close()
