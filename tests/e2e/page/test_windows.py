"""What holds in any window, whoever looks: words and colours, widths, tabs, the pointer, and calls that fail."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.access_scene import Scene
from tests.e2e.http_calls import Http
from tests.e2e.installations import PASSWORD
from tests.e2e.page.pictures import colour_of, two_colours
from tests.e2e.page.visitor import DESK, Visitor, either, sign_in

pytestmark = [
    pytest.mark.parametrize("installation", ["standalone"], indirect=True),
    pytest.mark.timeout(180),
]
# Not by wait_for_function, which compiles a text again and again; the page's policy forbids that.
_UNTIL_LOCK_IS_AWAITED = """async () => {
  while ((await navigator.locks.query()).pending.length !== 1) await new Promise((resolve) => setTimeout(resolve));
}"""
ON_A_DESK = pytest.mark.parametrize("visitor", [DESK], indirect=True, ids=["desk"])


@pytest.fixture
def username() -> str:
    """Somebody new."""
    return f"window-{uuid.uuid4().hex[:10]}"


def sign_up(visitor: Visitor, username: str) -> None:
    """Open an account at the page by pointer, and wait for the profile."""
    visitor.visit("#/sign-up")
    visitor.page.locator('[name="username"]').fill(username)
    visitor.page.locator('[name="password"]').fill(PASSWORD)
    visitor.page.locator("main [type=submit]").click()
    visitor.is_at(f"#/players/{username}")


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
    assert visitor.problems == []


def test_nothing_is_wider_than_the_window(visitor: Visitor, scene: Scene) -> None:
    """On a narrow phone too: what is wider scrolls within itself."""
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    owner = scene.owner
    for address in (
        "#/",
        f"#/players/{owner.username}",
        "#/search?q=a",
        "#/sign-up",
        "#/sign-in",
        f"#/verify/{owner.report_id}",
    ):
        visitor.visit(address)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_what_cannot_be_shown_is_said(visitor: Visitor) -> None:
    """Nobody found, no such player, nobody signed in: each has its words, and no barrier."""
    page = visitor.page
    visitor.visit("#/search?q=nobody+has+this+name")
    expect(page.get_by_text(either("Nobody has such a name.", "Никого с таким именем нет."))).to_be_visible()
    visitor.sees_no_barrier()
    visitor.visit("#/players/nobody-has-this-name")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("h1")).to_be_focused()
    visitor.sees_no_barrier()
    visitor.visit("#/reports")
    visitor.is_at("#/sign-in?next=%2Freports")
    visitor.sees_no_barrier()
    assert visitor.problems == []


@ON_A_DESK
def test_tabs_keep_one_session_and_end_it_together(visitor: Visitor, username: str) -> None:
    """Tabs take up the session one after the other, each by the token that the one before it got; all are signed out at
    once, and show no more of what only its owner sees."""
    sign_up(visitor, username)
    first, second = visitor.page, visitor.page.context.new_page()
    held: list[Route] = []
    first.route("**/v1/auth:refresh", lambda route: held.append(route))
    with first.expect_request("**/v1/auth:refresh"):
        first.reload(wait_until="commit")
    second.goto(f"{visitor.base}/#/reports", wait_until="commit")
    second.evaluate(_UNTIL_LOCK_IS_AWAITED)
    with second.expect_request("**/v1/auth:refresh") as later:
        held[0].continue_()
    tokens = [request.all_headers()["cookie"] for request in (held[0].request, later.value)]
    assert tokens[0] != tokens[1]
    for tab in (first, second):
        expect(tab.locator("#sign-out")).to_be_visible()
        expect(tab.locator("[aria-busy]")).to_have_count(0)
    first.locator("#sign-out").press("Enter")
    for tab in (first, second):
        expect(tab.locator("#nav--sign-in")).to_be_visible()
    expect(second).to_have_url(f"{visitor.base}/#/sign-in?next=%2Freports")
    assert visitor.problems == []


@ON_A_DESK
def test_tab_shows_nothing_of_who_is_no_longer_signed_in(visitor: Visitor, username: str) -> None:
    """Somebody else who signs in at one tab is the one whose account the others show."""
    sign_up(visitor, username)
    other = visitor.page.context.new_page()
    other.goto(f"{visitor.base}/#/account")
    whose = other.locator("main input[autocomplete=username]")
    expect(whose).to_have_value(username)
    sign_up(visitor, f"{username}-too")
    expect(whose).to_have_value(f"{username}-too")
    assert visitor.problems == []


@ON_A_DESK
def test_picture_is_cut_by_dragging(visitor: Visitor, http: Http, username: str, tmp_path: Path) -> None:
    """Who pulls a picture to the right sees, and keeps, its left side."""
    page = visitor.page
    sign_up(visitor, username)
    visitor.visit("#/edit")
    picture = tmp_path / "picture.png"
    picture.write_bytes(two_colours())
    page.locator("#picture").set_input_files(picture)
    box = page.locator("canvas").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + box["width"], middle[1], steps=4)
    page.mouse.up()
    expect(page.locator("#crop-across")).to_have_js_property("value", "0")
    with page.expect_response(lambda answer: answer.request.method == "PUT") as uploaded:
        page.locator("main .crop-now button.primary").click()
    assert uploaded.value.status == 200
    expect(page.locator("#picture")).to_be_focused()
    assert colour_of(http, username) == "red"
    assert visitor.problems == []


def test_sign_out_that_fails_is_no_sign_out(visitor: Visitor, http: Http, username: str) -> None:
    """Without the server the session goes on, and the page says so; one that had ended elsewhere is signed out."""
    page = visitor.page
    sign_up(visitor, username)
    alert = page.locator("#bar [role=alert]")
    for fail in (lambda route: route.abort(), lambda route: route.fulfill(status=503)):
        page.route("**/v1/auth:signOut", fail, times=1)
        visitor.press("#sign-out")
        expect(alert).to_contain_text(either("You are still signed in.", "Вы всё ещё в аккаунте."))
        visitor.sees_no_barrier()
        page.reload()
        visitor.settle()
        expect(page.locator("#sign-out")).to_be_visible()
        expect(alert).to_have_count(0)
    token = f"Bearer {sign_in(http, username, PASSWORD)['accessToken']}"
    body = {"body": b"{}", "content_type": "application/json", "authorization": token}
    assert http.ask("POST", "/v1/auth:signOutEverywhere", **body).status == 200
    visitor.press("#sign-out")
    expect(page.locator("#nav--sign-in")).to_be_visible()
    expect(alert).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0
    assert visitor.problems == []
