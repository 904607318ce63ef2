"""What the report service tells Prometheus."""

from __future__ import annotations

import signal
from pathlib import Path

import aio_pika
import pytest
from dossier.report.v1 import report_hint_pb2 as hint_pb
from dossier.report.v1 import report_pb2 as report_pb
from prometheus_client import CollectorRegistry

from report_service.amqp_hints import TOPOLOGY
from report_service.errors import RenderFailed
from report_service.hint_messages import KIND
from report_service.metrics import ReportMetrics
from report_service.storage.report_store import ReportStore
from tests.integration.report.stage import (
    Clock,
    FakeRenderer,
    a_settings,
    a_wish,
    eventually,
    open_stage,
)
from tests.integration.report.test_hint_transports import FIRST, running
from tests.integration.report.test_processes import Town, open_town, town  # noqa: F401
from tests.provision.fixtures import on_one_engine
from tests.provision.ports import free_port
from tests.provision.rabbitmq import RabbitNode
from tests.scraping import Samples, samples_of, scraped

pytestmark = on_one_engine


async def told(address: str, name: str, expected: float, **labels: str) -> Samples:
    """Scrape until the value is the expected one."""

    async def samples() -> Samples | None:
        answer = await scraped(address)
        return answer if answer.value(name, **labels) == expected else None

    found: Samples = await eventually(samples, within_seconds=30)
    return found


async def test_processes_tell_what_became_of_hints_and_reports(
    town: Town,  # noqa: F811
    own_rabbitmq: RabbitNode,
) -> None:
    """Dead letters, their reasons, outcomes of reports and renders, and the broker's connections are all to be seen."""
    api_metrics, worker_metrics = (f"127.0.0.1:{free_port()}" for _ in range(2))
    town.environ["DOSSIER_REPORT_METRICS_LISTEN"] = api_metrics
    await town.open()
    worker = await town.start("worker", DOSSIER_REPORT_METRICS_LISTEN=worker_metrics)
    await town.anna().made()
    await town.player("nobody").made()
    await publish(own_rabbitmq, aio_pika.Message(b"\xff\xff"))
    await publish(own_rabbitmq, aio_pika.Message(b"\xff\xff", type=KIND))
    await publish(own_rabbitmq, a_hint(kind="dossier.report.v2.ReportHint"))

    await told(worker_metrics, "dossier_report_hints_rejected_total", 1, reason="unknown_type")
    samples = await told(worker_metrics, "dossier_report_hints_rejected_total", 2, reason="undecodable")
    assert samples.value("dossier_report_hints_rejected_total", reason="bad_report_id") == 0
    assert samples.value("dossier_report_finished_total", state="READY") == 1
    assert samples.value("dossier_report_finished_total", failure_reason="PLAYER_NOT_FOUND") == 1
    assert samples.value("dossier_report_render_seconds_count", outcome="ok") == 1
    assert samples.value("dossier_report_broker_connected", side="receiver") == 1

    samples = await told(api_metrics, "dossier_report_dead_letters", 3)
    assert samples.value("dossier_report_broker_connected", side="sender") == 1
    assert samples.value("grpc_server_handled_total", grpc_method="CreateReport", grpc_code="OK") == 2
    await told(api_metrics, "dossier_report_rows", 1, state="READY")
    assert await worker.end(signal.SIGTERM) == 0


def a_hint(*, kind: str) -> aio_pika.Message:
    return aio_pika.Message(hint_pb.ReportHint(report_id=FIRST).SerializeToString(), type=kind)


async def publish(node: RabbitNode, message: aio_pika.Message) -> None:
    async with await aio_pika.connect(node.url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(TOPOLOGY.exchange)
        await exchange.publish(message, routing_key=TOPOLOGY.queue)


async def test_reports_are_counted_by_state_and_reason(tmp_path: Path) -> None:
    """READY, FAILED and CANCELLED reports count once each; so does each render."""
    registry, renderer = CollectorRegistry(), FakeRenderer()
    async with open_stage(a_settings(tmp_path), renderer=renderer, metrics=ReportMetrics(registry)) as stage:
        anna = stage.as_player("anna")
        assert (await anna.made()).state == report_pb.STATE_READY
        renderer.faults = [RenderFailed()]
        assert (await anna.made()).state == report_pb.STATE_FAILED
        renderer.gate.clear()
        cancelled = await anna.create()
        await anna.cancel(cancelled.report_id)
        await anna.cancel(cancelled.report_id)
        renderer.gate.set()
    samples = samples_of(registry)
    assert samples.value("dossier_report_finished_total", state="READY", failure_reason="") == 1
    assert samples.value("dossier_report_finished_total", state="FAILED", failure_reason="RENDER_FAILED") == 1
    assert samples.value("dossier_report_finished_total", state="CANCELLED") == 1
    assert samples.value("dossier_report_render_seconds_count", outcome="RenderFailed") == 1


async def test_rows_and_the_oldest_wait_are_told(store: ReportStore, clock: Clock) -> None:
    """A backlog shows in numbers and in age."""
    registry = CollectorRegistry()
    async with running(ReportMetrics(registry).follow(store, ask_seconds=0.01)):
        for report_id in ("first", "second"):
            async with store.deciding() as rows:
                await rows.insert(report_id, a_wish())
            clock.turn(seconds=30)
        await eventually(lambda: samples_of(registry).value("dossier_report_oldest_queued_seconds") == 60)
        assert samples_of(registry).value("dossier_report_rows", state="QUEUED") == 2
        assert samples_of(registry).value("dossier_report_rows", state="READY") == 0
        for report_id in ("first", "second"):
            await store.cancel("anna-id", report_id)
        await eventually(lambda: samples_of(registry).value("dossier_report_oldest_queued_seconds") == 0)


@pytest.mark.parametrize("arguments", [(), ("worker",)])
async def test_address_that_cannot_be_listened_on_is_told(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Either process ends with one sentence before it opens anything else."""
    async with open_town(tmp_path, "amqp://127.0.0.1:1") as town:  # noqa: F811
        service = await town.start(*arguments, DOSSIER_REPORT_METRICS_LISTEN="192.0.2.1:1")
        assert await service.end(signal.SIGCONT) == 1
    said = (tmp_path / "log").read_text()
    assert "cannot listen on 192.0.2.1:1" in said
    assert "Traceback" not in said
