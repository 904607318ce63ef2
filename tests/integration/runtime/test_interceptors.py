"""What surrounds every call, on a real server with real stubs."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest
import structlog
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import avatar_service_pb2_grpc as avatar_rpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from runtime import calls, interceptors, sessions
from runtime.access import Door
from runtime.calls import Call
from runtime.contract import Method
from runtime.errors import Exhausted, NotAllowed, Unavailable
from runtime.sessions import SessionCheck
from runtime.tokens import TokenVerifier
from tests.eventually import eventually
from tests.integration.runtime.house import TIMEOUT, Context, House
from tests.signing import TestKeys, bearer
from tests.statuses import refused


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A server that is up."""
    async with House().open() as opened:
        yield opened


@pytest.fixture
def lines() -> Any:
    """The log lines of the test."""
    with structlog.testing.capture_logs() as captured:
        yield captured


def rpc_lines(lines: list[Any]) -> list[Any]:
    return [line for line in lines if line["event"] == "rpc"]


async def test_unknown_error_is_a_fixed_sentence_with_the_request_id(house: House, lines: list[Any]) -> None:
    """A fault of ours says nothing of itself; the log has the rest under the same id."""

    async def fail(*_: Any) -> None:
        raise ZeroDivisionError("the password is swordfish")

    house.profiles.behaviour = fail
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await house.get_user(metadata=(("x-request-id", "r-1"),))
    error = caught.value
    assert error.code() is grpc.StatusCode.INTERNAL
    for leak in ("ZeroDivision", "swordfish", "Traceback", ".py"):
        assert leak not in f"{error.details()} {error.trailing_metadata()}"
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    assert status is not None
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert (info.reason, info.metadata["request_id"]) == ("INTERNAL", "r-1")
    (failure,) = [line for line in lines if line["event"] == "rpc_failed"]
    assert failure["request_id"] == "r-1"


async def test_unknown_error_in_a_stream_is_a_fixed_sentence(house: House) -> None:
    """A fault midway ends the stream in the same words."""

    async def fail(*_: Any) -> AsyncIterator[Any]:
        yield avatar_pb.GetAvatarResponse(chunk=b"a")
        raise ZeroDivisionError

    house.avatars.responses = fail
    with refused(grpc.StatusCode.INTERNAL, "INTERNAL"):
        async for _ in house.get_avatar():
            pass


async def test_cancellation_inside_a_handler_is_unavailable(house: House) -> None:
    """A handler that is interrupted by something of ours answers; its client does not hang (grpc issue 29248)."""

    async def interrupted(*_: Any) -> None:
        raise asyncio.CancelledError

    async def interrupted_stream(*_: Any) -> AsyncIterator[Any]:
        yield avatar_pb.GetAvatarResponse(chunk=b"a")
        raise asyncio.CancelledError

    house.profiles.behaviour, house.avatars.responses = interrupted, interrupted_stream
    async with asyncio.timeout(5):
        with refused(grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE"):
            await house.get_user()
        with refused(grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE"):
            async for _ in house.get_avatar():
                pass


async def test_bytes_that_are_no_message_are_malformed(house: House) -> None:
    """A request that cannot be read is the client's error, whichever way it comes."""

    async def read_all(requests: AsyncIterator[Any], _context: Context) -> Any:
        async for _ in requests:
            pass
        return avatar_pb.UploadAvatarResponse()

    house.avatars.upload = read_all
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST"):
        await house.channel.unary_unary("/dossier.profile.v1.ProfileService/GetUser")(b"\xff", timeout=TIMEOUT)
    token = house.keys.sign(account_id="a-1", username="alice", session_id="s-1")
    upload = house.channel.stream_unary("/dossier.profile.v1.AvatarService/UploadAvatar")
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST"):
        await upload(iter([b"\xff"]), timeout=TIMEOUT, metadata=bearer(token))


async def test_bad_fields_are_named(house: House) -> None:
    """The rules of the proto are kept before the handler runs, and the answer does not echo the value."""

    async def never(*_: Any) -> None:
        raise AssertionError("the handler ran")

    house.profiles.behaviour = never
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await house.get_user("Swordfish!")
    status = rpc_status.from_call(caught.value)  # type: ignore[arg-type]
    assert status is not None
    bad = error_details_pb2.BadRequest()
    assert any(detail.Unpack(bad) for detail in status.details)
    assert [item.field for item in bad.field_violations] == ["username"]
    assert "Swordfish" not in f"{caught.value.details()} {bad}"


async def test_each_message_of_a_stream_is_checked(house: House) -> None:
    """The second message is held to the rules as the first is."""
    read = []

    async def read_all(requests: AsyncIterator[Any], _context: Context) -> Any:
        async for request in requests:
            read.append(request)
        return avatar_pb.UploadAvatarResponse()

    house.avatars.upload = read_all
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await house.upload([avatar_pb.UploadAvatarRequest(chunk=b"a"), avatar_pb.UploadAvatarRequest()])
    assert len(read) == 1


async def test_handler_knows_its_caller_request_id_and_deadline(house: House) -> None:
    """What the door learnt is there for the use case."""
    seen: list[Call | None] = []

    async def look(request: Any, _context: Context) -> profile_pb.GetUserResponse:
        seen.append(calls.current())
        assert TIMEOUT - 5 < calls.seconds_left(60.0) < TIMEOUT + 0.1  # gRPC rounds it up on the wire
        assert calls.seconds_left(1.0) == 1.0
        return profile_pb.GetUserResponse()

    house.profiles.behaviour = look
    token = house.keys.sign(account_id="a-1", username="alice", session_id="s-1")
    await house.get_user(metadata=(*bearer(token), ("x-request-id", "r-9")))
    (call,) = seen
    assert call is not None
    assert call.caller is not None
    assert (call.caller.username, call.request_id) == ("alice", "r-9")


@pytest.mark.parametrize("sent", ["", "with space", "a" * 65, "a;b", "<script>"])
async def test_request_id_that_is_free_text_is_replaced(house: House, sent: str) -> None:
    """Only a short plain id is taken over into logs and further calls."""
    seen = []

    async def look(*_: Any) -> profile_pb.GetUserResponse:
        call = calls.current()
        assert call is not None
        seen.append(call.request_id)
        return profile_pb.GetUserResponse()

    house.profiles.behaviour = look
    await house.get_user(metadata=(("x-request-id", sent),))
    assert uuid.UUID(seen[0]).version == 7


async def test_fault_at_the_door_is_a_fixed_sentence(lines: list[Any]) -> None:
    """A fault before the handler is told as one inside it, never as UNKNOWN with its class."""

    class Broken(Door):
        async def admit(self, call: Call, method: Method, metadata: Any) -> None:
            raise ZeroDivisionError

    verifier = TokenVerifier(TestKeys())
    house = House()
    async with house.open(door=Broken(verifier, sessions=SessionCheck(house.is_live))):
        with refused(grpc.StatusCode.INTERNAL, "INTERNAL"):
            await house.get_user()
        with refused(grpc.StatusCode.INTERNAL, "INTERNAL"):
            await house.get_avatar().read()
    assert {line["code"] for line in rpc_lines(lines)} == {"INTERNAL"}


async def test_cancellation_at_the_door_is_unavailable() -> None:
    """A question to another part that is interrupted leaves no client without an answer."""

    class Interrupted(Door):
        async def admit(self, call: Call, method: Method, metadata: Any) -> None:
            raise asyncio.CancelledError

    house = House()
    async with (
        house.open(door=Interrupted(TokenVerifier(TestKeys()), sessions=SessionCheck(house.is_live))),
        asyncio.timeout(5),
    ):
        with refused(grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE"):
            await house.get_user()


async def test_error_of_the_domain_keeps_its_words_and_delay(house: House) -> None:
    """The sentence of the use case arrives, with what tells when to try again."""

    async def busy(*_: Any) -> None:
        raise Exhausted("Too much just now.", retry_after_seconds=2.0)

    house.profiles.behaviour = busy
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await house.get_user()
    assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "Too much just now.")


async def test_every_call_is_one_log_line_without_secrets(house: House, lines: list[Any]) -> None:
    """Method, code, time, request id and caller; no token, no payload."""

    async def refuse(*_: Any) -> None:
        raise NotAllowed("Not yours.")

    house.profiles.behaviour = refuse
    token = house.keys.sign(account_id="a-1", username="alice", session_id="s-1")
    with refused(grpc.StatusCode.PERMISSION_DENIED, "NOT_OWNER"):
        await house.get_user(metadata=bearer(token))
    house.live = False
    with refused(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID"):
        await house.get_user(metadata=bearer(token[:-4]))
    first, second = rpc_lines(lines)
    assert (first["code"], first["caller"]) == ("PERMISSION_DENIED", "a-1")
    assert (second["code"], second["caller"]) == ("UNAUTHENTICATED", "")
    assert first["method"] == "/dossier.profile.v1.ProfileService/GetUser"
    assert first["duration_ms"] >= 0
    assert token[:-4] not in str(lines)


@pytest.mark.parametrize("reads", [1, 3])
async def test_stream_left_by_its_client_is_closed_and_logged_as_cancelled(
    house: House, lines: list[Any], reads: int
) -> None:
    """A handler's clean-up runs at once when the client leaves, between responses or during one."""
    closed = asyncio.Event()

    async def endless(*_: Any) -> AsyncIterator[Any]:
        try:
            while True:
                yield avatar_pb.GetAvatarResponse(chunk=b"x" * 65_536)
                if reads == 1:
                    await asyncio.Event().wait()
        finally:
            closed.set()

    house.avatars.responses = endless
    stream = house.get_avatar()
    for _ in range(reads):
        await stream.read()
    stream.cancel()
    async with asyncio.timeout(5):
        await closed.wait()

    async def logged() -> bool:
        return [line["code"] for line in rpc_lines(lines)] == ["CANCELLED"]

    await eventually(logged, within_seconds=5)


async def test_call_left_by_its_client_is_logged_as_cancelled(house: House, lines: list[Any]) -> None:
    """A unary call that nobody waits for any more ends as cancelled."""
    started = asyncio.Event()

    async def wait(*_: Any) -> None:
        started.set()
        await asyncio.Event().wait()

    house.profiles.behaviour = wait
    call = asyncio.ensure_future(house.get_user())
    async with asyncio.timeout(5):
        await started.wait()
    call.cancel()

    async def logged() -> bool:
        return [line["code"] for line in rpc_lines(lines)] == ["CANCELLED"]

    await eventually(logged, within_seconds=5)


async def _pieces(house: House, between: Callable[[], None]) -> list[bytes]:
    """Return what arrives of a stream of three pieces, of which the last two come after `between`."""

    async def responses(_request: Any, _context: Context) -> AsyncIterator[avatar_pb.GetAvatarResponse]:
        yield avatar_pb.GetAvatarResponse(chunk=b"1")
        between()
        yield avatar_pb.GetAvatarResponse(chunk=b"2")
        yield avatar_pb.GetAvatarResponse(chunk=b"3")

    house.avatars.responses = responses
    token = house.keys.sign(account_id="a-1", username="alice", session_id="s-1")
    stub = avatar_rpc.AvatarServiceStub(house.channel)
    call = stub.GetAvatar(avatar_pb.GetAvatarRequest(username="alice"), timeout=TIMEOUT, metadata=bearer(token))
    return [message.chunk async for message in call]


@pytest.fixture
def _forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at a session before each response, and remember nothing of it."""
    monkeypatch.setattr(interceptors, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(sessions, "CACHE_SECONDS", 0.0)


@pytest.mark.usefixtures("_forgetful")
async def test_stream_ends_with_its_callers_session() -> None:
    """Who was signed out or banned gets nothing more of what is under way."""
    async with House().open() as house:

        def sign_out() -> None:
            house.live = False

        with refused(grpc.StatusCode.UNAUTHENTICATED, "SESSION_ENDED"):
            await _pieces(house, sign_out)


@pytest.mark.usefixtures("_forgetful")
async def test_stream_goes_on_while_nobody_can_tell_of_its_session() -> None:
    """A part that is away for a moment does not cut the downloads of others."""
    house = House()

    async def is_live(_session_id: str) -> bool:
        if not house.live:
            raise Unavailable("away")
        return True

    def go_away() -> None:
        house.live = False

    door = Door(TokenVerifier(house.keys), sessions=SessionCheck(is_live))
    async with house.open(door=door):
        assert await _pieces(house, go_away) == [b"1", b"2", b"3"]
