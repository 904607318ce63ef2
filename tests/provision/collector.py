"""An OpenTelemetry collector that keeps what it is sent, for tests to look at."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as collector_pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as collector_rpc
from opentelemetry.proto.trace.v1 import trace_pb2


@dataclass(frozen=True)
class Span:
    """One span that arrived; ids are hexadecimal digits, `parent_id` is empty of a root."""

    process: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    kind: str
    failed: bool
    attributes: dict[str, str | int]


class Collector(collector_rpc.TraceServiceServicer):
    """Takes spans at `endpoint`."""

    def __init__(self) -> None:
        self.endpoint = ""
        self.spans: list[Span] = []

    def Export(
        self, request: collector_pb.ExportTraceServiceRequest, context: Any
    ) -> collector_pb.ExportTraceServiceResponse:
        for of_process in request.resource_spans:
            process = str(_values(of_process.resource.attributes)["service.name"])
            self.spans += [_span(process, each) for scope in of_process.scope_spans for each in scope.spans]
        return collector_pb.ExportTraceServiceResponse()

    def of_trace(self, trace_id: str) -> list[Span]:
        """Return what has arrived of one trace."""
        return [span for span in self.spans if span.trace_id == trace_id]


@contextmanager
def collecting() -> Iterator[Collector]:
    """Run a collector."""
    collector = Collector()
    server = grpc.server(ThreadPoolExecutor(2))
    collector_rpc.add_TraceServiceServicer_to_server(collector, server)
    collector.endpoint = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield collector
    finally:
        server.stop(None).wait()


def _span(process: str, span: trace_pb2.Span) -> Span:
    return Span(
        process,
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        span.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
        _values(span.attributes),
    )


def _values(attributes: Any) -> dict[str, str | int]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}
