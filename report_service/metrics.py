"""What the report service tells Prometheus: each process what it knows, the API its rows, a worker its renders."""

from __future__ import annotations

import asyncio
import time
from typing import NoReturn, Protocol

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from report_service.amqp_hints import AmqpReceiver, AmqpSender
from report_service.document.snapshot import Document, Order
from report_service.hint_messages import HintFault
from report_service.reports import FailureReason, State
from report_service.worker import Renderer
from runtime.metrics import PoolMetrics

ASK_SECONDS = 5.0
RENDER_BUCKETS_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_log = structlog.get_logger("metrics")


class Rows(Protocol):
    """What the metrics need of the storage."""

    async def census(self) -> tuple[dict[State, int], float]:
        """Return how many rows each state has, and for how many seconds the oldest QUEUED one has been there."""


class ReportMetrics:
    """What one process of the report service counts; `shown` says whether anybody can see it.

    `pools` shows those of the whole process, whatever else runs in it.
    """

    def __init__(self, registry: CollectorRegistry | None = None, pools: PoolMetrics | None = None) -> None:
        self.shown = registry is not None
        self.pools = pools or PoolMetrics(registry)
        self._registry = registry or CollectorRegistry()
        self._finished = Counter(
            "dossier_report_finished",
            "Reports that this process brought to their final state.",
            ("state", "failure_reason"),
            registry=self._registry,
        )
        self._rejected = Counter(
            "dossier_report_hints_rejected",
            "Messages that were no hints and went to the dead letters.",
            ("reason",),
            registry=self._registry,
        )
        for reason in HintFault:
            self._rejected.labels(reason)
        self._rendered = Histogram(
            "dossier_report_render_seconds",
            "How long rendering took, by how it ended.",
            ("outcome",),
            buckets=RENDER_BUCKETS_SECONDS,
            registry=self._registry,
        )
        self._unknown = Counter(
            "dossier_report_unknown_characters",
            "Characters in reports that none of the fonts has, set as a box.",
            registry=self._registry,
        )
        self._connected = Gauge(
            "dossier_report_broker_connected",
            "Whether RabbitMQ can be used, 1 or 0.",
            ("side",),
            registry=self._registry,
        )

    def finished(self, state: State, reason: FailureReason | None = None) -> None:
        """Count a report."""
        self._finished.labels(state, reason or "").inc()

    def hint_rejected(self, reason: str) -> None:
        """Count a message that was no hint."""
        self._rejected.labels(reason).inc()

    def timed(self, renderer: Renderer) -> Renderer:
        """Return the renderer with a clock."""
        return _TimedRenderer(renderer, self._rendered, self._unknown)

    def watch_sender(self, sender: AmqpSender) -> None:
        """Show the sender's connection and what it knows of the queues."""
        self._connected.labels("sender").set_function(sender.ready.is_set)
        dead_letters = Gauge(
            "dossier_report_dead_letters", "Dead letters in RabbitMQ, for people to look at.", registry=self._registry
        )
        dead_letters.set_function(lambda: sender.dead_letter_count)
        waiting = Gauge(
            "dossier_report_hints_waiting", "Hints in RabbitMQ that no worker has yet.", registry=self._registry
        )
        waiting.set_function(lambda: sender.waiting_count)

    def watch_receiver(self, receiver: AmqpReceiver) -> None:
        """Show the receiver's connection."""
        self._connected.labels("receiver").set_function(receiver.ready.is_set)

    async def follow(self, rows: Rows, *, ask_seconds: float = ASK_SECONDS) -> NoReturn:
        """Show the rows, asked for again and again until cancelled. All processes on one database show the same."""
        counts = Gauge("dossier_report_rows", "Reports in the database.", ("state",), registry=self._registry)
        oldest = Gauge(
            "dossier_report_oldest_queued_seconds",
            "Since when the oldest report waits to be made; 0 when none does.",
            registry=self._registry,
        )
        while True:
            try:
                by_state, oldest_seconds = await rows.census()
            except Exception as error:
                _log.warning("rows_not_counted", cause=repr(error))
            else:
                for state in State:
                    counts.labels(state).set(by_state.get(state, 0))
                oldest.set(oldest_seconds)
            await asyncio.sleep(ask_seconds)


class _TimedRenderer:
    def __init__(self, renderer: Renderer, seconds: Histogram, unknown: Counter) -> None:
        self._renderer = renderer
        self._seconds = seconds
        self._unknown = unknown

    async def render(self, order: Order) -> Document:
        began, outcome = time.perf_counter(), "ok"
        try:
            made = await self._renderer.render(order)
            self._unknown.inc(made.unknown_clusters)
            return made
        except BaseException as error:
            outcome = type(error).__name__
            raise
        finally:
            self._seconds.labels(outcome).observe(time.perf_counter() - began)
