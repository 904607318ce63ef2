"""Somebody at a browser who uses nothing but the keyboard."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from tests.e2e.http_calls import Http

# A view has fewer things to stop at.
MAX_STOPS = 150
PATIENCE_MS = 20_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Visitor:
    """A page in a window, and what goes wrong in it. `problems` has what the browser said."""

    page: Page
    base: str
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, said: ConsoleMessage) -> None:
        # A browser says of each answer that is an error that it is one; the page tells people of those.
        if said.type == "error" and "/v1/" not in said.location["url"]:
            self.problems.append(said.text)

    def visit(self, address: str = "") -> None:
        """Open the page at an address within it, such as "#/search"."""
        self.page.goto(f"{self.base}/{address}")
        self.settle()

    def settle(self) -> None:
        """Return when nothing of the view is still on its way."""
        expect(self.page.locator("[aria-busy]")).to_have_count(0)

    def tab_to(self, target: Locator) -> None:
        """Press Tab until something has the focus; fail when it cannot be reached."""
        expect(target).to_be_visible()
        for _ in range(MAX_STOPS):
            if target.evaluate("node => node === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} is not reached by the keyboard")

    def press(self, selector: str, key: str = "Enter") -> None:
        """Go to a link or button and press it."""
        self.tab_to(self.page.locator(selector).first)
        self.page.keyboard.press(key)

    def type(self, name: str, text: str) -> None:
        """Go to a field and write over what stands there."""
        self.tab_to(self.page.locator(f'[name="{name}"]'))
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def is_at(self, address: str) -> None:
        """Wait for an address, and for what is there."""
        expect(self.page).to_have_url(f"{self.base}/{address}")
        self.settle()

    def hears(self, *texts: str) -> None:
        """Wait until one of some texts, in whichever language, is said aloud."""
        expect(self.page.get_by_role("status")).to_have_text(re.compile("|".join(map(re.escape, texts))))

    def sees_no_barrier(self) -> None:
        """Have axe-core look at the view as it is."""
        found = Axe().run(self.page, options={"runOnly": RULES})
        shown: list[dict[str, Any]] = found.response["violations"]
        told = [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in shown]
        assert not told, f"{self.page.url}: {told}"


def sign_up(http: Http, username: str, password: str, **fields: str) -> str:
    """Open an account past the page and return the header of its calls. `fields` are of the profile."""
    body = json.dumps({"username": username, "password": password}).encode()
    tokens = http.ask("POST", "/v1/auth:signUp", body, content_type="application/json").json()["tokens"]
    token = f"Bearer {tokens['accessToken']}"
    if fields:
        change = json.dumps(fields).encode()
        path = f"/v1/users/{username}"
        changed = http.ask("PATCH", path, change, content_type="application/json", authorization=token)
        assert changed.status == 200, changed.body
    return token
