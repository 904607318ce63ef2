"""Calls that pass through the gateway: bytes, errors, metadata."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from dossier.stats.v1 import stats_service_pb2_grpc as stats_rpc

from gateway.app import open_server
from runtime.uploads import answer_of
from tests.integration.gateway.calling import TIMEOUT, TRACE, a_user, avatars, profiles
from tests.integration.gateway.conftest import Club, settings_for
from tests.integration.gateway.upstreams import CHUNK, ODD_TRAILERS
from tests.statuses import reason_of, refused


async def test_unary_call_is_answered_by_the_service(club: Club) -> None:
    """Request and response pass unchanged."""
    answer = await profiles(club).GetUser(a_user("alice"), timeout=TIMEOUT)
    assert answer.user.username == "alice"


async def test_unknown_fields_pass_the_gateway(club: Club) -> None:
    """A newer client and a newer service understand each other through an older gateway."""
    newer = a_user("alice").SerializeToString() + b"\xfa\x3e\x03new"
    call = club.channel.unary_unary("/dossier.profile.v1.ProfileService/GetUser")
    assert b"alice" in await call(newer, timeout=TIMEOUT)


async def test_server_stream_passes_message_by_message(club: Club) -> None:
    """Every message arrives, in order, and a clean end stays one."""
    stream = avatars(club).GetAvatar(avatar_pb.GetAvatarRequest(username="alice"), timeout=TIMEOUT)
    messages = [message async for message in stream]
    assert messages[0].metadata.size_bytes == 3
    assert [message.chunk for message in messages[1:]] == [b"a", b"b", b"c"]
    assert await stream.code() is grpc.StatusCode.OK


async def test_stream_that_fails_midway_ends_with_the_services_error(club: Club) -> None:
    """What was sent before the error arrives, and then the error."""
    got = []
    with refused(grpc.StatusCode.NOT_FOUND, "USER_NOT_FOUND"):
        async for message in avatars(club).GetAvatar(avatar_pb.GetAvatarRequest(username="cut"), timeout=TIMEOUT):
            got.append(message)
    assert len(got) == 4


@pytest.mark.parametrize("chunks", [0, 1, 40])
async def test_client_stream_passes_chunk_by_chunk(club: Club, chunks: int) -> None:
    """The service reads all that was sent, also nothing."""

    async def upload() -> AsyncIterator[avatar_pb.UploadAvatarRequest]:
        yield avatar_pb.UploadAvatarRequest(metadata={"username": "alice", "size_bytes": 1})
        for _ in range(chunks):
            yield avatar_pb.UploadAvatarRequest(chunk=CHUNK)

    answer = await avatars(club).UploadAvatar(upload(), timeout=TIMEOUT, metadata=club.sign_in())
    assert answer.avatar.size_bytes == chunks * len(CHUNK)
    assert club.avatars.messages_read == chunks + 1


async def test_upload_that_is_refused_midway_ends_with_the_services_error(club: Club) -> None:
    """However much of it is under way on either side of the gateway."""

    async def upload() -> AsyncIterator[avatar_pb.UploadAvatarRequest]:
        yield avatar_pb.UploadAvatarRequest(metadata={"username": "refused", "size_bytes": 1})
        for _ in range(40):
            yield avatar_pb.UploadAvatarRequest(chunk=CHUNK)
            await asyncio.sleep(0)

    for _ in range(200):
        with refused(grpc.StatusCode.ALREADY_EXISTS, "USERNAME_TAKEN"):
            await answer_of(avatars(club).UploadAvatar(upload(), timeout=TIMEOUT, metadata=club.sign_in()))


async def test_error_details_and_trailers_are_those_of_the_service(club: Club) -> None:
    """Code, sentence, details and every trailer are the same bytes with and without the gateway."""
    answers = []
    for channel in (club.profile_channel, club.channel):
        stub = profile_rpc.ProfileServiceStub(channel)
        for username in ("nobody", "odd"):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stub.GetUser(a_user(username), timeout=TIMEOUT)
            error = caught.value
            answers.append((error.code(), error.details(), tuple(error.trailing_metadata() or ())))
    assert answers[:2] == answers[2:]
    assert answers[3] == (grpc.StatusCode.DATA_LOSS, "odd: é 100%", ODD_TRAILERS)


async def test_trailers_of_a_success_are_those_of_the_service(club: Club) -> None:
    """Trailers pass also without an error."""
    call = profiles(club).GetUser(a_user("trailing"), timeout=TIMEOUT)
    await call
    assert tuple(await call.trailing_metadata()) == (("x-good", "1"),)


async def test_validation_is_the_services_answer(club: Club) -> None:
    """The gateway does not read requests; their fields are judged where they are understood."""
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"):
        await profiles(club).GetUser(a_user("Not A Name"), timeout=TIMEOUT)


async def test_malformed_bytes_are_the_services_answer(club: Club) -> None:
    """Bytes that are no message are refused, not crashed on."""
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_REQUEST"):
        await club.channel.unary_unary("/dossier.profile.v1.ProfileService/GetUser")(b"\xff\xff", timeout=TIMEOUT)


SPOOFED = (
    "x-user-id", "x_user_id", "x-username", "x-account-id", "x-roles", "x-forwarded-user", "x_forwarded_user",
    "x-forwarded-for", "x-forwarded-uri", "x-real-ip", "forwarded", "via", "cookie", "x-dossier-caller",
    "authorization-bin", "x-authorization", "proxy-authorization", "x_request_id", "request-id", "x-request-id-bin",
    "traceparent-bin", "tracestate", "baggage", "x-peer-service", "x-internal", "idempotency-key", "grpc-trace-x",
)  # fmt: skip


async def test_only_listed_metadata_goes_upstream(club: Club) -> None:
    """No name that a client invents reaches a service, nor can it add to those that do."""
    spoofed: tuple[tuple[str, Any], ...] = tuple(
        (name, b"admin" if name.endswith("-bin") else "admin") for name in SPOOFED
    )
    signed_in = club.sign_in()
    metadata = (*spoofed, *signed_in, ("x-request-id", "r-1"), ("traceparent", TRACE))
    await profiles(club).GetUser(a_user("alice"), timeout=TIMEOUT, metadata=metadata)
    seen = club.profiles.visits.metadata
    assert {name: seen[name] for name in ("authorization", "x-request-id", "traceparent")} == {
        "authorization": [signed_in[0][1]],
        "x-request-id": ["r-1"],
        "traceparent": [TRACE],
    }
    assert seen.keys() <= {"authorization", "x-request-id", "traceparent", "user-agent"}
    assert "admin" not in str(seen)


async def test_request_id_and_trace_that_are_none_do_not_go_upstream(club: Club) -> None:
    """Free text does not reach the services' logs through the names that are let through."""
    metadata = (("x-request-id", "no spaces, please"), ("traceparent", "00-zz"))
    await profiles(club).GetUser(a_user("alice"), timeout=TIMEOUT, metadata=metadata)
    seen = club.profiles.visits.metadata
    assert "traceparent" not in seen
    assert "authorization" not in seen
    assert uuid.UUID(str(seen["x-request-id"][0])).version == 7


async def test_method_that_the_service_does_not_serve_is_unimplemented(club: Club) -> None:
    """A gateway that is newer than a service passes its answer on."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stats_rpc.StatsServiceStub(club.channel).GetPlayerStats(
            stats_pb.GetPlayerStatsRequest(username="alice"), timeout=TIMEOUT
        )
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_fault_that_a_service_tells_in_its_own_words_is_not_passed_on(tmp_path: Path) -> None:
    """A status that none of ours would send, with a class and a text of the service in it, stays in the log."""

    class Careless(profile_rpc.ProfileServiceServicer):
        async def GetUser(self, request: Any, context: Any) -> Any:
            raise ZeroDivisionError("a secret of the server")

    bare = grpc.aio.server()
    profile_rpc.add_ProfileServiceServicer_to_server(Careless(), bare)
    port = bare.add_insecure_port("127.0.0.1:0")
    await bare.start()
    async with (
        open_server(settings_for(tmp_path, profile=f"127.0.0.1:{port}")) as (server, _),
        grpc.aio.insecure_channel(server.address) as channel,
    ):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await profile_rpc.ProfileServiceStub(channel).GetUser(a_user("alice"), timeout=TIMEOUT)
    await bare.stop(0)
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert reason_of(caught.value) == "INTERNAL"
    assert "secret" not in f"{caught.value.details()} {caught.value.trailing_metadata()}"
