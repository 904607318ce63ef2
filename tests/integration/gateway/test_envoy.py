"""A real Envoy before the gateway and the services, configured as `dossier admin envoy-config` does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import grpc
import pytest
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.report.v1 import report_service_pb2 as report_pb
from dossier.report.v1 import report_service_pb2_grpc as report_rpc

from gateway.tokens import KeyRing, TokenIssuer, new_key
from runtime.admission import Limits
from tests.certificates import Authority, write
from tests.eventually import eventually
from tests.integration.gateway.calling import TIMEOUT, a_user, happened
from tests.integration.gateway.conftest import Club, open_club, upstream
from tests.integration.gateway.upstreams import FakeProfiles
from tests.provision.envoy import envoy_before
from tests.signing import bearer
from tests.statuses import reason_of, refused

REPORT_ID = "0198c0de-0000-7000-8000-000000000000"
PAGE = "https://club.example.org"
GET_USER = "/dossier.profile.v1.ProfileService/GetUser"


@dataclass(frozen=True)
class Edge:
    """An Envoy, a channel to it, and what stands behind it. There are two profile services."""

    club: Club
    others: FakeProfiles
    address: str
    channel: grpc.aio.Channel

    @property
    def profiles(self) -> profile_rpc.ProfileServiceAsyncStub:
        return profile_rpc.ProfileServiceStub(self.channel)

    @property
    def reports(self) -> report_rpc.ReportServiceAsyncStub:
        return report_rpc.ReportServiceStub(self.channel)

    @property
    def auth(self) -> auth_rpc.AuthServiceAsyncStub:
        return auth_rpc.AuthServiceStub(self.channel)


@asynccontextmanager
async def open_edge(folder: Path) -> AsyncIterator[Edge]:
    others = FakeProfiles()
    async with AsyncExitStack() as stack:
        club = await stack.enter_async_context(open_club(folder, trusted_proxies=1))
        await club.server.set_serving(serving=True)
        second = upstream(club.keys, lambda server: profile_rpc.add_ProfileServiceServicer_to_server(others, server))
        await stack.enter_async_context(second)
        await second.set_serving(serving=True)
        envoy = envoy_before(
            folder,
            gateway=club.server.address,
            profile=[club.profile_server.address, second.address],
            report=[club.report_server.address],
            options=[f"--origin={PAGE}"],
        )
        address = await asyncio.to_thread(envoy.__enter__)
        stack.push(envoy.__exit__)
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(address))
        yield Edge(club, others, address, channel)


@pytest.fixture
async def edge(tmp_path: Path) -> AsyncIterator[Edge]:
    """An Envoy with everything behind it."""
    async with open_edge(tmp_path) as opened:
        yield opened


async def fetched(
    address: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None, method: str = ""
) -> tuple[int, Mapping[str, str], bytes]:
    """Return status, headers and body of the answer to a request of plain HTTP."""
    request = Request(f"http://{address}{path}", body, dict(headers or {}), method=method or None)

    def fetch() -> tuple[int, Mapping[str, str], bytes]:
        try:
            with urlopen(request, timeout=TIMEOUT) as answer:
                return answer.status, answer.headers, answer.read()
        except HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    return await asyncio.to_thread(fetch)


async def test_call_without_a_token_ends_at_envoy(edge: Edge) -> None:
    """Who is not signed in is told as the gateway would, and no service hears of it."""
    with refused(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING"):
        await edge.reports.GetReport(report_pb.GetReportRequest(report_id="r"), timeout=TIMEOUT)
    assert edge.club.reports.visits.count == 0


async def test_bad_token_ends_at_envoy_even_where_none_is_needed(edge: Edge) -> None:
    """A token of another key is refused, and one whose time is over is told apart, so that clients refresh it."""
    stranger = TokenIssuer(KeyRing([new_key()]))
    old = TokenIssuer(edge.club.keys, clock=lambda: 1_600_000_000)
    for issuer, reason in ((stranger, "TOKEN_INVALID"), (old, "TOKEN_EXPIRED")):
        token, _ = issuer.issue(account_id="a", username="alice", session_id="s", roles=[])
        with refused(grpc.StatusCode.UNAUTHENTICATED, reason):
            await edge.profiles.GetUser(a_user("alice"), metadata=bearer(token), timeout=TIMEOUT)
    assert edge.club.profiles.visits.count + edge.others.visits.count == 0


async def test_good_token_reaches_the_service_with_the_request_id(edge: Edge) -> None:
    """The service gets the caller's own token, which it verifies again."""
    metadata = edge.club.sign_in("referee")
    watching = edge.reports.WatchReport(
        report_pb.WatchReportRequest(report_id=REPORT_ID),
        metadata=(*metadata, ("x-request-id", "r-7")),
        timeout=TIMEOUT,
    )
    await watching.read()
    watching.cancel()
    seen = edge.club.reports.visits.metadata
    assert seen["authorization"] == [dict(metadata)["authorization"]]
    assert seen["x-request-id"] == ["r-7"]


async def test_deadline_and_end_of_a_call_reach_the_service(edge: Edge) -> None:
    """No service works for a client that has gone, nor knows less of its deadline than by the gateway."""
    asking = edge.reports.GetReport(
        report_pb.GetReportRequest(report_id=REPORT_ID), metadata=edge.club.sign_in(), timeout=TIMEOUT
    )
    visits = edge.club.reports.visits
    await happened(visits.started)
    assert visits.seconds_left is not None
    assert visits.seconds_left <= TIMEOUT
    asking.cancel()
    await happened(visits.cancelled)


async def test_network_of_a_client_is_what_envoy_saw(edge: Edge) -> None:
    """The gateway counts sign-ups by where Envoy was called from, and not by what the client says of itself."""
    for username, claim in (("anna", "203.0.113.7"), ("vera", "198.51.100.7")):
        request = auth_pb.SignUpRequest(username=username, password="a long and unusual password")
        await edge.auth.SignUp(request, metadata=(("x-forwarded-for", claim),), timeout=TIMEOUT)
    # For who calls from the same machine Envoy says one of its own addresses.
    first, second = edge.club.credentials.client_addresses
    assert first == second
    assert first not in ("", "203.0.113.0/24", "198.51.100.0/24")


async def test_grpc_web_call_is_answered(edge: Edge) -> None:
    """A browser calls by plain HTTP, and gets the message and the trailers in the body."""
    message = a_user("alice").SerializeToString()
    headers = {"content-type": "application/grpc-web+proto", "x-grpc-web": "1", "origin": PAGE}
    body = b"\0" + len(message).to_bytes(4, "big") + message
    status, answered, got = await fetched(edge.address, GET_USER, body=body, headers=headers)
    assert (status, answered["access-control-allow-origin"]) == (200, PAGE)
    size = int.from_bytes(got[1:5], "big")
    assert profile_pb.GetUserResponse.FromString(got[5 : 5 + size]).user.username == "alice"
    assert got[5 + size] == 0x80
    assert b"grpc-status:0" in got[5 + size :]


async def test_refused_grpc_web_call_is_told_why(edge: Edge) -> None:
    """What Envoy refuses itself has status and details in the headers, where gRPC-Web looks for them."""
    headers = {"content-type": "application/grpc-web+proto", "x-grpc-web": "1"}
    path = "/dossier.report.v1.ReportService/GetReport"
    _, answered, _ = await fetched(edge.address, path, body=b"\0\0\0\0\0", headers=headers)
    assert answered["grpc-status"] == str(grpc.StatusCode.UNAUTHENTICATED.value[0])
    assert answered["grpc-status-details-bin"]


async def test_json_call_is_answered_and_refused_in_json(edge: Edge) -> None:
    """The paths that the protos state serve JSON; refusals of a service and of Envoy look alike."""
    status, answered, got = await fetched(edge.address, "/v1/users/alice", headers={"origin": PAGE})
    assert (status, json.loads(got)["user"]["username"]) == (200, "alice")
    assert answered["access-control-allow-origin"] == PAGE
    refusals = {"/v1/users/nobody": (404, "USER_NOT_FOUND"), "/v1/reports/x": (401, "TOKEN_MISSING")}
    for path, expected in refusals.items():
        status, answered, got = await fetched(edge.address, path)
        assert answered["content-type"] == "application/json"
        assert (status, json.loads(got)["details"][0]["reason"]) == expected


async def test_json_that_is_no_request_is_told_so(edge: Edge) -> None:
    """What cannot be read is the caller's fault, and looks like it."""
    status, _, got = await fetched(edge.address, "/v1/auth:signIn", body=b'{"user": ')
    assert (status, json.loads(got)["details"][0]["reason"]) == (400, "MALFORMED_REQUEST")


@pytest.mark.parametrize(("origin", "allowed"), [(PAGE, PAGE), ("https://mallory.example.org", None)])
async def test_browser_may_call_from_the_pages_that_were_named(edge: Edge, origin: str, allowed: str | None) -> None:
    """A browser asks first, for calls in gRPC-Web and in JSON."""
    headers = {"origin": origin, "access-control-request-method": "POST"}
    for path in (GET_USER, "/v1/users/alice"):
        _, answered, _ = await fetched(edge.address, path, headers=headers, method="OPTIONS")
        assert answered["access-control-allow-origin"] == allowed


async def test_calls_are_shared_out_and_leave_a_dead_replica(edge: Edge) -> None:
    """Both replicas get calls; when one is gone, no read fails and the other gets them all."""
    first, second = edge.club.profiles.visits, edge.others.visits
    for _ in range(6):
        await edge.profiles.GetUser(a_user("alice"), timeout=TIMEOUT)
    assert first.count == second.count == 3
    await edge.club.profile_server._server.stop(0)
    for _ in range(20):
        await edge.profiles.GetUser(a_user("alice"), timeout=TIMEOUT)
    assert (first.count, second.count) == (3, 23)


async def test_replica_that_drains_gets_no_more_calls(edge: Edge) -> None:
    """A replica that says NOT_SERVING is left alone, although it still answers."""
    visits = edge.club.profiles.visits
    await edge.club.profile_server.set_serving(serving=False)

    async def is_left_alone() -> bool:
        before = visits.count
        for _ in range(4):
            await edge.profiles.GetUser(a_user("alice"), timeout=TIMEOUT)
        return visits.count == before

    await eventually(is_left_alone, within_seconds=10)


async def test_service_that_is_away_is_told_as_by_the_gateway(edge: Edge) -> None:
    """Clients learn that it is worth another try."""
    await edge.club.report_server._server.stop(0)
    with refused(grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE"):
        await edge.reports.GetReport(
            report_pb.GetReportRequest(report_id="r"), metadata=edge.club.sign_in(), timeout=TIMEOUT
        )


async def test_flood_of_sign_ins_is_cut_and_holds_up_nothing_else(edge: Edge) -> None:
    """One network gets as many of a kind in a second as a process takes at once, and is told when to come again."""
    request = auth_pb.SignInRequest(username="alice", password="wrong")

    async def reason() -> str:
        try:
            await edge.auth.SignIn(request, timeout=TIMEOUT)
        except grpc.aio.AioRpcError as error:
            return reason_of(error)
        return ""

    reasons = await asyncio.gather(*(reason() for _ in range(4 * Limits().credentials)))
    assert reasons.count("SERVER_BUSY") >= Limits().credentials
    assert edge.club.credentials.visits.count < 4 * Limits().credentials
    await edge.profiles.GetUser(a_user("alice"), timeout=TIMEOUT)


async def test_internal_call_and_unknown_path_have_no_route(edge: Edge) -> None:
    """What is not of the public contract is not there, whatever is sent along."""
    for path in ("/dossier.profile.v1.CredentialsService/OpenSession", "/dossier.nobody.v1.Service/Call"):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await edge.channel.unary_unary(path)(b"", metadata=edge.club.sign_in("admin"), timeout=TIMEOUT)
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert edge.club.credentials.visits.count == 0


async def test_envoy_shows_and_believes_certificates(tmp_path: Path) -> None:
    """Clients connect by TLS, and so does Envoy to a service that wants to see its certificate."""
    authority = Authority()
    identity = write(authority.sign(), tmp_path, authority=authority.write(tmp_path))
    profiles = FakeProfiles()
    files = {
        "certificate": identity.certificate,
        "key": identity.key,
        "internal-certificate": identity.certificate,
        "internal-key": identity.key,
        "internal-authority": identity.authority,
        "gateway-authority": identity.authority,
    }
    async with upstream(
        KeyRing([new_key()]),
        lambda server: profile_rpc.add_ProfileServiceServicer_to_server(profiles, server),
        identity=identity,
    ) as server:
        await server.set_serving(serving=True)
        options = [f"--{name}={path}" for name, path in files.items()]
        with envoy_before(tmp_path, gateway="127.0.0.1:1", profile=[server.address], options=options) as address:
            credentials = grpc.ssl_channel_credentials(authority.certificate)
            async with grpc.aio.secure_channel(address, credentials) as channel:
                await profile_rpc.ProfileServiceStub(channel).GetUser(a_user("alice"), timeout=TIMEOUT)
    assert profiles.visits.count == 1
