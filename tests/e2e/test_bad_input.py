"""Bad input to every public method: a clear refusal, never UNKNOWN, a trace or a hang."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc

from gateway.tokens import TokenIssuer, read_keys
from runtime import contract
from runtime.contract import Method
from tests.e2e.conftest import PASSWORD, Club
from tests.signing import TestKeys, bearer
from tests.statuses import reason_of

METHODS = [method for method in contract.methods().values() if not method.internal]
INTERNAL = [method for method in contract.methods().values() if method.internal]
DEADLINE_SECONDS = 8.0
# What a person must never read in an answer.
LEAKS = re.compile(r"Traceback|File \"|Error\b|Exception\b|sqlite|asyncio|object at 0x", re.ASCII)

# Bytes that are not, or not quite, a request. Tag 0x0a is field 1 as bytes, 0x08 field 1 as a number.
BODIES: dict[str, bytes] = {
    "empty": b"",
    "not protobuf": b"\xff\xff\xff\xff",
    "cut off": b"\x0a\x7fabc",
    "number for text": b"\x08\x96\x01",
    "text for message": b"\x0a\x03abc\x12\x03abc\x1a\x03abc",
    "not UTF-8": b"\x0a\x02\xc3\x28",
    "unknown fields": b"\xfa\x3f\x03abc",
    "control characters": b"\x0a\x06a\x00b\x1bc\x7f",
    "long text": b"\x0a\x80\x80\x04" + b"a" * 65536,
    "deep nesting": b"\x0a\xff\x01" * 200,
}
UNDECODABLE = {"not protobuf", "cut off"}
REFUSALS = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}


@pytest.fixture
async def channel(club: Club) -> AsyncIterator[grpc.aio.Channel]:
    """A channel without a client library in between."""
    async with grpc.aio.insecure_channel(club.installation.endpoint) as opened:
        yield opened


@pytest.fixture
async def token(club: Club, channel: grpc.aio.Channel) -> str:
    """The access token of a player."""
    player = await club.player("bad")
    request = auth_pb.SignInRequest(username=player.own_username(), password=PASSWORD)
    return str((await auth_rpc.AuthServiceStub(channel).SignIn(request)).tokens.access_token)


async def call(
    channel: grpc.aio.Channel, method: Method, body: bytes, metadata: tuple[tuple[str, str], ...]
) -> grpc.aio.AioRpcError | None:
    """Send one message of raw bytes, read all answers, and return the error, None for success."""

    async def bodies() -> AsyncIterator[bytes]:
        yield body

    kinds: dict[tuple[bool, bool], Callable[..., Any]] = {
        (False, False): channel.unary_unary,
        (False, True): channel.unary_stream,
        (True, False): channel.stream_unary,
        (True, True): channel.stream_stream,
    }
    send = kinds[method.client_streaming, method.server_streaming](method.path)
    started = time.monotonic()
    try:
        answer = send(bodies() if method.client_streaming else body, metadata=metadata, timeout=DEADLINE_SECONDS)
        if method.server_streaming:
            async for _ in answer:
                pass
        else:
            await answer
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED or time.monotonic() - started > DEADLINE_SECONDS:
            pytest.fail("the call hangs")
        return error
    return None


def assert_clear(error: grpc.aio.AioRpcError, *codes: grpc.StatusCode) -> None:
    """Assert that an error is one of the codes, has exactly one reason, and says nothing that is not for people."""
    assert error.code() in codes, f"{error.code()}: {error.details()}"
    assert reason_of(error)
    assert not LEAKS.search(error.details() or ""), error.details()


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.path.rpartition("/")[2])
async def test_bad_bytes_are_refused_clearly_by(
    method: Method, club: Club, channel: grpc.aio.Channel, token: str
) -> None:
    """Whatever bytes come as a request, the answer is a success or a clear refusal with a reason."""
    for name, body in BODIES.items():
        error = await call(channel, method, body, bearer(token))
        if name in UNDECODABLE:
            assert error is not None
        if error is not None:
            assert_clear(error, *REFUSALS)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.path.rpartition("/")[2])
async def test_bad_tokens_are_refused_clearly_by(
    method: Method, club: Club, channel: grpc.aio.Channel, token: str
) -> None:
    """A token that is garbled, forged, of another kind or over is refused by every method, also by those for anyone."""
    foreign = TestKeys().sign(account_id="x", username="x", session_id="x")
    header = jwt.get_unverified_header(token)
    forged = jwt.encode(
        jwt.decode(token, options={"verify_signature": False}),
        ec.generate_private_key(ec.SECP256R1()),
        algorithm="ES256",
        headers={"typ": header["typ"], "kid": header["kid"]},
    )
    bad: list[tuple[tuple[str, str], ...]] = [
        bearer("garbage"),
        bearer(""),
        bearer(foreign),
        bearer(forged),
        bearer(token[:-4]),
        bearer(token + "A" * 4096),
        (("authorization", "Basic dXNlcjpwYXNz"),),
        (*bearer(token), *bearer(token)),
    ]
    for metadata in bad:
        error = await call(channel, method, b"", metadata)
        assert error is not None, metadata
        assert_clear(error, grpc.StatusCode.UNAUTHENTICATED)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.path.rpartition("/")[2])
async def test_expired_token_is_refused_with_its_own_reason_by(
    method: Method, club: Club, channel: grpc.aio.Channel
) -> None:
    """A genuine token whose time is over is told as such, so that a client knows to refresh."""
    if club.installation.signing_key is None:
        pytest.skip("the keys of an installation that was not started here are not ours to read")
    an_hour_ago = TokenIssuer(read_keys(club.installation.signing_key), clock=lambda: time.time() - 3600)
    token, _ = an_hour_ago.issue(account_id="a", username="anna", session_id="s", roles=())
    error = await call(channel, method, b"", bearer(token))
    assert error is not None
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_EXPIRED")


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.path.rpartition("/")[2])
async def test_oversized_metadata_or_message_is_refused_by(
    method: Method, club: Club, channel: grpc.aio.Channel, token: str
) -> None:
    """Metadata over 16 KiB and messages over the limit are refused by the transport before anything is read."""
    for metadata, body in (((("x-huge", "a" * 40_000),), b""), (bearer(token), b"\x0a" + b"\x00" * 2_000_000)):
        error = await call(channel, method, body, metadata)
        assert error is not None
        assert error.code() in {
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            grpc.StatusCode.INVALID_ARGUMENT,
            grpc.StatusCode.UNAVAILABLE,
            grpc.StatusCode.PERMISSION_DENIED,  # the caller's role is refused before the message is read
        }, error.code()


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.path.rpartition("/")[2])
async def test_call_cancelled_mid_way_leaves_the_server_well(
    method: Method, club: Club, channel: grpc.aio.Channel, token: str
) -> None:
    """A client that goes away in the middle of a call is cancelled, and the next call is served."""
    never = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b""
        await never.wait()

    if method.client_streaming:
        pending = channel.stream_unary(method.path)(endless(), metadata=bearer(token))
    elif method.server_streaming:
        pending = channel.unary_stream(method.path)(b"", metadata=bearer(token))
    else:
        pending = channel.unary_unary(method.path)(b"", metadata=bearer(token))
    pending.cancel()
    assert await pending.code() is grpc.StatusCode.CANCELLED
    assert (await auth_rpc.AuthServiceStub(channel).GetJwks(auth_pb.GetJwksRequest(), timeout=5)).keys


@pytest.mark.parametrize("method", INTERNAL, ids=lambda method: method.path.rpartition("/")[2])
async def test_internal_method_is_unknown_at_the_gateway(
    method: Method, club: Club, channel: grpc.aio.Channel, token: str
) -> None:
    """What is internal does not exist for a client, whichever token it sends."""
    for metadata in ((), bearer(token)):
        error = await call(channel, method, b"", metadata)
        assert error is not None
        assert error.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_unknown_method_is_unimplemented(club: Club, channel: grpc.aio.Channel) -> None:
    """A method that does not exist is told as such."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await channel.unary_unary("/dossier.profile.v1.ProfileService/NoSuchMethod")(b"", timeout=5)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
