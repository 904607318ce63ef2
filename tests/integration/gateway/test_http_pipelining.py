"""HTTP clients that do not wait for an answer: one follows the other, and each goes out whole."""

from __future__ import annotations

import json

import pytest
from structlog.testing import capture_logs

from gateway.http import connections
from tests.integration.gateway.calling import happened
from tests.integration.gateway.conftest import Club
from tests.integration.gateway.http_peers import REPORT, connected, request, token_of

HELD = request("GET", "/v1/users/held")
NEXT = request("GET", "/v1/users/alice")


async def test_request_behind_another_is_answered_after_it(club: Club, port: int) -> None:
    """What comes before its turn is kept until then."""
    async with connected(port) as peer:
        peer.writer.write(HELD)
        await happened(club.profiles.visits.started)
        peer.writer.write(NEXT)
        club.profiles.visits.released.set()
        for name in ("held", "alice"):
            status, _, body = await peer.answer()
            assert (status, json.loads(body)["user"]["username"]) == (200, name)


@pytest.mark.parametrize("behind", [NEXT, b"\x16\x03\x01\x02\x00"], ids=["request", "garbage"])
async def test_what_comes_along_with_a_request_ends_the_connection_after_the_answer(port: int, behind: bytes) -> None:
    """The answer is whole and says that no other follows."""
    async with connected(port) as peer:
        peer.writer.write(request("GET", "/v1/users/bob") + behind)
        status, headers, body = await peer.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert json.loads(body)["user"]["username"] == "bob"
        assert await peer.reader.read() == b""


@pytest.mark.parametrize(
    ("garbage", "last"), [(b"\x16\x03\x01\x02\x00", 400), (b"a" * 600_000, None)], ids=["little", "endless"]
)
async def test_garbage_behind_a_request_leaves_its_answer_whole(
    club: Club, port: int, garbage: bytes, last: int | None
) -> None:
    """It is refused after the answer, if it is little; nothing of it is the operator's concern."""
    with capture_logs() as logs:
        async with connected(port) as peer:
            peer.writer.write(HELD)
            await happened(club.profiles.visits.started)
            peer.writer.write(garbage)
            await peer.writer.drain()
            club.profiles.visits.released.set()
            status, _, body = await peer.answer()
            assert (status, json.loads(body)["user"]["username"]) == (200, "held")
            if last:
                assert (await peer.answer())[0] == last
            assert await peer.is_closed()
    assert not [line for line in logs if line["log_level"] not in ("info", "debug")]


@pytest.mark.parametrize("behind", [b"", NEXT, b"a" * 600_000], ids=["nothing", "request", "garbage"])
async def test_stream_ends_with_its_client_whatever_that_sent_behind(club: Club, port: int, behind: bytes) -> None:
    """Who has gone is noticed, however much there is to read first."""
    async with connected(port) as peer:
        peer.say("GET", f"/v1/reports/{REPORT}:watch", authorization=token_of(club))
        await happened(club.reports.visits.started)
        peer.writer.write(behind)
        await peer.writer.drain()
    await happened(club.reports.visits.cancelled)


async def test_upload_behind_another_request_has_its_own_time(
    club: Club, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of a head is over with the head, whatever was answered before it."""
    async with connected(port) as peer:
        peer.writer.write(HELD)
        await happened(club.profiles.visits.started)
        peer.say("PUT", "/v1/users/alice/avatar", b"12", authorization=token_of(club), content_length="4")
        await peer.writer.drain()
        monkeypatch.setattr(connections, "HANDSHAKE_SECONDS", 0)
        club.profiles.visits.released.set()
        assert (await peer.answer())[0] == 200
        await happened(club.avatars.chunk_came)
        peer.writer.write(b"34")
        status, _, body = await peer.answer()
        assert (status, json.loads(body)["avatar"]["sizeBytes"]) == (200, "4")


async def test_body_that_turns_out_to_be_none_ends_its_call(club: Club, port: int) -> None:
    """Who sends the rest of a body wrong is told so at once, and no service hears of it."""
    async with connected(port) as peer:
        peer.say("POST", "/v1/auth:signIn", b"1\r\n{\r\n", transfer_encoding="chunked")
        peer.writer.write(b"no chunk\r\n")
        assert (await peer.answer())[0] == 400
        assert await peer.is_closed()
    assert club.credentials.visits.count == 0
