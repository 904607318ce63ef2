"""Starts, watches and kills the processes of an installation under test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

START_SECONDS = 40.0
STOP_SECONDS = 30.0


class Part:
    """One process of the installation: `python -m module`."""

    def __init__(
        self,
        *module: str,
        environ: Mapping[str, str],
        folder: Path,
        address: str = "",
        credentials: grpc.ChannelCredentials | None = None,
        number: int = 0,
        tree: Path | None = None,
    ) -> None:
        """Prepare it.

        Args:
            address: where it serves health; empty for a part that serves nothing.
            credentials: what a health check must show and believe, when it speaks TLS.
            number: which of several of its kind it is.
            tree: where the code of another version is, for a part that runs that.
        """
        self.name = "-".join(module) + (f"-{number}" if number else "")
        self.address = address
        self.metrics_address = environ.get("DOSSIER_REPORT_METRICS_LISTEN", "")
        self._credentials = credentials
        self._command = [sys.executable, "-m", *module]
        self._environ = {**os.environ, **environ}
        self._tree = tree
        if tree is not None:
            self._environ["PYTHONPATH"] = f"{tree}:{tree / 'protos' / 'gen'}"
        self._log = folder / f"{self.name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._groups: list[int] = []

    def start(self) -> None:
        """Start it, in a session of its own so that its children can be found."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, env=self._environ, cwd=self._tree, start_new_session=True
            )
        self._groups.append(self._process.pid)

    def wait_serving(self) -> None:
        """Return when its health says SERVING; fail with its log when it does not in time."""
        deadline = time.monotonic() + START_SECONDS
        with self._channel() as channel:
            health = health_pb2_grpc.HealthStub(channel)
            for update in health.Watch(
                health_pb2.HealthCheckRequest(), wait_for_ready=True, timeout=deadline - time.monotonic()
            ):
                if update.status == health_pb2.HealthCheckResponse.SERVING:
                    return
        raise AssertionError(f"{self.name} does not serve; its log:\n{self.log()}")

    def _channel(self) -> grpc.Channel:
        if self._credentials is None:
            return grpc.insecure_channel(self.address)
        return grpc.secure_channel(self.address, self._credentials)

    def log(self) -> str:
        """Return everything it has printed."""
        return self._log.read_text(errors="replace")

    @property
    def running(self) -> subprocess.Popen[bytes]:
        """The process that was started last."""
        assert self._process is not None, f"{self.name} was not started"
        return self._process

    def kill(self) -> None:
        """Kill the process itself with SIGKILL, and leave its children to find out."""
        self.running.kill()
        self.running.wait(STOP_SECONDS)

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        self.running.terminate()
        return self.running.wait(STOP_SECONDS)

    def clean_up(self) -> None:
        """End the process and all its children, also those of processes that were killed before."""
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        if self._process is not None:
            self._process.wait(STOP_SECONDS)
