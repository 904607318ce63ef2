"""Metadata by which a client claims to be somebody else, also such as no client library would send."""

from __future__ import annotations

import pytest

from bench.http2 import DATA, END_HEADERS, END_STREAM, HEADERS, RESET, frame
from tests.integration.gateway.calling import a_user
from tests.integration.gateway.conftest import Club
from tests.integration.runtime.raw_http2 import connected, request_headers

# Every value has the name in it that must be found nowhere.
MALLORY = "mallory"
PASSED_ON = {"authorization", "x-request-id", "user-agent"}
ONE_NAME = (
    "x-user-id", "x_user_id", "X-User-Id", "X_USER_ID", "x-user", "x-username", "x-account-id", "x-session-id",
    "x-roles", "x-role", "x-groups", "x-email", "x-auth-request-user", "x-auth-user", "x-authenticated-user",
    "x-remote-user", "remote-user", "remote_user", "x-forwarded-user", "x_forwarded_user", "X_Forwarded_User",
    "x-forwarded-email", "x-forwarded-for", "x-forwarded-host", "x-forwarded-uri", "x-forwarded-proto",
    "x-forwarded-client-cert", "x-real-ip", "x-client-ip", "x-original-url", "forwarded", "via", "cookie",
    "x-dossier-caller", "x-dossier-user", "x-authorization", "proxy-authorization", "x-peer-service", "x-internal",
    "x_request_id", "x-request-id-extra", "traceparent-extra", "tracestate", "baggage", "grpc-previous-rpc-attempts",
    "grpc-tags", "idempotency-key",
)  # fmt: skip
BINARY = ("x-user-id-bin", "x-forwarded-user-bin", "authorization-bin", "x-request-id-bin", "traceparent-bin")
SPOOFED: dict[str, list[tuple[str, str]]] = {
    **{name: [(name, MALLORY)] for name in ONE_NAME},
    **{name: [(name, "bWFsbG9yeQ")] for name in BINARY},
    "connection: authorization": [("connection", "authorization"), ("x-user-id", MALLORY)],
    "connection: x-user-id": [("connection", "x-user-id, keep-alive"), ("x-user-id", MALLORY)],
    "proxy-connection": [("proxy-connection", "authorization"), ("x-user-id", MALLORY)],
    "transfer-encoding": [("transfer-encoding", "chunked"), ("x-user-id", MALLORY)],
    "a request id with a line break": [("x-request-id", f"r-1\r\nx-user-id: {MALLORY}")],
    "a trace that is none": [("traceparent", MALLORY)],
    "a second authorization": [("authorization", f"Bearer {MALLORY}")],
    "a second authorization in capitals": [("Authorization", f"Bearer {MALLORY}")],
    "a second path": [(":path", f"/{MALLORY}/GetUser")],
    "a second authority": [(":authority", MALLORY)],
}


async def call(club: Club, *headers: tuple[str, str], method: str = "GetUser") -> bytes:
    """Call a method for alice with these headers; return the trailers, nothing for a call that was cut off."""
    message = a_user("alice").SerializeToString()
    body = b"\0" + len(message).to_bytes(4, "big") + message
    block = request_headers(*headers, path=f"/dossier.profile.v1.ProfileService/{method}")
    async with connected(club.server.address) as connection:
        await connection.greet()
        await connection.send(frame(HEADERS, END_HEADERS, 1, block), frame(DATA, END_STREAM, 1, body))
        async for got in connection.frames():
            if got.kind == HEADERS and got.flags & END_STREAM:
                return got.payload
            if got.kind == RESET:
                return b""
    return b""


@pytest.mark.parametrize("kind", SPOOFED)
async def test_spoofed_identity_reaches_no_service(club: Club, kind: str) -> None:
    """A call with such metadata either is refused, or reaches the service as if it were not there."""
    token = club.sign_in()[0][1]
    trailers = await call(club, ("authorization", token), *SPOOFED[kind])
    seen = club.profiles.visits.metadata
    assert MALLORY not in str(seen)
    if club.profiles.visits.count:
        assert seen["authorization"] == [token], "the caller is whom the token names"
        assert seen.keys() <= PASSED_ON
        assert len(seen["x-request-id"]) == 1
    else:
        assert b"grpc-status\x010" not in trailers, "what no service has seen is not answered with success"


@pytest.mark.parametrize("kind", [*ONE_NAME, *BINARY])
async def test_spoofed_identity_makes_nobody_of_an_anonymous_caller(club: Club, kind: str) -> None:
    """Without a token no metadata opens a method that needs a caller."""
    trailers = await call(club, *SPOOFED[kind], method="UpdateUser")
    # UNAUTHENTICATED is 16; what is no HTTP/2 header gRPC itself refuses, with 13.
    assert trailers == b"" or b"grpc-status\x0216" in trailers or b"grpc-status\x0213" in trailers
    assert club.profiles.visits.count == 0
