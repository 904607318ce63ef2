"""An authenticated GetUser, alone and through the gateway, against a bare unary echo of the same size."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import grpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc

from bench.club import Club, bearer, sign_in
from bench.echo_server import UNARY
from bench.installations import echo
from bench.load import Load, Request
from bench.measuring import Figure, Plan, answers, compare, ratio_figure
from bench.processes import CORES, LOAD_CORE, SERVER_CORE, Process, pinned

CONNECTIONS = 4
STREAMS = 16
PATH = "/dossier.profile.v1.ProfileService/GetUser"


def direct(plan: Plan) -> list[Figure]:
    """Measure the standalone process: one core, the load on the other."""
    process = plan.standalone
    process.pin(SERVER_CORE)
    try:
        return [_measure(plan, [process], name="get_user", title="GetUser, standalone", aim=0.70)]
    finally:
        process.pin(*CORES)


def through_gateway(plan: Plan) -> list[Figure]:
    """Measure gateway and profile_service, a core each; the load shares the latter's, which has less to do."""
    plan.split.gateway.pin(SERVER_CORE)
    plan.split.profile.pin(LOAD_CORE)
    pair = [plan.split.gateway, plan.split.profile]
    return [_measure(plan, pair, name="get_user_gateway", title="GetUser, gateway", aim=0.55)]


def _measure(plan: Plan, processes: Sequence[Process], *, name: str, title: str, aim: float) -> Figure:
    request = request_of(processes[0].address, plan.club)
    with ExitStack() as stack:
        bare = stack.enter_context(echo(plan.folder, unary_bytes=request.answer_bytes - 5))
        echoed = Request(bare.address, UNARY, request.message, request.answer_bytes)
        stack.enter_context(pinned([LOAD_CORE]))
        ours = stack.enter_context(Load(request, connections=CONNECTIONS, streams=STREAMS))
        limit = stack.enter_context(Load(echoed, connections=CONNECTIONS, streams=STREAMS))
        rounds = compare(plan, (ours, processes), (limit, [bare]), count=answers)
    return ratio_figure(name, title, rounds, aim=aim, unit="calls/s")


def request_of(address: str, club: Club) -> Request:
    """Return the call with a real token, made once by a real client to know the size of its answer."""
    metadata = bearer(sign_in(address, club.username, club.password))
    message = profile_pb.GetUserRequest(username=club.username)
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        answer = profile_rpc.ProfileServiceStub(channel).GetUser(message, metadata=metadata, timeout=60)
    return Request(address, PATH, message.SerializeToString(), answer.ByteSize() + 5, metadata)
