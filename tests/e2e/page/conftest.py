"""A browser before a standalone server, and people who use it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.access_scene import Scene
from tests.e2e.http_calls import Http, http_to
from tests.e2e.installations import Installation
from tests.e2e.page.visitor import DESK, PHONE, Visitor
from tests.provision import chromium


@pytest.fixture(scope="package")
def browser(scene: Scene) -> Iterator[Browser]:
    """A Chromium for all tests here: Playwright keeps a loop of its own in the thread, so the scene is set before."""
    with chromium.browser() as running:
        yield running


@pytest.fixture
def base(installation: Installation) -> str:
    """Where the page is."""
    return f"http://{installation.http_address}"


@pytest.fixture
def http(installation: Installation) -> Iterator[Http]:
    """Requests that no page makes."""
    with http_to(installation.http_address) as opened:
        yield opened


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def visitor(request: pytest.FixtureRequest, browser: Browser, base: str) -> Iterator[Visitor]:
    """Somebody new at a window of their own: on a desk in English by day, on a phone in Russian by night."""
    context = browser.new_context(**request.param)
    try:
        yield Visitor(context.new_page(), base)
    finally:
        context.close()
