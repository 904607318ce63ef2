"""A player's story at the page: by keyboard alone, on a desk and on a phone, in both languages and colours."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Route, expect

from tests.e2e.access_scene import Scene
from tests.e2e.installations import PASSWORD
from tests.e2e.page.visitor import Visitor

pytestmark = [
    pytest.mark.parametrize("installation", ["standalone"], indirect=True),
    pytest.mark.timeout(180),
]
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


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def visitor(request: pytest.FixtureRequest, browser: Browser, base: str) -> Iterator[Visitor]:
    """Somebody new at a window of their own."""
    context = browser.new_context(**request.param)
    try:
        yield Visitor(context.new_page(), base)
    finally:
        context.close()


def test_player_does_everything_by_keyboard(visitor: Visitor, scene: Scene, tmp_path: Path) -> None:
    """Sign up, edit, picture, report, its file, sessions, sign out and in, delete: no view has a barrier."""
    page, username = visitor.page, f"page-{uuid.uuid4().hex[:10]}"
    visitor.visit()
    page.keyboard.press("Tab")
    expect(page.locator("#skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    visitor.sees_no_barrier()
    _look_somebody_up(visitor, scene)
    _sign_up(visitor, username)
    _edit(visitor, username, tmp_path)
    _ask_for_a_report(visitor, username, tmp_path)
    _sign_out_and_in(visitor, username)
    _leave(visitor)
    assert visitor.problems == []


def _look_somebody_up(visitor: Visitor, scene: Scene) -> None:
    page, name = visitor.page, scene.players[0]
    visitor.type("q", name)
    page.keyboard.press("Enter")
    visitor.is_at(f"#/search?q={name}")
    visitor.sees_no_barrier()
    visitor.press(f'a[href="#/players/{name}"]')
    visitor.is_at(f"#/players/{name}")
    expect(page.locator("h1")).to_be_focused()
    assert page.locator("svg").count() >= 4
    # What a chart shows stands in a table too.
    visitor.press("main details summary")
    expect(page.locator("main details[open] table")).to_be_visible()
    visitor.sees_no_barrier()


def _sign_up(visitor: Visitor, username: str) -> None:
    page = visitor.page
    visitor.press("#nav--sign-up")
    visitor.is_at("#/sign-up")
    visitor.type("username", "no name")
    visitor.type("password", PASSWORD)
    page.keyboard.press("Enter")
    wrong = page.locator('[name="username"]')
    expect(wrong).to_be_focused()
    expect(wrong).to_have_attribute("aria-invalid", "true")
    visitor.sees_no_barrier()
    visitor.type("username", username)
    page.keyboard.press("Enter")
    visitor.is_at(f"#/players/{username}")
    visitor.hears("Your account is open.", "Аккаунт открыт.")
    assert page.evaluate("document.cookie") == ""
    (kept,) = page.context.cookies()
    assert (kept["name"], kept["httpOnly"], kept["secure"], kept["sameSite"]) == (
        "__Host-dossier-refresh",
        True,
        True,
        "Strict",
    )
    visitor.sees_no_barrier()


def _edit(visitor: Visitor, username: str, folder: Path) -> None:
    page = visitor.page
    visitor.press('main a[href="#/edit"]')
    visitor.is_at("#/edit")
    visitor.sees_no_barrier()
    picture = folder / "picture.jpg"
    Image.linear_gradient("L").save(picture)  # Another part of it looks different.
    visitor.tab_to(page.locator("#picture"))
    page.locator("#picture").set_input_files(picture)  # The system's own window is not the page's.
    expect(page.locator("#crop-zoom")).to_be_focused()
    before = page.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    page.keyboard.press("End")
    assert page.locator("canvas").evaluate("canvas => canvas.toDataURL()") != before
    visitor.sees_no_barrier()
    with page.expect_response(lambda answer: answer.request.method == "PUT") as uploaded:
        visitor.press("main .crop-now button.primary")
    assert uploaded.value.status == 200
    expect(page.locator("#picture")).to_be_focused()
    visitor.type("displayName", "Анна <b>Ї</b>")
    visitor.type("city", "Kyiv")
    page.keyboard.press("Enter")
    visitor.hears("Saved.", "Сохранено.")
    visitor.press(f'main a[href="#/players/{username}"]')
    visitor.is_at(f"#/players/{username}")
    expect(page.locator("h1")).to_have_text("Анна <b>Ї</b>")


def _ask_for_a_report(visitor: Visitor, username: str, folder: Path) -> None:
    page = visitor.page
    visitor.press("main .actions a.primary")
    visitor.is_at(f"#/reports?of={username}")
    visitor.sees_no_barrier()
    visitor.press("main form button[type=submit]")
    download = page.locator("main .stack button.primary")
    expect(download).to_be_visible()
    visitor.sees_no_barrier()
    with page.expect_download() as saved:
        visitor.press("main .stack button.primary")
    saved.value.save_as(folder / "report.pdf")
    data = (folder / "report.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    assert saved.value.suggested_filename.startswith(username)
    expect(page.locator("main code")).to_have_text(hashlib.sha256(data).hexdigest())
    visitor.press('main a[href="#/reports"]')
    visitor.is_at("#/reports")
    expect(page.locator("main table tbody tr")).to_have_count(1)


def _sign_out_and_in(visitor: Visitor, username: str) -> None:
    page = visitor.page
    visitor.press("#nav--account")
    visitor.is_at("#/account")
    visitor.sees_no_barrier()
    visitor.press("#sign-out")
    visitor.is_at("#/")
    assert page.context.cookies() == []
    visitor.press("#nav--sign-in")
    visitor.is_at("#/sign-in")
    visitor.sees_no_barrier()
    visitor.type("username", username)
    visitor.type("password", "not that one")
    page.keyboard.press("Enter")
    expect(page.locator("form [role=alert]")).to_be_visible()
    visitor.type("password", PASSWORD)
    page.keyboard.press("Enter")
    visitor.is_at(f"#/players/{username}")
    page.reload()
    visitor.settle()
    expect(page.locator("#sign-out")).to_be_visible()


def _leave(visitor: Visitor) -> None:
    page = visitor.page
    visitor.press("#nav--account")
    visitor.is_at("#/account")
    expect(page.locator("main table tbody tr")).to_have_count(1)
    visitor.tab_to(page.locator('.danger-zone [name="password"]'))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("main p code")).to_be_visible()
    expect(page.locator("#nav--sign-in")).to_be_visible()
    assert page.context.cookies() == []
    visitor.sees_no_barrier()


def test_words_and_colours_are_chosen_and_kept(visitor: Visitor) -> None:
    """Both switches take effect at once and hold after the page is opened anew; the language is told to machines."""
    page = visitor.page
    visitor.visit()
    spoken = page.locator("html").get_attribute("lang")
    other = {"en": "ru", "ru": "en"}[spoken or ""]
    heading = page.locator("h1").inner_text()
    page.locator("#language").select_option(other)
    expect(page.locator("h1")).not_to_have_text(heading)
    page.locator("#theme").select_option("dark")
    page.reload()
    visitor.settle()
    expect(page.locator("html")).to_have_attribute("lang", other)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    visitor.sees_no_barrier()
    page.locator("#theme").select_option("light")
    visitor.sees_no_barrier()
    assert visitor.problems == []


def test_nothing_is_wider_than_the_window(visitor: Visitor, scene: Scene) -> None:
    """On a narrow phone too: what is wider scrolls within itself."""
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    for address in ("#/", f"#/players/{scene.players[0]}", "#/search?q=a", "#/sign-up"):
        visitor.visit(address)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320, address


@pytest.mark.parametrize("visitor", [DESK], indirect=True, ids=["desk"])
def test_tabs_keep_one_session_and_end_it_together(visitor: Visitor) -> None:
    """Tabs take up the session one after the other, each by the token that the one before it got; all are signed out at
    once."""
    first, second = visitor.page, visitor.page.context.new_page()
    visitor.visit("#/sign-up")
    first.locator('[name="username"]').fill(f"tabs-{uuid.uuid4().hex[:10]}")
    first.locator('[name="password"]').fill(PASSWORD)
    first.locator("main [type=submit]").click()
    expect(first.locator("#sign-out")).to_be_visible()
    held: list[Route] = []
    first.route("**/v1/auth:refresh", lambda route: held.append(route))
    with first.expect_request("**/v1/auth:refresh"):
        first.reload(wait_until="commit")
    second.goto(f"{visitor.base}/#/reports", wait_until="commit")
    second.wait_for_function("navigator.locks.query().then(({ pending }) => pending.length === 1)")
    with second.expect_request("**/v1/auth:refresh") as later:
        held[0].continue_()
    tokens = [request.all_headers()["cookie"] for request in (held[0].request, later.value)]
    assert tokens[0] != tokens[1]
    for tab in (first, second):
        expect(tab.locator("#sign-out")).to_be_visible()
        expect(tab.locator("[aria-busy]")).to_have_count(0)
    first.locator("#sign-out").click()
    for tab in (first, second):
        expect(tab.locator("#nav--sign-in")).to_be_visible()
    assert visitor.problems == []
