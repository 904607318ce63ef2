"""Bad input to every public method: a clear refusal, never UNKNOWN, a trace or a hang."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

import grpc
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import account_service_pb2_grpc as account_rpc
from dossier.report.v1 import report_service_pb2 as report_pb
from dossier.report.v1 import report_service_pb2_grpc as report_rpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from PIL import Image

from gateway.tokens import TokenIssuer, read_keys
from runtime import contract
from runtime.contract import Method
from tests.e2e.bad_requests import BAD_TIMES, BODIES, UNDECODABLE
from tests.e2e.conftest import PASSWORD, Club
from tests.e2e.valid_requests import Scene, valid
from tests.signing import TestKeys, bearer
from tests.statuses import reason_of

# A broker behind the report service makes no difference to what a request is answered.
pytestmark = pytest.mark.parametrize("installation", ["standalone", "distributed"], indirect=True)

METHODS = [method for method in contract.methods().values() if not method.internal]
INTERNAL = [method for method in contract.methods().values() if method.internal]
DEADLINE_SECONDS = 8.0
CANCELLED_AT_ONCE = 32
CANCELLED_ROUNDS = 12
CANCELLED_WITHIN_SECONDS = 0.012
# What a person must never read in an answer.
LEAKS = re.compile(r"Traceback|File \"|Error\b|Exception\b|sqlite|asyncio|object at 0x", re.ASCII)
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
    """The access token of an admin, who may call everything that is public; the last test's, unless that ended it."""
    known = _tokens.get(club.installation.endpoint)
    if known is not None and await _is_good(channel, known):
        return known
    admin = await club.admin()
    request = auth_pb.SignInRequest(username=admin.own_username(), password=PASSWORD)
    token = str((await auth_rpc.AuthServiceStub(channel).SignIn(request)).tokens.access_token)
    _tokens[club.installation.endpoint] = token
    return token


_tokens: dict[str, str] = {}


async def _is_good(channel: grpc.aio.Channel, token: str) -> bool:
    try:
        await account_rpc.AccountServiceStub(channel).GetAccount(account_pb.GetAccountRequest(), metadata=bearer(token))
    except grpc.aio.AioRpcError:
        return False
    return True


def send(
    channel: grpc.aio.Channel, method: Method, bodies: Sequence[bytes], metadata: tuple[tuple[str, str], ...]
) -> Any:
    """Begin a call that sends messages of raw bytes: one, or several to a method that takes a stream."""

    async def stream() -> AsyncIterator[bytes]:
        for body in bodies:
            yield body

    kinds: dict[tuple[bool, bool], Callable[..., Any]] = {
        (False, False): channel.unary_unary,
        (False, True): channel.unary_stream,
        (True, False): channel.stream_unary,
        (True, True): channel.stream_stream,
    }
    begin = kinds[method.client_streaming, method.server_streaming](method.path)
    return begin(stream() if method.client_streaming else bodies[0], metadata=metadata, timeout=DEADLINE_SECONDS)


async def call(
    channel: grpc.aio.Channel, method: Method, body: bytes | Sequence[bytes], metadata: tuple[tuple[str, str], ...]
) -> grpc.aio.AioRpcError | None:
    """Send messages of raw bytes, read all answers, and return the error, None for success."""
    started = time.monotonic()
    try:
        answer = send(channel, method, [body] if isinstance(body, bytes) else body, metadata)
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


async def assert_bad_bytes_are_refused(
    channel: grpc.aio.Channel, method: Method, token: str, *, bodies: Mapping[str, bytes] = BODIES
) -> None:
    """Send what is not, or not quite, a request."""
    for name, body in bodies.items():
        error = await call(channel, method, body, bearer(token))
        if name in UNDECODABLE:
            assert error is not None
        if error is not None:
            assert_clear(error, *REFUSALS, grpc.StatusCode.ALREADY_EXISTS, grpc.StatusCode.FAILED_PRECONDITION)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.path.rpartition("/")[2])
async def test_bad_bytes_are_refused_clearly_by(
    method: Method, club: Club, channel: grpc.aio.Channel, token: str
) -> None:
    """Whatever bytes come as a request, the answer is a success or a clear refusal with a reason."""
    await assert_bad_bytes_are_refused(channel, method, token)


@pytest.mark.parametrize("name", BAD_TIMES)
async def test_time_that_cannot_be_is_refused_by_name(
    name: str, club: Club, channel: grpc.aio.Channel, token: str
) -> None:
    """A time out of bounds is the caller's fault, and the answer names the field."""
    message, field = BAD_TIMES[name]
    [method] = [method for method in METHODS if method.request.DESCRIPTOR is message.DESCRIPTOR]
    error = await call(channel, method, message.SerializeToString(), bearer(token))
    assert error is not None
    assert (error.code(), reason_of(error)) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")
    bad = error_details_pb2.BadRequest()
    assert any(detail.Unpack(bad) for detail in rpc_status.from_call(error).details)
    assert [violation.field for violation in bad.field_violations] == [field]


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


@pytest.mark.parametrize("large", ["metadata", "message"])
async def test_oversized_metadata_or_message_is_refused_by_every_method(
    large: str, club: Club, channel: grpc.aio.Channel, token: str
) -> None:
    """Metadata over 16 KiB and messages over the limit are refused by the transport before anything is read."""
    sent = {"metadata": ((("x-huge", "a" * 40_000),), b""), "message": (bearer(token), b"\x0a" + b"\x00" * 2_000_000)}
    metadata, body = sent[large]
    errors = await asyncio.gather(*(call(channel, method, body, metadata) for method in METHODS))
    codes = {method.path: error and error.code() for method, error in zip(METHODS, errors, strict=True)}
    assert codes == dict.fromkeys(codes, grpc.StatusCode.RESOURCE_EXHAUSTED)


@pytest.fixture
async def scene(club: Club, channel: grpc.aio.Channel) -> tuple[Scene, str]:
    """An admin with a report of their own, and their token."""
    admin = await club.admin()
    players = [(await club.player()).own_username() for _ in range(4)]
    request = auth_pb.SignInRequest(username=admin.own_username(), password=PASSWORD)
    tokens = (await auth_rpc.AuthServiceStub(channel).SignIn(request)).tokens
    reports = report_rpc.ReportServiceStub(channel)
    answer = await reports.CreateReport(report_pb.CreateReportRequest(), metadata=bearer(tokens.access_token))
    picture = BytesIO()
    Image.new("RGB", (300, 300), "teal").save(picture, "PNG")
    name = admin.own_username()
    return (
        Scene(name, tokens.refresh_token, answer.report.report_id, players, picture.getvalue()),
        tokens.access_token,
    )


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.path.rpartition("/")[2])
async def test_call_cancelled_mid_way_leaves_the_server_well(
    method: Method, club: Club, channel: grpc.aio.Channel, scene: tuple[Scene, str]
) -> None:
    """However many clients go away in the middle of a call, at whatever moment, the same method still answers."""
    told, token = scene
    moments = random.Random(method.path)

    async def leave_early(after_seconds: float) -> grpc.StatusCode:
        pending = send(channel, method, valid(method, told), bearer(token))
        await asyncio.sleep(after_seconds)
        pending.cancel()
        code: grpc.StatusCode = await pending.code()
        return code

    codes: set[grpc.StatusCode] = set()
    for _ in range(CANCELLED_ROUNDS):
        delays = [moments.uniform(0, CANCELLED_WITHIN_SECONDS) for _ in range(CANCELLED_AT_ONCE)]
        codes.update(await asyncio.gather(*map(leave_early, delays)))
    assert grpc.StatusCode.CANCELLED in codes
    # On a connection of its own: the one that saw the burst may be refused a stream by the transport.
    own = (("grpc.use_local_subchannel_pool", 1),)
    async with grpc.aio.insecure_channel(club.installation.endpoint, options=own) as fresh:
        for _ in range(2):
            error = await call(fresh, method, valid(method, told), bearer(token))
            if error is not None:
                assert_clear(error, *REFUSALS, grpc.StatusCode.FAILED_PRECONDITION)


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
