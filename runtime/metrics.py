"""What a process tells Prometheus: its calls, what it refused, and itself; over HTTP where a setting says so."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from itertools import accumulate
from typing import NoReturn

import structlog
from prometheus_client import CollectorRegistry, Histogram, Metric, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, SummaryMetricFamily
from prometheus_client.registry import Collector

from runtime.admission import Places
from runtime.background import meanwhile
from runtime.calls import Call
from runtime.pools import Pool
from runtime.server import require_free

BUCKETS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_BOUNDS = (*map(str, BUCKETS_SECONDS), "+Inf")
# Not often enough to be noticed itself.
LAG_PAUSE_SECONDS = 0.25
LAG_BUCKETS_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_log = structlog.get_logger("metrics")


class _Tally:
    """The ended calls of one method and code: how many in each bucket, and how long all of them took."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * len(_BOUNDS)
        self.seconds = 0.0


class CallMetrics(Collector):
    """Counts the calls of all servers of a process.

    The event loop counts in plain numbers, which a scrape reads from its own thread: prometheus-client's counters are
    made for many threads, and cost several times as much for each call.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self._tallies: dict[tuple[str, str], _Tally] = {}
        self._places: list[Places] = []
        if registry is not None:
            registry.register(self)

    def watch(self, *places: Places) -> None:
        """Tell what these refuse, too."""
        self._places += places

    def count(self, call: Call) -> None:
        """Count a call that has ended."""
        seconds = time.perf_counter() - call.started
        tally = self._tallies.get((call.method, call.code))
        if tally is None:
            tally = self._tallies[call.method, call.code] = _Tally()
        tally.counts[bisect_left(BUCKETS_SECONDS, seconds)] += 1
        tally.seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """Return everything that was counted. Called by the registry."""
        labels = ("grpc_service", "grpc_method", "grpc_code")
        handled = CounterMetricFamily("grpc_server_handled", "Calls that ended, by their status.", labels=labels)
        handling = HistogramMetricFamily(
            "grpc_server_handling_seconds", "How long calls took, streams until their end.", labels=labels
        )
        for (path, code), tally in self._tallies.copy().items():
            _, service, method = path.split("/")
            buckets = list(zip(_BOUNDS, accumulate(tally.counts), strict=True))
            handled.add_metric((service, method, code), buckets[-1][1])
            handling.add_metric((service, method, code), buckets, sum_value=tally.seconds)
        yield from (handled, handling, self._refused())

    def _refused(self) -> Metric:
        refused = CounterMetricFamily(
            "dossier_calls_refused", "Calls refused because too many of their kind were under way.", labels=("kind",)
        )
        counts: dict[str, int] = {}
        for places in self._places:
            counts[places.kind] = counts.get(places.kind, 0) + places.refused_count
        for kind, count in counts.items():
            refused.add_metric((kind,), count)
        return refused


class PoolMetrics(Collector):
    """Shows the pools of a process: what is used of each, who waits, and how long that takes."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self._pools: list[tuple[tuple[str, str], Pool]] = []
        if registry is not None:
            registry.register(self)

    def watch(self, service: str, pools: Iterable[Pool]) -> None:
        """Show these, too. No two of a service are of one kind."""
        self._pools += [((service, pool.kind), pool) for pool in pools]

    def collect(self) -> Iterator[Metric]:
        """Return the numbers of this moment. Called by the registry."""
        labels = ("service", "pool")
        size = GaugeMetricFamily("dossier_pool_size", "How many there are at most.", labels=labels)
        in_use = GaugeMetricFamily("dossier_pool_in_use", "How many are used.", labels=labels)
        waiting = GaugeMetricFamily("dossier_pool_waiting", "How many wait for one.", labels=labels)
        waits = SummaryMetricFamily("dossier_pool_wait_seconds", "How long it took to get one.", labels=labels)
        for names, pool in self._pools:
            size.add_metric(names, pool.size)
            in_use.add_metric(names, pool.in_use)
            waiting.add_metric(names, pool.waiting)
            waits.add_metric(names, pool.taken_count, pool.wait_seconds)
        yield from (size, in_use, waiting, waits)


async def show_lag(registry: CollectorRegistry, *, pause_seconds: float = LAG_PAUSE_SECONDS) -> NoReturn:
    """Show how late the event loop is with what is due, as everything in the process then is, until cancelled."""
    lag = Histogram(
        "dossier_event_loop_lag_seconds",
        "How much later than due the event loop went on.",
        buckets=LAG_BUCKETS_SECONDS,
        registry=registry,
    )
    clock = asyncio.get_running_loop().time
    while True:
        due = clock() + pause_seconds
        await asyncio.sleep(pause_seconds)
        lag.observe(max(0.0, clock() - due))


@asynccontextmanager
async def open_metrics(listen: str) -> AsyncIterator[CollectorRegistry | None]:
    """Yield where to register, and serve it over HTTP from a thread of its own; None when `listen` is empty.

    Raises:
        PortUnavailable: the address cannot be served on.
    """
    if not listen:
        yield None
        return
    require_free(listen)
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    host, _, port = listen.rpartition(":")
    server, thread = start_http_server(int(port), host.strip("[]"), registry)
    _log.info("metrics_listening", address=listen)
    try:
        async with meanwhile(show_lag(registry), name="event loop lag"):
            yield registry
    finally:
        await asyncio.to_thread(server.shutdown)
        server.server_close()
        thread.join()
