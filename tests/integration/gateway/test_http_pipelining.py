"""HTTP clients that do not wait for an answer: it goes out whole, and nothing follows."""

from __future__ import annotations

import json

import pytest
from structlog.testing import capture_logs

from tests.integration.gateway.calling import happened
from tests.integration.gateway.conftest import Club
from tests.integration.gateway.http_peers import REPORT, connected, request, token_of

HELD = request("GET", "/v1/users/held")
NEXT = request("GET", "/v1/users/alice")


BEHIND = {"request": NEXT, "garbage": b"\x16\x03\x01\x02\x00", "endless garbage": b"a" * 600_000}


@pytest.mark.parametrize("behind", BEHIND.values(), ids=BEHIND)
@pytest.mark.parametrize("is_early", [True, False], ids=["along with it", "later"])
async def test_what_comes_before_an_answer_ends_the_connection_after_it(
    club: Club, port: int, behind: bytes, *, is_early: bool
) -> None:
    """The answer is whole and says that no other follows, and nothing of it is the operator's concern."""
    with capture_logs() as logs:
        async with connected(port) as peer:
            peer.writer.write(HELD + (behind if is_early else b""))
            await happened(club.profiles.visits.started)
            if not is_early:
                peer.writer.write(behind)
            await peer.writer.drain()
            await is_read(port)
            club.profiles.visits.released.set()
            status, headers, body = await peer.answer()
            assert (status, headers["connection"]) == (200, "close")
            assert json.loads(body)["user"]["username"] == "held"
            assert await peer.reader.read() == b""
    assert not [line for line in logs if line["log_level"] not in ("info", "debug")]


async def is_read(port: int) -> None:
    """Return once the server has read what came to it before."""
    async with connected(port) as peer:
        peer.writer.write(NEXT)
        assert (await peer.answer())[0] == 200


async def test_empty_line_behind_a_request_is_none(club: Club, port: int) -> None:
    """Old clients send one after a body; their connection goes on."""
    async with connected(port) as peer:
        peer.writer.write(HELD + b"\r\n")
        await happened(club.profiles.visits.started)
        peer.writer.write(b"\r\n")
        await is_read(port)
        club.profiles.visits.released.set()
        assert (await peer.answer())[0] == 200
        peer.writer.write(NEXT)
        assert (await peer.answer())[0] == 200


@pytest.mark.parametrize("behind", [b"", NEXT, b"a" * 600_000], ids=["nothing", "request", "garbage"])
async def test_stream_ends_with_its_client_whatever_that_sent_behind(club: Club, port: int, behind: bytes) -> None:
    """Who has gone is noticed, however much there is to read first."""
    async with connected(port) as peer:
        peer.say("GET", f"/v1/reports/{REPORT}:watch", authorization=token_of(club))
        await happened(club.reports.visits.started)
        peer.writer.write(behind)
        await peer.writer.drain()
    await happened(club.reports.visits.cancelled)


async def test_body_that_turns_out_to_be_none_ends_its_call(club: Club, port: int) -> None:
    """Who sends the rest of a body wrong is told so at once, and no service hears of it."""
    async with connected(port) as peer:
        peer.say("POST", "/v1/auth:signIn", b"1\r\n{\r\n", transfer_encoding="chunked")
        peer.writer.write(b"no chunk\r\n")
        assert (await peer.answer())[0] == 400
        assert await peer.is_closed()
    assert club.credentials.visits.count == 0
