"""HTTP requests that never end, are two in one, or are none: each is answered as what it is, or refused."""

from __future__ import annotations

import json
import time

import pytest

from gateway.http import connections
from runtime.server import MAX_METADATA_BYTES
from tests.integration.gateway.calling import happened
from tests.integration.gateway.conftest import Club
from tests.integration.gateway.http_peers import REPORT, connected, request, token_of

# More than is read at once, so that its end is read apart from its beginning.
LONG = b"a" * 600_000
CHUNKED = b"POST /v1/auth:signIn HTTP/1.1\r\nhost: club\r\ntransfer-encoding: chunked\r\n"
SIGN_UP = b'{"username":"carol","password":"a long and unusual password"}'

REFUSED = {
    "TLS": (b"\x16\x03\x01\x02\x00", 400),
    "no length": (b"GET / HTTP/1.1\r\nhost: club\r\ncontent-length: x\r\n\r\n", 400),
    "large header": (b"GET / HTTP/1.1\r\nx: " + b"a" * MAX_METADATA_BYTES + b"\r\n\r\n", 431),
    "many headers": (b"GET / HTTP/1.1\r\nhost: club\r\n" + b"a:\r\n" * 600 + b"\r\n", 431),
    "long path": (b"GET /" + b"a" * MAX_METADATA_BYTES + b" HTTP/1.1\r\n\r\n", 431),
    "endless path": (b"GET /" + LONG, 431),
    "endless header": (b"GET / HTTP/1.1\r\nhost: club\r\nx: " + LONG, 431),
    "endless name of a header": (b"GET / HTTP/1.1\r\nhost: club\r\n" + LONG, 431),
    "endless lines": (b"\r\n" * len(LONG), 431),
    "endless extension of a chunk": (CHUNKED + b"\r\n1;x=" + LONG, 431),
    "endless trailer": (CHUNKED + b"\r\n0\r\nx: " + LONG, 431),
    "two lengths": (CHUNKED + b"content-length: 3\r\n\r\nabc", 400),
    "no length of a chunk": (CHUNKED + b"\r\n0x3\r\nabc\r\n", 400),
    "no coding": (b"POST / HTTP/1.1\r\nhost: club\r\ntransfer-encoding: xchunked\r\n\r\nabc", 400),
    "folded header": (b"GET / HTTP/1.1\r\nhost: club\r\nx: a\r\n b\r\n\r\n", 400),
    "NUL": (b"GET / HTTP/1.1\r\nhost: club\r\nx: a\0b\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\nhost: club\r\nhost: club\r\n\r\n", 400),
    "two hosts of HTTP/1.0": (b"GET / HTTP/1.0\r\nhost: club\r\nhost: club\r\n\r\n", 400),
    "proxy": (b"CONNECT club:443 HTTP/1.1\r\nhost: club\r\n\r\n", 400),
    "HTTP/0.9": (b"GET /\r\n\r\n", 505),
    "HTTP/2": (b"GET / HTTP/2.0\r\nhost: club\r\n\r\n", 505),
}


async def test_what_is_no_request_is_refused_in_json(port: int) -> None:
    """The answer arrives even where the server hangs up before it has read everything."""
    for name, (sent, status) in REFUSED.items():
        async with connected(port) as peer:
            peer.writer.write(sent)
            got, headers, body = await peer.answer()
            assert (name, got, headers["content-type"], headers["connection"]) == (
                name,
                status,
                "application/json",
                "close",
            )
            assert json.loads(body)["code"] == 3
            assert headers["x-request-id"]
            assert headers["content-security-policy"]
            assert await peer.is_closed()


async def test_refusal_is_as_the_request_has_it(port: int) -> None:
    """Who wants problems as RFC 9457 has them, and names its requests, has both heeded as far as its head was read."""
    async with connected(port) as peer:
        peer.say("GET", "/", host="club", accept="application/problem+json", x_request_id="a-name-of-its-own")
        status, headers, body = await peer.answer()
        assert (status, headers["content-type"]) == (400, "application/problem+json")
        assert headers["x-request-id"] == "a-name-of-its-own"
        assert json.loads(body)["status"] == 400


async def test_every_request_of_a_connection_may_have_headers(port: int) -> None:
    """It is each head that has a size, and not all of them together."""
    async with connected(port) as peer:
        for _ in range(20):
            peer.say("GET", "/v1/users/alice", x="a" * 1024)
            assert (await peer.answer())[0] == 200


async def test_large_body_in_small_chunks_is_no_endless_head(port: int) -> None:
    """What stands around the chunks of a body may be more than a head has."""
    body = b" " * 4096 + SIGN_UP
    async with connected(port) as peer:
        peer.say("POST", "/v1/auth:signUp", transfer_encoding="chunked")
        peer.writer.write(b"".join(b"1;x=yz\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n")
        assert (await peer.answer())[0] == 200


async def test_old_client_without_a_host_is_answered_once(port: int) -> None:
    """HTTP/1.0 knows neither Host nor connections that are kept."""
    async with connected(port) as peer:
        peer.writer.write(b"GET /v1/users/alice HTTP/1.0\r\n\r\n")
        assert (await peer.answer())[0] == 200
        assert await peer.is_closed()


async def test_old_client_has_a_stream_without_chunks(club: Club, port: int) -> None:
    """HTTP/1.0 knows none: there is what is sent, and the end of the connection."""
    watch = f"GET /v1/reports/{REPORT}:watch HTTP/1.0\r\nauthorization: {token_of(club)}\r\n\r\n"
    async with connected(port) as peer:
        peer.writer.write(watch.encode())
        status, headers = await peer.head()
        assert (status, "transfer-encoding" in headers) == (200, False)
        assert json.loads(await peer.reader.readline())["report"]["reportId"] == REPORT
    await happened(club.reports.visits.cancelled)


async def test_old_client_has_an_answer_without_a_body(port: int) -> None:
    """Nothing stands behind its head."""
    async with connected(port) as peer:
        peer.writer.write(b"GET /docs HTTP/1.0\r\n\r\n")
        status, headers = await peer.head()
        assert (status, "transfer-encoding" in headers) == (308, False)
        assert await peer.reader.read() == b""


async def test_client_that_has_said_all_is_answered(club: Club, port: int) -> None:
    """Who ends its side of the connection after a request, as netcat does, still reads."""
    async with connected(port) as peer:
        peer.say("GET", "/v1/users/held")
        peer.writer.write_eof()
        await happened(club.profiles.visits.started)
        club.profiles.visits.released.set()
        status, headers, _ = await peer.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert await peer.reader.read() == b""


async def test_client_that_has_said_all_gets_a_file(club: Club, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long that takes, as long as it comes."""
    monkeypatch.setattr(connections, "LINGER_SECONDS", 0.3)
    club.reports.announced.size_bytes = club.reports.announced.read_size_bytes = 10**12
    async with connected(port) as peer:
        peer.say("GET", f"/v1/reports/{REPORT}:download", authorization=token_of(club))
        peer.writer.write_eof()
        assert (await peer.head())[0] == 200
        end = time.monotonic() + 2 * connections.LINGER_SECONDS
        while time.monotonic() < end:
            assert await peer.reader.read(2**20)


async def test_header_after_a_body_counts_for_nothing(club: Club, port: int) -> None:
    """A token in a trailer, where no proxy looks, lets nobody in; nor does it become the next request's."""
    trailer = f"authorization: {token_of(club)}\r\n".encode()
    async with connected(port) as peer:
        for _ in range(2):
            peer.say("PATCH", "/v1/users/alice", b"2\r\n{}\r\n0\r\n%b\r\n" % trailer, transfer_encoding="chunked")
            status, _, body = await peer.answer()
            assert (status, json.loads(body)["details"][0]["reason"]) == (401, "TOKEN_MISSING")
        peer.say("GET", "/v1/reports")
        assert (await peer.answer())[0] == 401


async def test_client_that_offers_another_protocol_is_answered_in_this_one(port: int) -> None:
    """Clients that would rather speak HTTP/2 say so with their first request, which may have a body."""
    offer = {"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "http2_settings": "AAMAAABkAAQAoAAAAAIAAAAA"}
    sign_up = request("POST", "/v1/auth:signUp", SIGN_UP, content_length=str(len(SIGN_UP)), **offer)
    async with connected(port) as peer:
        for part in (sign_up[:-60], sign_up[-60:]):
            peer.writer.write(part)
            await peer.writer.drain()
        assert (await peer.answer())[0] == 200
        peer.say("GET", "/v1/users/alice", b"", **offer)
        assert (await peer.answer())[0] == 200


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_client_that_offers_another_protocol_once_is_answered_in_this_one(port: int, version: str) -> None:
    """Where no second request may follow, the first one is still read whole."""
    head = f"POST /v1/auth:signUp HTTP/{version}\r\nhost: club\r\nconnection: Upgrade, close\r\nupgrade: h2c\r\n"
    async with connected(port) as peer:
        peer.writer.write(f"{head}content-length: {len(SIGN_UP)}\r\n\r\n".encode() + SIGN_UP)
        assert (await peer.answer())[0] == 200
        assert await peer.is_closed()


@pytest.mark.parametrize(
    ("sent", "drops"),
    [(b"", b"\r\n"), (b"GET / HTTP/1.1\r\nx: ", b"a"), (request("GET", "/v1/users/alice"), b"\r\n")],
    ids=["at first", "in a head", "after an answer"],
)
async def test_client_that_sends_a_byte_now_and_then_is_cut_off(
    port: int, sent: bytes, drops: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the whole head that has to be there in time."""
    monkeypatch.setattr(connections, "HANDSHAKE_SECONDS", 0.2)
    monkeypatch.setattr(connections, "KEEP_ALIVE_SECONDS", 0.2)
    async with connected(port) as peer:
        peer.writer.write(sent)
        assert await peer.is_closed_in_spite_of(drops)
