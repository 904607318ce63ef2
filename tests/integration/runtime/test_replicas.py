"""Calls to a part of which there are several."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from runtime import contract
from runtime.channels import open_channel
from tests.eventually import eventually

Serve = Callable[[], Awaitable[None]]


class Replica(profile_rpc.ProfileServiceServicer):
    """Answers with its name, after `before`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.address = ""
        self.calls = Counter[str]()
        self.health = health.aio.HealthServicer()

        async def nothing() -> None:
            pass

        self.before: Serve = nothing

    async def GetUser(self, request: Any, context: Any) -> Any:
        return await self._answer("GetUser", profile_pb.GetUserResponse())

    async def UpdateUser(self, request: Any, context: Any) -> Any:
        return await self._answer("UpdateUser", profile_pb.UpdateUserResponse())

    async def _answer(self, method: str, response: Any) -> Any:
        self.calls[method] += 1
        await self.before()
        response.user.username = self.name
        return response

    async def say(self, status: Any) -> None:
        await self.health.set("", status)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[grpc.aio.Server]:
        server = grpc.aio.server()
        profile_rpc.add_ProfileServiceServicer_to_server(self, server)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, server)
        self.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        await self.say(health_pb2.HealthCheckResponse.SERVING)
        await server.start()
        try:
            yield server
        finally:
            await server.stop(0)


@asynccontextmanager
async def two_replicas() -> AsyncIterator[tuple[Replica, Replica, grpc.aio.Server, Any]]:
    """Run two, and yield them, the server of the first, and a stub for both."""
    one, two = Replica("one"), Replica("two")
    async with one.serving() as server, two.serving():
        target = f"ipv4:{one.address},{two.address}"
        async with open_channel(target, repeats=contract.methods().values()) as channel:
            await channel.channel_ready()
            stub: Any = profile_rpc.ProfileServiceStub(channel)
            await eventually(lambda: answered_by_both(stub), within_seconds=10)
            yield one, two, server, stub


async def who_answers(stub: Any, count: int = 20) -> Counter[str]:
    answers = [await stub.GetUser(profile_pb.GetUserRequest(), timeout=10) for _ in range(count)]
    return Counter(answer.user.username for answer in answers)


async def answered_by_both(stub: Any) -> bool:
    return len(await who_answers(stub, 4)) == 2


async def test_calls_go_to_each_replica_in_turn() -> None:
    """Whatever one client asks is spread evenly."""
    async with two_replicas() as (_one, _two, _server, stub):
        assert await who_answers(stub) == {"one": 10, "two": 10}


async def test_replica_that_does_not_serve_gets_no_calls() -> None:
    """One that is about to stop, or not ready, is left alone while it says so, and comes back by itself."""
    async with two_replicas() as (one, _two, _server, stub):
        await one.say(health_pb2.HealthCheckResponse.NOT_SERVING)
        await eventually(lambda: alone(stub), within_seconds=10)
        assert await who_answers(stub) == {"two": 20}
        await one.say(health_pb2.HealthCheckResponse.SERVING)
        await eventually(lambda: answered_by_both(stub), within_seconds=10)


async def alone(stub: Any) -> bool:
    return set(await who_answers(stub, 4)) == {"two"}


async def test_read_of_a_replica_that_is_lost_under_way_is_another_s() -> None:
    """Its caller learns nothing of it; what may have changed something is not sent again."""
    async with two_replicas() as (one, two, server, stub):
        lost = asyncio.Event()

        async def half_is_at_one() -> bool:
            return sum(one.calls.values()) == 6

        async def hang() -> None:
            lost.set()
            await asyncio.Event().wait()

        one.before = hang
        one.calls.clear()
        two.calls.clear()
        read, change = profile_pb.GetUserRequest(), profile_pb.UpdateUserRequest()
        reads = [asyncio.ensure_future(answer_of(stub.GetUser(read, timeout=10))) for _ in range(6)]
        changes = [asyncio.ensure_future(answer_of(stub.UpdateUser(change, timeout=10))) for _ in range(6)]
        await lost.wait()
        await eventually(half_is_at_one, within_seconds=10)
        await server.stop(0)
        assert {answer.user.username for answer in await asyncio.gather(*reads)} == {"two"}
        outcomes = await asyncio.gather(*changes, return_exceptions=True)
        refused = [outcome for outcome in outcomes if isinstance(outcome, grpc.aio.AioRpcError)]
        assert {error.code() for error in refused} == {grpc.StatusCode.UNAVAILABLE}
        assert two.calls["UpdateUser"] == len(outcomes) - len(refused) == 6 - one.calls["UpdateUser"]


async def answer_of(call: Any) -> Any:
    return await call
