"""Spans by OpenTelemetry's SDK, sent over gRPC. Imported only where a setting asks for it: the extra `otel`.

What else the SDK can be told, such as which share of the traces to keep, it reads from its own variables,
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import grpc
import structlog
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from runtime.calls import Call, Origin

# How long a collector that is slow or away may hold up the end of the process.
CLOSE_SECONDS = 2.0
# What is a server's fault. Source: OpenTelemetry's conventions for gRPC.
_FAULTS = frozenset({"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"})
_CODES = {code.name: code.value[0] for code in grpc.StatusCode}
_CONTEXT = TraceContextTextMapPropagator()
_log = structlog.get_logger("tracing")


class _Exporter(OTLPSpanExporter):
    """Tells in our logs of what could not be sent."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        if result is not SpanExportResult.SUCCESS:
            _log.warning("spans_lost", count=len(spans))
        return result


class OpenSpan:
    """A span that has not ended. `traceparent` is what whatever is done in it belongs to."""

    __slots__ = ("_span", "traceparent")

    def __init__(self, span: Span) -> None:
        self._span = span
        context = span.get_span_context()
        self.traceparent = f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def fail(self, error: BaseException) -> None:
        """Say that it did not come to its end; of the error only its kind, as its words may be about somebody."""
        self._span.set_status(Status(StatusCode.ERROR, type(error).__name__))

    def end(self) -> None:
        """End it."""
        self._span.end()

    def end_call(self, call: Call) -> None:
        """End it with the status of its call."""
        self._span.set_attribute("rpc.grpc.status_code", _CODES.get(call.code, _CODES["UNKNOWN"]))
        if call.code in _FAULTS:
            self._span.set_status(Status(StatusCode.ERROR, call.code))
        self._span.end()


class SpanSender:
    """Opens spans, and sends them when they have ended, from a thread of its own."""

    def __init__(self, endpoint: str, *, process: str) -> None:
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": process, "service.namespace": "dossier"}), shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(_Exporter(endpoint)))
        self._tracer = self._provider.get_tracer("dossier")

    def begin_call(self, call: Call) -> OpenSpan:
        """Open the span of a call that is served."""
        service, _, method = call.method[1:].partition("/")
        attributes = {"rpc.system": "grpc", "rpc.service": service, "rpc.method": method}
        return self.begin(call.method[1:], "SERVER", Origin(call.request_id, call.traceparent), attributes)

    def begin(self, name: str, kind: str, origin: Origin, attributes: Mapping[str, Any]) -> OpenSpan:
        """Open a span."""
        parent = _CONTEXT.extract({"traceparent": origin.traceparent})
        told = {"dossier.request_id": origin.request_id, **attributes}
        return OpenSpan(self._tracer.start_span(name, parent, SpanKind[kind], attributes=told))

    def close(self) -> None:
        """Send what is left, if the collector takes it in time."""
        closing = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)
