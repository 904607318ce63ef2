"""Traces: which call and which stage of work took how long, in every process that had a part in it.

Where work belongs in a trace is its call's `traceparent` (`runtime.calls`), which goes along wherever the request id
goes. A process with a collector to tell adds its own spans, by `runtime.otlp`; any other passes on what it was told,
and loads nothing of OpenTelemetry.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Literal

import structlog

from runtime import calls
from runtime.calls import Call, Origin

if TYPE_CHECKING:
    from runtime.otlp import SpanSender

SpanKind = Literal["INTERNAL", "CLIENT", "PRODUCER", "CONSUMER"]
_log = structlog.get_logger("tracing")
# One for the process, as its logs are: spans are opened in places that know of nothing but their own work.
_sender: SpanSender | None = None


class TracingUnusable(Exception):
    """Traces cannot be sent; the message says in one sentence why, and what to do."""


@asynccontextmanager
async def open_tracing(endpoint: str, *, process: str) -> AsyncIterator[None]:
    """Have the spans of this process sent to an OTLP collector until leaving; do nothing when `endpoint` is empty.

    Args:
        endpoint: such as http://collector:4317, for gRPC; https for TLS.
        process: what the spans are told to come from, such as "gateway".

    Raises:
        TracingUnusable: OpenTelemetry is not installed.
    """
    global _sender
    if not endpoint:
        yield
        return
    try:
        from runtime.otlp import SpanSender
    except ModuleNotFoundError as error:
        raise TracingUnusable(
            f"cannot send traces to {endpoint}: there is no {error.name}; install dossier[otel], or set no endpoint"
        ) from error
    _sender = SpanSender(endpoint, process=process)
    _log.info("tracing", endpoint=endpoint)
    try:
        yield
    finally:
        sender, _sender = _sender, None
        await asyncio.to_thread(sender.close)


def follow(call: Call) -> None:
    """Make the call a span of its client's trace, or of a new one, until it has ended."""
    if _sender is None:
        return
    span = _sender.begin_call(call)
    call.traceparent = span.traceparent
    count = call.ended

    def end(call: Call) -> None:
        count(call)
        span.end_call(call)

    call.ended = end


@contextmanager
def span(
    name: str, *, kind: SpanKind = "INTERNAL", of: Origin | None = None, **attributes: str | int
) -> Iterator[Origin]:
    """Make what this task does inside a span, below where `of` says or where the task is; yield where it then is.

    The attributes are shown to whoever may see the collector: no names, no addresses.
    """
    origin = calls.origin() if of is None else of
    if _sender is None:
        yield origin
        return
    opened = _sender.begin(name, kind, origin, attributes)
    inner = Origin(origin.request_id, opened.traceparent)
    try:
        with calls.within(inner):
            yield inner
    except BaseException as error:
        opened.fail(error)
        raise
    finally:
        opened.end()
