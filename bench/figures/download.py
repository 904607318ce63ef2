"""Downloads of a large report, direct and through the gateway, against the same messages sent from memory."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import grpc
from dossier.report.v1 import report_service_pb2 as report_pb
from dossier.report.v1 import report_service_pb2_grpc as report_rpc

from bench.club import Club, bearer, sign_in
from bench.echo_server import CHUNK_BYTES, STREAM
from bench.installations import Split, echo
from bench.load import Load, Request
from bench.measuring import Figure, Plan, compare, ratio_figure, received_bytes
from bench.processes import LOAD_CORE, SERVER_CORE, Process, pinned

CONNECTIONS = 2
PATH = "/dossier.report.v1.ReportService/DownloadReport"
MEBIBYTE = 1024 * 1024


def direct(plan: Plan) -> list[Figure]:
    """Measure report_service asked directly: one core, the load on the other."""
    plan.split.report.pin(SERVER_CORE)
    return [_measure(plan, [plan.split.report], name="download", title="Download, report_service", aim=0.90)]


def through_gateway(plan: Plan) -> list[Figure]:
    """Measure gateway and report_service, a core each; the load shares the latter's."""
    plan.split.gateway.pin(SERVER_CORE)
    plan.split.report.pin(LOAD_CORE)
    pair = [plan.split.gateway, plan.split.report]
    return [_measure(plan, pair, name="download_gateway", title="Download, gateway", aim=0.35)]


def _measure(plan: Plan, processes: Sequence[Process], *, name: str, title: str, aim: float) -> Figure:
    request = _request(plan.split, processes[0].address, plan.club)
    with ExitStack() as stack:
        bare = stack.enter_context(echo(plan.folder, stream_bytes=plan.club.report_bytes))
        stack.enter_context(pinned([LOAD_CORE]))
        ours = stack.enter_context(Load(request, connections=CONNECTIONS, streams=1))
        limit = stack.enter_context(Load(_echoed(bare.address, plan.club), connections=CONNECTIONS, streams=1))
        rounds = compare(plan, (ours, processes), (limit, [bare]), count=received_bytes)
    return ratio_figure(name, title, rounds, aim=aim, unit="MiB/s", scale=MEBIBYTE)


def _request(dossier: Split, address: str, club: Club) -> Request:
    """Return the call with a real token, made once by a real client to know the size of its messages."""
    metadata = bearer(sign_in(dossier.gateway.address, club.username, club.password))
    message = report_pb.DownloadReportRequest(report_id=club.report_id)
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        answers = report_rpc.ReportServiceStub(channel).DownloadReport(message, metadata=metadata, timeout=60)
        size = sum(answer.ByteSize() + 5 for answer in answers)
    if size < club.report_bytes:
        raise ValueError(f"{size} bytes came of a file of {club.report_bytes}")
    return Request(address, PATH, message.SerializeToString(), size, metadata)


def _echoed(address: str, club: Club) -> Request:
    chunk = report_pb.DownloadReportResponse(chunk=bytes(CHUNK_BYTES))
    return Request(address, STREAM, b"", (chunk.ByteSize() + 5) * (club.report_bytes // CHUNK_BYTES))
