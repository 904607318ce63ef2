"""HTTP with JSON, by a gateway on a real port with stand-ins behind it."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from gateway.app import open_server
from runtime.server import MAX_RECEIVE_BYTES
from tests.integration.gateway.calling import TRACE
from tests.integration.gateway.conftest import Club, open_club
from tests.provision.ports import free_port


@dataclass
class Browser:
    """Sends requests to one port, each by a connection of its own."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(self, verb: str, path: str, body: bytes | None = None, **headers: str) -> tuple[Any, bytes]:
        """Return the answer, whose headers are read, and its body."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await asyncio.to_thread(self._ask, verb, path, body, self.headers | named)

    def _ask(self, verb: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[Any, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(verb, path, body, headers)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[Club, Browser]]:
    """A gateway that serves HTTP before the stand-ins of another."""
    async with open_club(tmp_path) as club:
        port = free_port()
        settings = replace(club.settings, http_listen=f"127.0.0.1:{port}")
        async with open_server(settings):
            yield club, Browser(port)


def reason_in(body: bytes) -> str:
    return str(json.loads(body)["details"][0]["reason"])


async def test_unary_call_is_answered_in_json_under_its_request_id(served: tuple[Club, Browser]) -> None:
    """What the method answers comes as JSON; trace and request id go along, what else a client says does not."""
    club, browser = served
    answer, body = await browser.ask(
        "GET", "/v1/users/alice", x_request_id="r-1", traceparent=TRACE, x_user_id="root", cookie="a=b"
    )
    assert (answer.status, answer.headers["x-request-id"]) == (200, "r-1")
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(body)["user"]["username"] == "alice"
    seen = club.profiles.visits.metadata
    assert (seen["x-request-id"], "traceparent" in seen) == (["r-1"], True)
    assert not {"x-user-id", "cookie", "x-forwarded-for"} & set(seen)


async def test_error_has_its_status_and_reason(served: tuple[Club, Browser]) -> None:
    """A refusal is google.rpc.Status with the HTTP status of its code, or a problem for who asks for one."""
    _, browser = served
    answer, body = await browser.ask("GET", "/v1/reports")
    assert (answer.status, reason_in(body)) == (401, "TOKEN_MISSING")
    assert answer.headers["www-authenticate"] == 'Bearer realm="dossier"'
    answer, body = await browser.ask("GET", "/v1/reports", authorization="Bearer nonsense")
    assert (answer.status, reason_in(body)) == (401, "TOKEN_INVALID")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    answer, body = await browser.ask("GET", "/v1/nothing", accept="application/problem+json")
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(body)["type"] == "urn:dossier:error:PATH_UNKNOWN"
    answer, _ = await browser.ask("DELETE", "/v1/rules")
    assert (answer.status, answer.headers["allow"]) == (405, "GET")


async def test_bad_request_is_told_to_who_is_let_in_alone(served: tuple[Club, Browser]) -> None:
    """The door speaks before anything is said of the body."""
    club, browser = served
    bad = b'{"citi":"Kyiv"}'
    answer, body = await browser.ask("PATCH", "/v1/users/alice", bad, content_type="application/json")
    assert (answer.status, reason_in(body)) == (401, "TOKEN_MISSING")
    ((_, token),) = club.sign_in()
    answer, body = await browser.ask(
        "PATCH", "/v1/users/alice", bad, content_type="application/json", authorization=token
    )
    assert (answer.status, reason_in(body)) == (400, "INVALID_REQUEST")
    assert json.loads(body)["details"][1]["fieldViolations"] == [{"field": "user.citi", "description": "is no field"}]


async def test_browser_that_opens_the_code_on_a_report_is_sent_to_the_page(
    served: tuple[Club, Browser], report_id: str
) -> None:
    """A person reads words, a program gets JSON as ever."""
    _, browser = served
    address = f"/v1/reports:verify?report_id={report_id}"
    answer, body = await browser.ask("GET", address, accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (answer.status, answer.headers["location"], body) == (303, f"../#/verify/{report_id}", b"")
    for accept in ("application/json", "*/*"):
        answer, _ = await browser.ask("GET", address, accept=accept)
        assert answer.headers["content-type"] == "application/json"
    answer, body = await browser.ask("GET", "/v1/reports:verify?report_id=/evil.example", accept="text/html")
    assert (answer.status, reason_in(body)) == (400, "INVALID_REQUEST")


async def test_body_is_json_of_a_size(served: tuple[Club, Browser]) -> None:
    """What is larger than a message may be, or of another kind, is refused."""
    _, browser = served
    large = b" " * (MAX_RECEIVE_BYTES + 1)
    answer, _ = await browser.ask("POST", "/v1/auth:signIn", large, content_type="application/json")
    assert answer.status == 413
    answer, _ = await browser.ask("POST", "/v1/auth:signIn", b"username=a", content_type="text/plain")
    assert answer.status == 415


async def test_stream_that_fails_before_its_first_message_is_an_error(
    served: tuple[Club, Browser], report_id: str
) -> None:
    """Nothing is promised by a status that the stream then does not keep."""
    _, browser = served
    for accept in ("text/event-stream", "application/x-ndjson"):
        answer, body = await browser.ask("GET", f"/v1/reports/{report_id}:watch", accept=accept)
        assert (answer.status, reason_in(body)) == (401, "TOKEN_MISSING")
