"""Somebody at a browser who uses nothing but the keyboard."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Error, Locator, Page, expect

from tests.e2e.http_calls import Http

# A view has fewer things to stop at.
MAX_STOPS = 150
PATIENCE_MS = 20_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 900},
    "color_scheme": "light",
    "locale": "en-GB",
    "reduced_motion": "reduce",
}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "color_scheme": "dark",
    "locale": "ru-RU",
    "reduced_motion": "reduce",
    "has_touch": True,
    "is_mobile": True,
}
_OF_THE_BROWSER = re.compile("chrome(-extension)?://")
# As the system has it, then in the other colours.
_LOOK = """async (rules) => {
  const root = document.documentElement, found = [];
  const chosen = root.dataset.theme;
  const isDark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  for (const theme of [chosen, isDark ? "light" : "dark"]) {
    if (theme) root.dataset.theme = theme;
    const { violations } = await axe.run({ runOnly: rules, resultTypes: ["violations"], iframes: false });
    for (const { id, nodes } of violations) found.push(`${id} (${theme}): ${nodes.map(({ target }) => target)}`);
  }
  if (chosen) root.dataset.theme = chosen; else delete root.dataset.theme;
  if (root.scrollWidth > screen.width) found.push(`wider than the window: ${root.scrollWidth}`);
  return found;
}"""
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Visitor:
    """A page in a window, and what goes wrong in it. `problems` has what the browser said."""

    page: Page
    base: str
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("pageerror", self._catch)
        self.page.on("console", self._hear)

    @property
    def on_phone(self) -> bool:
        """Whether the window is that of a phone."""
        return bool(self.page.evaluate("matchMedia('(pointer: coarse)').matches"))

    def _catch(self, error: Error) -> None:
        # What goes wrong in the browser's own viewer of PDF is not ours.
        if not _OF_THE_BROWSER.search(error.stack or ""):
            self.problems.append(f"{error} {error.stack}")

    def _hear(self, said: ConsoleMessage) -> None:
        # A browser says of each answer that is an error that it is one; the page tells people of those.
        source = said.location["url"]
        if said.type == "error" and "/v1/" not in source and not _OF_THE_BROWSER.match(source):
            self.problems.append(f"{said.text} ({source})")

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

    def choose(self, name: str, key: str) -> None:
        """Go to a list and press a key in it, such as "End"."""
        self.tab_to(self.page.locator(f'select[name="{name}"]'))
        self.page.keyboard.press(key)

    def is_at(self, address: str | re.Pattern[str]) -> None:
        """Wait for an address, and for what is there."""
        expect(self.page).to_have_url(f"{self.base}/{address}" if isinstance(address, str) else address)
        self.settle()

    def hears(self, *texts: str) -> None:
        """Wait until one of some texts, in whichever language, is said aloud."""
        expect(self.page.get_by_role("status")).to_have_text(either(*texts))

    def sees_no_barrier(self) -> None:
        """Have axe-core look at the view as it is, in both colours; nothing is wider than the window."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        found = self.page.evaluate(_LOOK, RULES)
        assert not found, f"{self.page.url}: {found}"


def either(*texts: str) -> re.Pattern[str]:
    """Return what matches one of some texts, such as the same in two languages."""
    return re.compile("|".join(map(re.escape, texts)))


def sign_in(http: Http, username: str, password: str, **fields: str) -> dict[str, str]:
    """Open a session past the page and return its tokens. `fields` are of the request."""
    body = json.dumps({"username": username, "password": password, **fields}).encode()
    tokens: dict[str, str] = http.ask("POST", "/v1/auth:signIn", body, content_type="application/json").json()["tokens"]
    return tokens


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
