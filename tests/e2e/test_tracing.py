"""One report, followed through every process by one trace and one request id."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from typing import Any

import grpc
import pytest
from dossier.report.v1 import report_pb2, report_service_pb2
from dossier.report.v1.report_service_pb2_grpc import ReportServiceStub

from tests.e2e.conftest import Club
from tests.e2e.test_story import signed_in
from tests.eventually import eventually
from tests.provision.collector import Span

CREATE = "dossier.report.v1.ReportService/CreateReport"
SNAPSHOT = "dossier.stats.v1.SnapshotService/GetSnapshot"
# Each stage with the one that it is below; the first is below the client's own span.
STAGES = {
    "standalone": (
        ("standalone", CREATE),
        ("standalone", "make report"),
        ("standalone", "fetch snapshot"),
        ("standalone", SNAPSHOT),
    ),
    "distributed": (
        ("gateway", CREATE),
        ("report_service", CREATE),
        ("report_service", "make report"),
        ("report_service", "fetch snapshot"),
        ("profile_service", SNAPSHOT),
    ),
    "scale-out": (
        ("gateway", CREATE),
        ("report_service", CREATE),
        ("report_service", "send hint"),
        ("report_worker", "make report"),
        ("report_worker", "fetch snapshot"),
        ("profile_service", SNAPSHOT),
    ),
}
LAST = ("render", "store file")


async def made(club: Club, *metadata: tuple[str, str]) -> str:
    """Ask for a report with these metadata, wait until it is READY, and return its id."""
    player = await club.player()
    async with grpc.aio.insecure_channel(club.installation.endpoint) as channel:
        session = await signed_in(channel, player.own_username())
        reports: Any = ReportServiceStub(channel)
        asked = await reports.CreateReport(
            report_service_pb2.CreateReportRequest(), metadata=(*session, *metadata), timeout=30
        )
        watch = report_service_pb2.WatchReportRequest(report_id=asked.report.report_id)
        *_, last = [answer.report.state async for answer in reports.WatchReport(watch, metadata=session, timeout=60)]
    assert last == report_pb2.STATE_READY
    return str(asked.report.report_id)


async def test_report_is_one_trace_from_the_call_to_the_file(club: Club, request: pytest.FixtureRequest) -> None:
    """Its spans are one tree below the client's, in every process that had a part in it; so are its log lines."""
    collector = club.installation.collector
    if collector is None:
        pytest.skip("this installation sends no traces")
    shape = request.node.callspec.params["installation"]
    trace_id, root, request_id = uuid.uuid4().hex, uuid.uuid4().hex[:16], f"call-{uuid.uuid4().hex}"
    report_id = await made(club, ("x-request-id", request_id), ("traceparent", f"00-{trace_id}-{root}-01"))
    wanted = {*STAGES[shape], *((STAGES[shape][-2][0], name) for name in LAST)}

    async def all_arrived() -> bool:
        return wanted <= {(span.process, span.name) for span in collector.of_trace(trace_id)}

    await eventually(all_arrived, within_seconds=20)
    spans = collector.of_trace(trace_id)
    by_id = {span.span_id: span for span in spans}
    assert all(span.parent_id in by_id for span in spans if span.parent_id != root)
    assert [(span.process, span.name) for span in spans if span.parent_id == root] == [STAGES[shape][0]]
    assert path_to(SNAPSHOT, by_id) == list(STAGES[shape])
    for name in LAST:
        assert [name for _, name in path_to(name, by_id)][-2:] == ["make report", name]
    assert not [span for span in spans if span.failed]
    assert {span.attributes["dossier.request_id"] for span in spans} == {request_id}
    if shape == "scale-out":
        assert_logged(club, request_id, trace_id, report_id)


def path_to(name: str, by_id: dict[str, Span]) -> list[tuple[str, str]]:
    """Return the processes and names from the first span to the one of this name."""
    (span,) = (each for each in by_id.values() if each.name == name)
    path = [(span.process, span.name)]
    while (parent := by_id.get(span.parent_id)) is not None:
        span = parent
        path.insert(0, (span.process, span.name))
    return path


def assert_logged(club: Club, request_id: str, trace_id: str, report_id: str) -> None:
    """The lines of every part on the way are found by the request id."""
    lines = [
        json.loads(line) | {"part": name.rstrip("0123456789")}
        for name, part in club.installation.parts.items()
        for line in part.log().splitlines()
        if request_id in line
    ]
    assert {line["trace_id"] for line in lines} == {trace_id}
    events = Counter((line["part"], line["event"]) for line in lines)
    assert {("gateway", "rpc"), ("report", "rpc"), ("worker", "report_made"), ("profile", "rpc")} <= set(events)
    (done,) = (line for line in lines if line["event"] == "report_made")
    assert (done["request_id"], done["report_id"]) == (request_id, report_id)
