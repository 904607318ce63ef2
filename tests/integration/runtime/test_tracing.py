"""Spans of calls and of work, as a collector gets them; and nothing of it where nobody asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from dossier.profile.v1 import profile_service_pb2 as profile_pb

from runtime import calls, tracing
from runtime.calls import Origin
from runtime.errors import NotFound
from runtime.otlp import CLOSE_SECONDS
from runtime.tracing import open_tracing
from tests.integration.runtime.house import House
from tests.provision.collector import Collector, collecting

ROOT = Path(__file__).parents[3]
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
TOLD = Origin("call-7", f"00-{TRACE}-{PARENT}-01")
METADATA = (("x-request-id", TOLD.request_id), ("traceparent", TOLD.traceparent))


class Missing(NotFound):
    """The answer of a handler that finds nothing."""

    reason = "USER_NOT_FOUND"


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that has got nothing yet."""
    with collecting() as running:
        yield running


async def test_call_is_a_span_below_its_clients(collector: Collector) -> None:
    """What the call asks of others belongs below its own span, in the trace that its client began."""
    inside: list[Origin] = []

    async def answer(_request: Any, _context: Any) -> profile_pb.GetUserResponse:
        inside.append(calls.origin())
        return profile_pb.GetUserResponse()

    async with open_tracing(collector.endpoint, process="house"), House().open() as house:
        house.profiles.behaviour = answer
        await house.get_user(metadata=METADATA)
    (span,) = collector.spans
    assert (span.process, span.name, span.kind) == ("house", "dossier.profile.v1.ProfileService/GetUser", "SERVER")
    assert (span.trace_id, span.parent_id, span.failed) == (TRACE, PARENT, False)
    assert (span.attributes["rpc.grpc.status_code"], span.attributes["dossier.request_id"]) == (0, "call-7")
    assert inside == [Origin("call-7", f"00-{TRACE}-{span.span_id}-01")]


async def test_call_of_a_client_that_does_not_trace_begins_a_trace(collector: Collector) -> None:
    """There is a root then, and never the same trace twice."""

    async def answer(_request: Any, _context: Any) -> profile_pb.GetUserResponse:
        return profile_pb.GetUserResponse()

    async with open_tracing(collector.endpoint, process="house"), House().open() as house:
        house.profiles.behaviour = answer
        await house.get_user()
        await house.get_user(metadata=(("traceparent", f"00-{'0' * 32}-{PARENT}-01"),))
    assert [span.parent_id for span in collector.spans] == ["", ""]
    assert len({span.trace_id for span in collector.spans}) == 2


@pytest.mark.parametrize(
    ("fault", "code", "failed"),
    [(Missing("There is none."), grpc.StatusCode.NOT_FOUND, False), (ValueError("x"), grpc.StatusCode.INTERNAL, True)],
)
async def test_span_of_a_call_ends_with_its_status(
    collector: Collector, fault: Exception, code: grpc.StatusCode, failed: bool
) -> None:
    """A refusal is an answer; a fault of ours is shown as one, without its words."""

    async def fails(_request: Any, _context: Any) -> Any:
        raise fault

    async with open_tracing(collector.endpoint, process="house"), House().open() as house:
        house.profiles.behaviour = fails
        with pytest.raises(grpc.aio.AioRpcError):
            await house.get_user()
    (span,) = collector.spans
    assert (span.attributes["rpc.grpc.status_code"], span.failed) == (code.value[0], failed)


async def test_stages_stand_below_each_other(collector: Collector) -> None:
    """Work is one tree: each stage is below the one that it is part of, and says when it failed."""

    async def work() -> None:
        with tracing.span("whole", kind="CONSUMER", of=TOLD, attempt=2):
            with tracing.span("first"):
                pass
            with pytest.raises(ValueError, match="of anna"), tracing.span("second"):
                raise ValueError("of anna")

    async with open_tracing(collector.endpoint, process="worker"):
        await work()
        assert calls.current() is None
    first, second, whole = collector.spans
    assert (whole.parent_id, whole.kind, whole.attributes["attempt"]) == (PARENT, "CONSUMER", 2)
    assert [span.parent_id for span in (first, second)] == [whole.span_id] * 2
    assert [span.failed for span in (first, second, whole)] == [False, True, False]


async def test_nothing_is_changed_when_nobody_traces() -> None:
    """A process that sends no spans passes on what it was told."""
    async with open_tracing("", process="worker"):
        with tracing.span("whole", of=TOLD) as told:
            assert told == TOLD
            assert calls.current() is None


async def test_collector_that_is_away_keeps_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    """Work goes on without it, and so does the end of the process."""
    began = time.monotonic()
    async with open_tracing("http://127.0.0.1:1", process="worker"):
        with tracing.span("whole"):
            pass
    assert time.monotonic() - began < CLOSE_SECONDS + 5
    assert "Traceback" not in capfd.readouterr().err


def run(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a program."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | environ, capture_output=True, text=True, timeout=60
    )


def test_opentelemetry_is_not_loaded_unless_it_is_asked_for() -> None:
    """An installation that does not trace neither needs it nor pays for it."""
    done = run(
        "import sys, gateway.app, profile_service.app, report_service.app, standalone.app\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry', 'runtime.otlp'))])"
    )
    assert done.stdout == "[]\n", done.stderr


def test_process_that_shall_trace_and_cannot_says_so(tmp_path: Path) -> None:
    """Without the extra a process ends with one sentence that says what to install."""
    done = run(
        "import runpy, sys\nsys.modules['opentelemetry'] = None\nrunpy.run_module('gateway', run_name='__main__')",
        DOSSIER_GATEWAY_TRACING_ENDPOINT="http://127.0.0.1:4317",
        DOSSIER_GATEWAY_INTERNAL_SECRET="a-secret-of-the-tests-0123456789abcdef",
        DOSSIER_GATEWAY_SIGNING_KEY_FILE=str(tmp_path / "key.pem"),
        DOSSIER_GATEWAY_CREATE_SIGNING_KEY="true",
        DOSSIER_GATEWAY_LISTEN="127.0.0.1:0",
    )
    assert done.returncode == 1
    assert "dossier: cannot send traces to http://127.0.0.1:4317: there is no opentelemetry" in done.stderr
    assert "install dossier[otel], or set no endpoint" in done.stderr
    assert "Traceback" not in done.stderr
