"""Reports that survive the death of who makes them and of who carries the news."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from dossier.report.v1 import report_pb2

from tests.e2e.conftest import Club
from tests.e2e.installations import Installation, distributed
from tests.provision.rabbitmq import RabbitNode

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def lone_club(own_rabbitmq: RabbitNode, tmp_path: Path) -> AsyncIterator[Club]:
    """People of an installation whose worker and broker this test may kill."""
    with distributed(tmp_path, amqp_url=own_rabbitmq.url) as installation:
        async with AsyncExitStack() as stack:
            yield Club(installation, stack)


def children_of(pid: int) -> list[int]:
    """Return the process ids of a process's children."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def freeze_render_children(installation: Installation) -> None:
    """Stop the worker's children, so that whatever they are given stays in mid-render."""
    children = children_of(installation.parts["worker"].running.pid)
    assert children
    for child in children:
        os.kill(child, signal.SIGSTOP)


async def test_worker_killed_in_mid_render_still_gives_one_report(lone_club: Club, tmp_path: Path) -> None:
    """After kill -9 of the worker the report is made by the next one, once."""
    installation = lone_club.installation
    anna = await lone_club.player("anna")
    first = await anna.create_report()
    async for report in anna.watch_report(first.report_id):  # noqa: B007 - wait for its end: the worker works
        pass
    freeze_render_children(installation)
    asked = await anna.create_report()
    states = []
    async for report in anna.watch_report(asked.report_id):
        states.append(report.state)
        if report.state == report_pb2.STATE_RENDERING and report.attempt_count == 1:
            installation.parts["worker"].kill()
            installation.parts["worker"].start()
    assert states[-1] == report_pb2.STATE_READY
    final = await anna.get_report(asked.report_id)
    assert final.attempt_count == 2
    files = [path for path in (tmp_path / "report").rglob("*.pdf") if asked.report_id in str(path)]
    assert len(files) == 1
    assert len(await anna.read_report(asked.report_id)) == final.size_bytes
    assert {listed.report_id async for listed in anna.list_reports()} == {first.report_id, asked.report_id}


async def test_report_asked_for_without_broker_is_made_when_it_returns(
    lone_club: Club, own_rabbitmq: RabbitNode
) -> None:
    """A stopped broker refuses no request, and what was asked for meanwhile becomes READY after it returns."""
    anna = await lone_club.player("anna")
    await own_rabbitmq.stop()
    asked = [await anna.create_report() for _ in range(3)]
    assert {report.state for report in asked} == {report_pb2.STATE_QUEUED}
    await own_rabbitmq.start()
    for report in asked:
        async for report in anna.watch_report(report.report_id):  # noqa: B007, B020 - the last one counts
            pass
        assert report.state == report_pb2.STATE_READY


async def test_stopped_parts_exit_cleanly(lone_club: Club) -> None:
    """SIGTERM ends every part with exit code 0 and without a trace in its log."""
    anna = await lone_club.player("anna")
    await anna.create_report()
    for name in ("gateway", "worker", "report", "profile"):
        part = lone_club.installation.parts[name]
        assert part.stop() == 0, part.log()
        assert "Traceback" not in part.log()
