"""What a gateway says over HTTP before a body has come, to headers of many forms, and while nothing happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from gateway.app import open_server
from gateway.http import connections, exchange
from gateway.http.app import LARGE_BODIES_OF_ONE, STRANGERS_BYTES
from tests.integration.gateway.calling import TIMEOUT, happened
from tests.integration.gateway.conftest import Club
from tests.integration.gateway.http_peers import REPORT, connected, token_of
from tests.integration.gateway.upstreams import CHUNK
from tests.provision.ports import free_port


@pytest.fixture
async def port(club: Club) -> AsyncIterator[int]:
    """The HTTP port of a second gateway, behind one proxy, before the club's stand-ins."""
    port = free_port()
    async with open_server(replace(club.settings, http_listen=f"127.0.0.1:{port}", trusted_proxies=1)):
        yield port


async def test_call_is_refused_before_its_body_comes(port: int) -> None:
    """Nobody has a megabyte read who is not let in."""
    async with connected(port) as peer:
        peer.say("PATCH", "/v1/users/alice", content_type="application/json", content_length="1000000")
        status, _, body = await peer.answer()
    assert (status, json.loads(body)["details"][0]["reason"]) == (401, "TOKEN_MISSING")


async def test_body_that_comes_too_slowly_is_not_waited_for(
    club: Club, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often another byte comes, a body has the time of a call."""
    monkeypatch.setattr(exchange, "UNARY_SECONDS", 0.2)
    async with connected(port) as peer:
        peer.say(
            "PATCH",
            "/v1/users/alice",
            b"{",
            authorization=token_of(club),
            content_type="application/json",
            content_length="1000",
        )
        status, headers, body = await peer.answer()
    assert (status, headers["connection"]) == (408, "close")
    assert json.loads(body)["code"] == 4


async def test_client_that_leaves_its_call_has_it_cancelled(
    club: Club, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service is told, as it is by gRPC."""
    monkeypatch.setattr(connections, "LINGER_SECONDS", 0.1)
    async with connected(port) as peer:
        peer.say("GET", "/v1/users/waiting")
        await happened(club.profiles.visits.started)
    await happened(club.profiles.visits.cancelled)


@pytest.mark.parametrize("value", ["Bearer \xe9", "\xe9", "Bearer"])
async def test_token_that_cannot_be_one_is_not_none(port: int, value: str) -> None:
    """Who sends bytes that no token has is told so, and is not taken for nobody."""
    async with connected(port) as peer:
        peer.writer.write(b"GET /v1/users/alice HTTP/1.1\r\nhost: club\r\nauthorization: %b\r\n\r\n" % value.encode())
        status, headers, _ = await peer.answer()
    assert (status, headers["www-authenticate"]) == (401, 'Bearer realm="dossier", error="invalid_token"')


async def test_address_that_a_proxy_adds_counts_whatever_stands_before_it(club: Club, port: int) -> None:
    """A client cannot hide its address by bytes that no address has."""
    body = b'{"username":"carol","password":"a long and unusual password"}'
    async with connected(port) as peer:
        peer.writer.write(
            b"POST /v1/auth:signUp HTTP/1.1\r\nhost: club\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\nx-forwarded-for: \xc3\xa9, 203.0.113.7\r\n\r\n%b" % (len(body), body)
        )
        assert (await peer.answer())[0] == 200
    assert club.credentials.client_addresses == ["203.0.113.0/24"]


async def test_silent_stream_of_events_says_that_it_lives(
    club: Club, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nothing happens a comment comes now and then, which clients of events pass over."""
    monkeypatch.setattr(exchange, "BEAT_SECONDS", 0.05)
    async with connected(port) as peer:
        peer.say("GET", f"/v1/reports/{REPORT}:watch", authorization=token_of(club), accept="text/event-stream")
        await peer.head()
        async with asyncio.timeout(TIMEOUT):
            assert b"data: " in await peer.reader.readuntil(b"\n\n\r\n")
            for _ in range(2):
                assert await peer.reader.readuntil(b":\n\n\r\n") == b"3\r\n:\n\n\r\n"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/event-stream;q=0, */*", "application/x-ndjson"),
        ("application/x-ndjson, text/event-stream;q=0.1", "text/event-stream"),
        ("Text/Event-Stream", "text/event-stream"),
    ],
)
async def test_kind_that_a_client_rules_out_is_not_sent(club: Club, port: int, accept: str, kind: str) -> None:
    """A quality of 0 is a no."""
    async with connected(port) as peer:
        peer.say("HEAD", f"/v1/reports/{REPORT}:watch", authorization=token_of(club), accept=accept)
        assert (await peer.head())[1]["content-type"] == kind


@pytest.mark.parametrize(
    ("verb", "wanted", "status"),
    [("HEAD", "bytes=0-9", 200), ("GET", "Bytes=0-9", 206), ("GET", "bytes=0-9", 206), ("GET", "lines=0-9", 200)],
)
async def test_range_is_of_get_and_of_bytes(club: Club, port: int, verb: str, wanted: str, status: int) -> None:
    """RFC 9110 defines ranges for GET alone, and their unit in letters of any size."""
    club.reports.announced.size_bytes = club.reports.announced.read_size_bytes = len(CHUNK)
    club.reports.breaks_off_after = 1
    async with connected(port) as peer:
        peer.say(verb, f"/v1/reports/{REPORT}:download", authorization=token_of(club), range=wanted)
        assert (await peer.head())[0] == status


@pytest.mark.parametrize("query", ["readOffset=5", "read_limit=5", "readLimit=0"])
async def test_part_of_a_file_is_not_asked_for_by_the_query(club: Club, port: int, query: str) -> None:
    """A part would come under the tag of the whole; Range says it as HTTP does."""
    async with connected(port) as peer:
        peer.say("GET", f"/v1/reports/{REPORT}:download?{query}", authorization=token_of(club))
        status, _, body = await peer.answer()
    assert (status, json.loads(body)["details"][1]["fieldViolations"][0]["field"]) == (400, query.partition("=")[0])


@pytest.mark.parametrize("path", ["/v1/users/alice", "/v1/users/nobody", "/v1/nothing", "/v1/users/alice/avatar"])
async def test_answer_is_never_shown_as_a_page(port: int, path: str) -> None:
    """Whatever stands in an answer, no browser runs it, guesses its kind, or shows it within another page."""
    async with connected(port) as peer:
        peer.say("GET", path)
        _, headers, _ = await peer.answer()
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert (headers["x-frame-options"], headers["x-content-type-options"]) == ("DENY", "nosniff")
    if path.endswith("avatar"):
        assert headers["content-disposition"] == "attachment"


@pytest.mark.parametrize(
    ("verb", "path", "body", "code"),
    [
        ("GET", "/v1/users?pageSize=x", b"", "INVALID_ARGUMENT"),
        ("GET", f"/v1/reports/{REPORT}:watch?nope=1", b"", "INVALID_ARGUMENT"),
        ("PUT", "/v1/users/alice/avatar?nope=1", b"1", "INVALID_ARGUMENT"),
        ("PATCH", "/v1/users/alice", b"{", "INVALID_ARGUMENT"),
        ("HEAD", f"/v1/reports/{REPORT}:download", b"", "OK"),
        ("HEAD", "/v1/users/alice/avatar", b"", "OK"),
        ("GET", "/v1/users/alice", b"", "OK"),
    ],
)
async def test_each_call_is_logged_once(club: Club, port: int, verb: str, path: str, body: bytes, code: str) -> None:
    """A request that cannot be made is a refused call, of which no service hears; a short answer is a whole one."""
    club.reports.announced.size_bytes = club.reports.announced.read_size_bytes = len(CHUNK)
    async with connected(port) as peer:
        with capture_logs() as logs:
            peer.say(verb, path, body, authorization=token_of(club), content_length=str(len(body)))
            await (peer.head() if verb == "HEAD" else peer.answer())
            # The line is written when the answer has gone.
            peer.say("HEAD", "/v1/nothing")
            await peer.head()
    lines = [entry["code"] for entry in logs if entry["event"] == "rpc" and "GetSession" not in entry["method"]]
    # The stand-ins log theirs in the same process.
    assert lines == ([code, code] if code == "OK" else [code])


@pytest.mark.parametrize(("size", "status"), [(STRANGERS_BYTES, 400), (STRANGERS_BYTES + 1, 413)])
async def test_stranger_sends_little(port: int, size: int, status: int) -> None:
    """Who has not signed in has nothing to say that is long; who says its length, before any of it is read."""
    async with connected(port) as peer:
        sent = b" " * size if status == 400 else b""
        peer.say("POST", "/v1/auth:signIn", sent, content_type="application/json", content_length=str(size))
        assert (await peer.answer())[0] == status


async def test_one_caller_has_few_large_bodies_under_way(club: Club, port: int) -> None:
    """Memory for large bodies is for all; one who holds a share of it gets no more, and others go on."""
    ((_, token),) = club.sign_in()
    async with AsyncExitStack() as stack:
        for number in range(LARGE_BODIES_OF_ONE + 1):
            peer = await stack.enter_async_context(connected(port))
            peer.say(
                "PATCH",
                "/v1/users/alice",
                b"{",
                authorization=token,
                expect="100-continue",
                content_type="application/json",
                content_length=str(STRANGERS_BYTES + 1),
            )
            status, _ = await peer.head()
            assert status == (100 if number < LARGE_BODIES_OF_ONE else 429)
        peer = await stack.enter_async_context(connected(port))
        peer.say("PATCH", "/v1/users/alice", b"{}", authorization=token, content_length="2")
        assert (await peer.answer())[0] != 429


@pytest.mark.parametrize("path", ["/v1/users/waiting", "/v1/auth:signIn"])
async def test_call_that_a_stop_cuts_off_is_told_so(club: Club, path: str) -> None:
    """Who still waits when the grace is over is told to come again, as over gRPC, and not that there was a fault."""
    port = free_port()
    async with AsyncExitStack() as gateway:
        settings = replace(club.settings, http_listen=f"127.0.0.1:{port}", grace_seconds=0)
        await gateway.enter_async_context(open_server(settings))
        async with connected(port) as peer:
            if path.endswith("waiting"):
                peer.say("GET", path)
                await happened(club.profiles.visits.started)
            else:
                peer.say("POST", path, expect="100-continue", content_length="9")
                assert (await peer.head())[0] == 100
            async with asyncio.timeout(TIMEOUT):
                await gateway.aclose()
            status, headers, body = await peer.answer()
    assert (status, json.loads(body)["details"][0]["reason"]) == (503, "SERVER_DRAINING")
    assert headers["retry-after"]
