"""What every process tells Prometheus, and where."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
import urllib.error
from typing import Any

import grpc
import pytest
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from prometheus_client import CollectorRegistry

from runtime.admission import Admission, Limits
from runtime.background import meanwhile
from runtime.calls import Call
from runtime.errors import Exhausted
from runtime.metrics import CallMetrics, PoolMetrics, open_metrics, show_lag
from runtime.pools import Pool
from runtime.server import PortUnavailable
from tests.eventually import eventually
from tests.integration.runtime.house import TIMEOUT, House
from tests.provision.ports import free_port
from tests.scraping import Samples, samples_of, scraped

GET_USER = {"grpc_service": "dossier.profile.v1.ProfileService", "grpc_method": "GetUser"}


async def empty_answer(_request: Any, _context: Any) -> profile_pb.GetUserResponse:
    return profile_pb.GetUserResponse()


async def handled(registry: CollectorRegistry, count: int) -> Samples:
    """Return what is told when so many calls have ended on the server's side, which clients do not wait for."""

    async def all_counted() -> bool:
        return samples_of(registry).value("grpc_server_handled_total") == count

    await eventually(all_counted, within_seconds=TIMEOUT)
    return samples_of(registry)


async def test_calls_are_counted_by_method_and_code() -> None:
    """Each call of the contract counts once, with the status that its client got."""
    registry = CollectorRegistry()
    async with House().open(metrics=CallMetrics(registry)) as house:
        house.profiles.behaviour = empty_answer
        await house.get_user()
        await house.get_user()
        with pytest.raises(grpc.aio.AioRpcError):
            await house.get_user("?")
    samples = await handled(registry, 3)
    assert samples.value("grpc_server_handled_total", **GET_USER, grpc_code="OK") == 2
    assert samples.value("grpc_server_handled_total", **GET_USER, grpc_code="INVALID_ARGUMENT") == 1
    assert samples.value("grpc_server_handling_seconds_count", **GET_USER, grpc_code="OK") == 2
    assert samples.value("grpc_server_handling_seconds_bucket", **GET_USER, grpc_code="OK", le="+Inf") == 2


async def test_call_that_is_refused_at_the_door_is_counted() -> None:
    """A call with a bad token is one, too."""
    registry = CollectorRegistry()
    async with House().open(metrics=CallMetrics(registry)) as house:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await house.get_user(metadata=(("authorization", "Bearer nonsense"),))
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    samples = await handled(registry, 1)
    assert samples.value("grpc_server_handled_total", grpc_code="UNAUTHENTICATED") == 1


def test_durations_fall_into_their_buckets() -> None:
    """A bucket holds what took no longer than its bound says."""
    registry = CollectorRegistry()
    metrics = CallMetrics(registry)
    for seconds in (0.0, 0.2, 60.0):
        metrics.count(Call("/s/m", "id", started=time.perf_counter() - seconds))
    samples = samples_of(registry)
    counts = [samples.value("grpc_server_handling_seconds_bucket", le=le) for le in ("0.1", "0.25", "30.0", "+Inf")]
    assert counts == [1, 2, 2, 3]
    assert samples.value("grpc_server_handling_seconds_sum") == pytest.approx(60.2, abs=1)


def test_refusals_are_counted_by_kind() -> None:
    """Calls that found no place are seen, those of all servers of the process together."""
    registry = CollectorRegistry()
    metrics = CallMetrics(registry)
    for admission in (Admission(Limits(uploads=0)), Admission(Limits(uploads=0, streams_per_caller=0))):
        metrics.watch(*admission.kinds)
        with pytest.raises(Exhausted), admission.uploads.held_by("anna"):
            pytest.fail("there was a place")
    samples = samples_of(registry)
    assert samples.value("dossier_calls_refused_total", kind="uploads") == 2
    assert samples.value("dossier_calls_refused_total", kind="streams") == 0


async def test_pools_of_all_services_are_shown() -> None:
    """What is used and waited for shows at once, by service and kind."""
    registry, pool = CollectorRegistry(), Pool("connections", 1)
    metrics = PoolMetrics(registry)
    metrics.watch("report_service", [pool])
    metrics.watch("profile_service", [Pool("connections", 7)])
    free = asyncio.Event()

    async def waits() -> None:
        async with pool.using(free.wait()):
            pass

    async with pool.using(asyncio.sleep(0)):
        waiting = asyncio.create_task(waits())
        await asyncio.sleep(0)
        samples = samples_of(registry)
        free.set()
        await waiting
    one = {"service": "report_service", "pool": "connections"}
    assert [samples.value(f"dossier_pool_{name}", **one) for name in ("size", "in_use", "waiting")] == [1, 1, 1]
    assert samples.value("dossier_pool_size", service="profile_service") == 7
    samples = samples_of(registry)
    assert [samples.value(f"dossier_pool_{name}", **one) for name in ("in_use", "waiting")] == [0, 0]
    assert samples.value("dossier_pool_wait_seconds_count", **one) == 2
    assert samples.value("dossier_pool_wait_seconds_sum", **one)


async def test_wait_that_is_given_up_is_counted_and_over() -> None:
    """Who was cancelled or refused neither waits nor has anything."""
    pool = Pool("connections", 1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0), pool.using(asyncio.Event().wait()):
            pytest.fail("it was got")
    assert (pool.in_use, pool.waiting, pool.taken_count) == (0, 0, 1)


async def test_held_up_event_loop_is_seen() -> None:
    """What blocks the loop makes it late, by as much."""
    registry = CollectorRegistry()

    def lag(name: str) -> float:
        return samples_of(registry).value(f"dossier_event_loop_lag_seconds_{name}") or 0

    async def begun() -> bool:
        return lag("count") > 0

    async def seen() -> bool:
        return lag("sum") >= 0.29

    async with meanwhile(show_lag(registry, pause_seconds=0.001), name="lag"):
        await eventually(begun, within_seconds=TIMEOUT)
        time.sleep(0.3)
        await eventually(seen, within_seconds=TIMEOUT)
    samples = samples_of(registry)
    slow = [samples.value("dossier_event_loop_lag_seconds_bucket", le=le) or 0 for le in ("0.25", "+Inf")]
    assert slow[1] - slow[0] >= 1


async def test_metrics_are_served_until_closed() -> None:
    """Prometheus finds what is registered and the process itself; afterwards nothing listens."""
    address = f"127.0.0.1:{free_port()}"

    async def lag_is_shown() -> bool:
        return (await scraped(address)).value("dossier_event_loop_lag_seconds_count") is not None

    async with open_metrics(address) as registry:
        CallMetrics(registry).count(Call("/s/m", "id"))
        samples = await scraped(address)
        assert samples.value("grpc_server_handled_total", grpc_method="m") == 1
        assert samples.value("process_resident_memory_bytes")
        await eventually(lag_is_shown, within_seconds=TIMEOUT)
        assert all(family.documentation for family in samples.families)
    with pytest.raises(urllib.error.URLError):
        await scraped(address)


async def test_nothing_is_served_without_an_address() -> None:
    """Without the setting there is neither a port nor a thread."""
    before = threading.enumerate()
    async with open_metrics(""):
        assert threading.enumerate() == before


async def test_port_in_use_is_told() -> None:
    """A taken port is one clear error."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(PortUnavailable, match=f"cannot listen on {address}: address already in use"):
            async with open_metrics(address):
                pass
