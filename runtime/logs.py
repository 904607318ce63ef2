"""Structured logs: JSON lines for machines, short coloured lines on a terminal. Secrets are masked by field name."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from runtime import calls

_SECRET_FIELDS = frozenset({"authorization", "password", "token", "refresh_token", "secret", "email"})


def configure_logs(level: str, *, worker: int = 0) -> None:
    """Send logs of `level` ("debug" to "error") and above to standard error.

    Args:
        worker: the number that lines have of one of several processes; 0 for none.
    """
    threshold = logging.getLevelNamesMapping()[level.upper()]
    on_terminal = sys.stderr.isatty()
    # Plain tracebacks: the pretty ones print local variables, tokens among them.
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if on_terminal
        else structlog.processors.JSONRenderer()
    )
    processors: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _tell_origin,
        _mask_secrets,
    ]
    if worker:
        processors.append(_of_worker(worker))
    if not on_terminal:
        processors.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    # They tell of every lost connection, at length; whoever needed it says so once, in our form.
    for chatty in ("aio_pika", "aiormq", "asyncpg.pool", "opentelemetry"):
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    logging.getLogger("grpc._cython.cygrpc").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Tell whether it is more than gRPC's traceback of a connection that was lost while a message was being sent."""
    return not record.getMessage().startswith("ExecuteBatchError raised")


def _tell_origin(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Have every line that a call, or work it asked for, leaves in any process be found by the same ids."""
    call = calls.current()
    if call is not None:
        if call.request_id:
            event.setdefault("request_id", call.request_id)
        if call.traceparent:
            event["trace_id"] = call.traceparent.split("-")[1]
    return event


def _of_worker(number: int) -> structlog.typing.Processor:
    def add_number(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event.setdefault("worker", number)
        return event

    return add_number


def _mask_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for field in _SECRET_FIELDS & event.keys():
        event[field] = "***"
    return event
