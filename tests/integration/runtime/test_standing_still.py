"""Clients that stand still, and more of them than there are places, on a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import avatar_service_pb2_grpc as avatar_rpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from runtime import interceptors
from runtime.admission import Limits
from runtime.calls import Call
from tests.eventually import eventually
from tests.integration.runtime.house import TIMEOUT, Context, House
from tests.signing import bearer
from tests.statuses import refused


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have clients that stand still cut off soon."""
    monkeypatch.setattr(interceptors, "IDLE_SECONDS", 0.2)


def an_upload() -> avatar_pb.UploadAvatarRequest:
    return avatar_pb.UploadAvatarRequest(metadata=avatar_pb.UploadAvatarMetadata(username="alice", size_bytes=5))


async def test_client_that_stops_sending_is_told_and_its_place_freed(impatient: None) -> None:
    """An upload that stands still ends with a status, and the next one is taken."""

    async def read_all(requests: AsyncIterator[Any], _context: Context) -> Any:
        async for _ in requests:
            pass
        return avatar_pb.UploadAvatarResponse()

    never = asyncio.Event()

    async def begun() -> AsyncIterator[avatar_pb.UploadAvatarRequest]:
        yield an_upload()
        await never.wait()

    house = House()
    house.avatars.upload = read_all
    async with house.open(limits=Limits(uploads=1)):
        token = bearer(house.keys.sign(account_id="a-1", username="alice", session_id="s-1"))
        stub = avatar_rpc.AvatarServiceStub(house.channel)
        for _ in range(2):
            with refused(grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"):
                await stub.UploadAvatar(begun(), metadata=token, timeout=TIMEOUT)
        assert await house.upload([an_upload()])


async def test_client_that_stops_taking_is_cut_off(impatient: None) -> None:
    """A stream that nobody takes ends on the server, and gives its place back."""
    ended = asyncio.Event()
    sent = 0

    async def endless(*_: Any) -> AsyncIterator[Any]:
        nonlocal sent
        try:
            while True:
                sent += 1
                yield avatar_pb.GetAvatarResponse(chunk=bytes(256 * 1024))
        finally:
            ended.set()

    async def short(*_: Any) -> AsyncIterator[Any]:
        yield avatar_pb.GetAvatarResponse(chunk=b"a")

    house = House()
    house.avatars.responses = endless
    async with house.open(limits=Limits(streams=1)):
        stalled = house.get_avatar()
        assert await stalled.read()
        async with asyncio.timeout(TIMEOUT):
            await ended.wait()
        assert sent < 200
        house.avatars.responses = short
        assert [message async for message in house.get_avatar()]
        stalled.cancel()


async def test_client_that_goes_away_is_not_taken_for_a_stalled_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that is cancelled while a message waits to be taken leaves no timer behind, which would warn later."""
    timers: list[asyncio.TimerHandle] = []
    cut_off_later = interceptors._cut_off_later

    def remembered(call: Call) -> asyncio.TimerHandle:
        timers.append(cut_off_later(call))
        return timers[-1]

    async def endless(*_: Any) -> AsyncIterator[Any]:
        while True:
            yield avatar_pb.GetAvatarResponse(chunk=bytes(256 * 1024))

    async def none_is_left() -> bool:
        return all(timer.cancelled() for timer in timers)

    monkeypatch.setattr(interceptors, "_cut_off_later", remembered)
    house = House()
    house.avatars.responses = endless
    async with house.open():
        call = house.get_avatar()
        assert await call.read()
        call.cancel()
        await eventually(none_is_left, within_seconds=TIMEOUT)


async def test_slow_stream_without_a_stalled_reader_goes_on(impatient: None) -> None:
    """A stream whose next message takes long to come is not cut off: its reader waits, and takes it."""
    longer_than_idle = 0.5

    async def slow(*_: Any) -> AsyncIterator[Any]:
        for _ in range(2):
            yield avatar_pb.GetAvatarResponse(chunk=b"a")
            loop = asyncio.get_running_loop()
            later = loop.create_future()
            loop.call_later(longer_than_idle, later.set_result, None)
            await later

    house = House()
    house.avatars.responses = slow
    async with house.open():
        assert len([message async for message in house.get_avatar()]) == 2


async def test_calls_beyond_the_places_are_refused_at_once_with_a_delay() -> None:
    """What does not fit is told when to come again, instead of waiting."""
    gate = asyncio.Event()
    entered = asyncio.Event()

    async def wait(*_: Any) -> profile_pb.GetUserResponse:
        entered.set()
        await gate.wait()
        return profile_pb.GetUserResponse()

    house = House()
    house.profiles.behaviour = wait
    async with house.open(limits=Limits(unary=1)):
        first = asyncio.ensure_future(house.get_user())
        await entered.wait()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await house.get_user()
        status = rpc_status.from_call(caught.value)  # type: ignore[arg-type]
        retry = error_details_pb2.RetryInfo()
        assert status is not None
        assert any(detail.Unpack(retry) for detail in status.details)
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert retry.retry_delay.seconds >= 1
        gate.set()
        await first
        await house.get_user()


async def test_call_beyond_the_places_is_refused_before_its_body_arrives() -> None:
    """Nobody sends megabytes, or is waited for, only to be told that there is no room."""
    gate, entered, never = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def wait(*_: Any) -> profile_pb.GetUserResponse:
        entered.set()
        await gate.wait()
        return profile_pb.GetUserResponse()

    async def no_body() -> AsyncIterator[bytes]:
        await never.wait()
        yield b""

    house = House()
    house.profiles.behaviour = wait
    async with house.open(limits=Limits(unary=1)):
        first = asyncio.ensure_future(house.get_user())
        await entered.wait()
        headers_only = house.channel.stream_unary("/dossier.profile.v1.ProfileService/GetUser")
        with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "SERVER_BUSY"):
            await headers_only(no_body(), timeout=TIMEOUT)
        gate.set()
        await first


async def test_call_that_outlasts_its_deadline_is_told_with_a_reason_and_ended() -> None:
    """The work stops, and the client hears it from us while it still listens."""
    ended = asyncio.Event()

    async def wait(*_: Any) -> profile_pb.GetUserResponse:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    house = House()
    house.profiles.behaviour = wait
    async with house.open():
        stub = profile_rpc.ProfileServiceStub(house.channel)
        with refused(grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"):
            await stub.GetUser(profile_pb.GetUserRequest(username="alice"), timeout=2)
        assert ended.is_set()


async def test_strangers_of_one_network_have_one_share_behind_a_proxy() -> None:
    """Who is not signed in shares with their network, which the trusted proxy says and not they themselves."""

    async def waiting(*_: Any) -> AsyncIterator[Any]:
        yield avatar_pb.GetAvatarResponse(chunk=b"a")
        await asyncio.Event().wait()

    def coming_from(address: str) -> Any:
        return house.get_avatar(metadata=(("x-forwarded-for", "192.0.2.1"), ("x-forwarded-for", address)))

    house = House()
    house.avatars.responses = waiting
    async with house.open(limits=Limits(streams_per_caller=1), trusted_proxies=1):
        first = coming_from("203.0.113.7")
        assert await first.read()
        with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "SERVER_BUSY"):
            await coming_from("203.0.113.99").read()
        elsewhere = coming_from("198.51.100.1")
        assert await elsewhere.read()
        for call in (first, elsewhere):
            call.cancel()
