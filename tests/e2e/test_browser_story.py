"""What a browser gets by the address of an installation: the page, the document, a player, and a report as a file."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import PASSWORD
from tests.e2e.http_calls import Http, http_to
from tests.e2e.installations import Installation

# Several gateways behind one address; the services of compose.yml in its place.
pytestmark = [pytest.mark.parametrize("installation", ["scale-out"], indirect=True), pytest.mark.timeout(120)]


@pytest.fixture
def http(installation: Installation) -> Iterator[Http]:
    """Requests by the port for browsers."""
    with http_to(installation.http_address) as opened:
        yield opened


def signed_up(http: Http) -> tuple[str, str]:
    """Return a new player's name and the header of their calls."""
    name = f"anna-{uuid.uuid4().hex[:10]}"
    body = json.dumps({"username": name, "password": PASSWORD}).encode()
    answer: dict[str, Any] = http.ask("POST", "/v1/auth:signUp", body, content_type="application/json").json()
    return name, f"Bearer {answer['tokens']['accessToken']}"


def test_page_and_document_are_served(http: Http) -> None:
    """A browser finds the page, a program the description of what it may ask."""
    page = http.ask("GET", "/")
    assert (page.status, page.headers["content-type"].partition(";")[0]) == (200, "text/html")
    assert b'<script type="module" src=' in page.body
    document = http.ask("GET", "/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "/v1/users/{username}" in document["paths"]


def test_player_is_read_by_anyone(http: Http) -> None:
    """Who has no account sees the profile of somebody who has just signed up; nobody else's is not found."""
    name, _ = signed_up(http)
    got = http.ask("GET", f"/v1/users/{name}")
    assert (got.status, got.json()["user"]["username"]) == (200, name)
    nobody = http.ask("GET", "/v1/users/nobody-at-all")
    assert (nobody.status, nobody.reason) == (404, "USER_NOT_FOUND")


def test_report_is_watched_and_downloaded(http: Http) -> None:
    """Its changes come line by line until it is READY; the file has the digest that the last one tells."""
    _, token = signed_up(http)
    asked = http.ask("POST", "/v1/reports", b"{}", authorization=token, content_type="application/json")
    report = asked.json()["report"]
    lines = http.ask("GET", f"/v1/reports/{report['reportId']}:watch", authorization=token).body.splitlines()
    last = json.loads(lines[-1])["report"]
    assert last["state"] == "STATE_READY"
    file = http.ask("GET", report["downloadUri"], authorization=token)
    assert (file.status, file.body[:5], file.headers["content-type"]) == (200, b"%PDF-", "application/pdf")
    assert hashlib.sha256(file.body).hexdigest() == last["sha256"]
