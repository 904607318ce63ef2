"""What somebody with bad intentions can do by the page: nothing."""

from __future__ import annotations

import http.server
import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from dossier.stats.v1 import game_pb2
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from playwright.sync_api import Browser, Page, expect

from tests.e2e.access_scene import Scene
from tests.e2e.games import a_game
from tests.e2e.http_calls import Got, Http
from tests.e2e.installations import PASSWORD, Installation
from tests.e2e.page.visitor import Visitor, sign_up
from tests.e2e.raw_calls import raw_calls
from tests.e2e.test_access import METHODS
from tests.provision.ports import free_port

_INJECTED = "document.querySelectorAll('main :is(script, [onerror], [onload], img[src=x])').length"
COOKIE = "__Host-dossier-refresh"
EVIL = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "'-alert(1)-'",
    "{{alert(1)}}${alert(1)}",
)

pytestmark = [
    pytest.mark.parametrize("installation", ["standalone"], indirect=True),
    pytest.mark.timeout(180),
]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window."""
    context = browser.new_context()
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.fixture
def username() -> str:
    """Somebody new."""
    return f"safe-{uuid.uuid4().hex[:10]}"


def signed_in(http: Http, username: str, **headers: str) -> Got:
    """Return the answer to a sign-in with more headers."""
    body = json.dumps({"username": username, "password": PASSWORD}).encode()
    return http.ask("POST", "/v1/auth:signIn", body, content_type="application/json", **headers)


@contextmanager
def another_site(html: str) -> Iterator[str]:
    """Serve one page at another origin; yield its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    port = free_port()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("path", ["/", "/app/main.js", "/style.css", "/docs/"])
def test_files_of_the_page_carry_every_guard(http: Http, installation: Installation, path: str) -> None:
    """Only our own scripts run, nobody frames us, no address is passed on, and a type is what it says."""
    got = http.ask("GET", path)
    policy = dict(part.split(" ", 1) for part in got.headers["content-security-policy"].split("; "))
    assert got.status == 200
    assert (policy["default-src"], policy["script-src"], policy["frame-ancestors"]) == ("'none'", "'self'", "'none'")
    assert not {"'unsafe-inline'", "'unsafe-eval'"} & set(" ".join(policy.values()).split())
    assert (got.headers["x-frame-options"], got.headers["x-content-type-options"]) == ("DENY", "nosniff")
    assert (got.headers["referrer-policy"], got.headers["cross-origin-opener-policy"]) == ("no-referrer", "same-origin")
    again = http.ask("GET", path, if_none_match=got.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_folder_is_found_without_its_slash(http: Http, installation: Installation) -> None:
    """Whoever leaves the last slash out is sent on; a path of somebody else's making leads nowhere else."""
    sent_on = http.ask("GET", "/docs")
    assert (sent_on.status, sent_on.headers["location"]) == (308, "/docs/")
    assert http.ask("GET", "//evil.example/docs").status == 404


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/v1/account", "no-store"),
        ("/v1/auth/sessions", "no-store"),
        ("/v1/reports", "no-store"),
        ("/v1/users/{username}/avatar", "private, no-cache"),
        ("/v1/nothing", "no-store"),
    ],
)
def test_private_answer_is_kept_by_no_cache(
    http: Http, installation: Installation, username: str, path: str, kept: str
) -> None:
    """What is for one caller is stored nowhere, or asked for again by its tag; never by a proxy."""
    token = sign_up(http, username, PASSWORD)
    got = http.ask("GET", path.format(username=username), authorization=token)
    assert got.headers["cache-control"] == kept


def test_refresh_token_is_in_the_cookie_and_nowhere_else(http: Http, installation: Installation, username: str) -> None:
    """A client that asks for the cookie gets it with every flag, and no token that a script could read."""
    sign_up(http, username, PASSWORD)
    assert signed_in(http, username).json()["tokens"]["refreshToken"]
    got = signed_in(http, username, x_dossier_session="cookie")
    name, *flags = [part.strip() for part in got.headers["set-cookie"].split(";")]
    token = name.removeprefix(f"{COOKIE}=")
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} < set(flags)
    assert not [flag for flag in flags if flag.startswith("Domain")]
    assert token.encode() not in got.body
    body, headers = b"{}", {"content_type": "application/json", "cookie": name}
    fresh = http.ask("POST", "/v1/auth:refresh", body, x_dossier_session="cookie", **headers)
    assert (fresh.status, fresh.json()["tokens"].get("refreshToken", "")) == (200, "")
    assert fresh.headers["set-cookie"].partition(";")[0] != name


def test_cookie_opens_nothing_by_itself(http: Http, installation: Installation, username: str) -> None:
    """Without the header that only our page sends, it is no token; and it is never an access token."""
    sign_up(http, username, PASSWORD)
    kept = signed_in(http, username, x_dossier_session="cookie").headers["set-cookie"].partition(";")[0]
    plain = http.ask("POST", "/v1/auth:refresh", b"{}", content_type="application/json", cookie=kept)
    assert (plain.status, plain.reason) == (400, "INVALID_REQUEST")
    for more in ({}, {"x_dossier_session": "cookie"}):
        private = http.ask("GET", "/v1/account", cookie=kept, **more)
        assert (private.status, private.reason) == (401, "TOKEN_MISSING")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_other_origin_gets_no_session_by_the_cookie(
    http: Http, installation: Installation, username: str, headers: dict[str, str]
) -> None:
    """What a browser says of who asks is believed."""
    sign_up(http, username, PASSWORD)
    kept = signed_in(http, username, x_dossier_session="cookie").headers["set-cookie"].partition(";")[0]
    got = http.ask(
        "POST",
        "/v1/auth:refresh",
        b"{}",
        content_type="application/json",
        cookie=kept,
        x_dossier_session="cookie",
        **headers,
    )
    assert (got.status, got.reason, "set-cookie" in got.headers) == (403, "ORIGIN_FOREIGN", False)


def test_other_site_in_a_real_browser_neither_asks_nor_frames(
    page: Page, base: str, http: Http, installation: Installation, username: str
) -> None:
    """A page elsewhere that is open beside ours can use no session and show nothing of ours."""
    sign_up(http, username, PASSWORD)
    visitor = Visitor(page, base)
    visitor.visit("#/sign-in")
    visitor.type("username", username)
    visitor.type("password", PASSWORD)
    page.keyboard.press("Enter")
    visitor.is_at(f"#/players/{username}")
    evil = page.context.new_page()
    with another_site(f'<iframe src="{base}/" id="framed"></iframe>') as address:
        evil.goto(address)
        asked = """async (base) => {
          const tries = [{}, {"x-dossier-session": "cookie"}].map((headers) =>
            fetch(`${base}/v1/auth:refresh`, {
              method: "POST", credentials: "include", body: "{}",
              headers: {"content-type": "application/json", ...headers},
            }).then((answer) => answer.status, () => "refused"));
          return Promise.all(tries);
        }"""
        assert evil.evaluate(asked, base) == ["refused", "refused"]
        (framed,) = [frame for frame in evil.frames if frame != evil.main_frame]
        assert framed.url.startswith("chrome-error:")
    assert page.evaluate(asked, base) == [400, 200]
    page.reload()
    visitor.settle()
    expect(page.locator("#sign-out")).to_be_visible()


def test_what_people_write_is_never_markup(
    page: Page, base: str, http: Http, installation: Installation, scene: Scene
) -> None:
    """Names, city, club and about of all kinds show as they are, in every view."""
    names = []
    for evil in EVIL:
        names.append(f"evil-{uuid.uuid4().hex[:10]}")
        sign_up(http, names[-1], PASSWORD, displayName=evil, city=evil, club=evil, about=evil)
    _play(installation, scene, names)
    visitor = Visitor(page, base)
    shown: list[str] = []
    page.on("dialog", lambda dialog: (shown.append(dialog.message), dialog.dismiss()))
    for name, evil in zip(names, EVIL, strict=True):
        visitor.visit(f"#/players/{name}")
        expect(page.locator("h1")).to_have_text(evil)
        expect(page.locator(".facts").first).to_contain_text(evil)
        expect(page.locator(".about")).to_have_text(evil)
        other = EVIL[1] if evil == EVIL[0] else EVIL[0]  # They sat at one table.
        expect(page.locator("main .half .player").get_by_text(other, exact=True)).to_have_count(1)
        assert page.evaluate(_INJECTED) == 0
    for address in ("#/search?q=alert", "#/", f"#/search?q={EVIL[0]}", f"#/players/{EVIL[0]}", f"#/verify/{EVIL[1]}"):
        page.goto(f"{base}/{address}")
        visitor.settle()
        assert page.evaluate(_INJECTED) == 0
    visitor.visit("#/search?q=alert")
    assert set(EVIL) <= set(page.locator("main .people .player").all_inner_texts())
    assert shown == []
    assert not [problem for problem in visitor.problems if "Content Security Policy" in problem]


def _play(installation: Installation, scene: Scene, names: list[str]) -> None:
    """Have them all sit at a table."""
    game = a_game([*names, *scene.players[: 10 - len(names)]], game_pb2.WINNER_RED)
    request = game_service_pb.RecordGameRequest(game=game)
    with raw_calls(installation.endpoint) as calls:
        method = METHODS["dossier.stats.v1.GameService/RecordGame"]
        answer = calls.send(method, request, scene.referee.metadata)
    assert answer.code.name == "OK", answer
