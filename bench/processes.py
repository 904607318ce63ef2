"""The server processes that are measured: started for real, pinned to a core, ended by whoever started them."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2

ROOT = Path(__file__).parents[1]
START_SECONDS = 60.0
STOP_SECONDS = 20.0
CORES = sorted(os.sched_getaffinity(0))
# The servers' core and that of the load; the same one where there is no other.
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]


class NotStarted(Exception):
    """A process ended, or did not begin to serve in time; the message has its last words."""


class Process:
    """A running server. Made by `running`.

    Attributes:
        http_address: where it serves HTTP; empty for nowhere.
    """

    def __init__(self, address: str, popen: subprocess.Popen[bytes], log: Path, *, http_address: str = "") -> None:
        self.address = address
        self.http_address = http_address
        self._popen = popen
        self._log = log

    @property
    def cpu_seconds(self) -> float:
        """How much processor time it has used, all threads together."""
        return cpu_seconds(self._popen.pid)

    @property
    def resident_bytes(self) -> int:
        """How much memory it holds."""
        return resident_bytes(self._popen.pid)

    def wait_until_serving(self, *, health: bool = True) -> None:
        """Return once it is SERVING; without `health`, once it can be connected to. Raises NotStarted."""
        with grpc.insecure_channel(self.address, options=[("grpc.enable_http_proxy", 0)]) as channel:
            until = time.monotonic() + START_SECONDS
            while not (_is_serving(channel) if health else _is_open(self.address)):
                if self._popen.poll() is not None or time.monotonic() > until:
                    raise NotStarted(f"{self._popen.args!r}: {self.log[-2000:]}")
                time.sleep(0.01)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._popen.pid

    @property
    def log(self) -> str:
        """Everything that it has printed."""
        return self._log.read_text(errors="replace")

    def said(self, words: str) -> bool:
        """Return whether it has printed these words. Raises NotStarted when it has ended."""
        text = self.log
        if self._popen.poll() is not None:
            raise NotStarted(f"{self._popen.args!r}: {text[-2000:]}")
        return words in text

    def wait_until_said(self, words: str) -> None:
        """Return once it has printed these words. Raises NotStarted."""
        until = time.monotonic() + START_SECONDS
        while not self.said(words):
            if time.monotonic() > until:
                raise NotStarted(f"{self._popen.args!r}: {self.log[-2000:]}")
            time.sleep(0.05)

    def pin(self, *cores: int) -> None:
        """Have it run on these cores only from now on; its child processes stay where they are."""
        for task in Path(f"/proc/{self._popen.pid}/task").iterdir():
            with suppress(ProcessLookupError):  # Threads come and go.
                os.sched_setaffinity(int(task.name), cores)

    def stop(self) -> None:
        """End it, at once when it does not end by itself."""
        self._popen.send_signal(signal.SIGTERM)
        try:
            self._popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()


@contextmanager
def running(arguments: Sequence[str], *, address: str, folder: Path, settings: Mapping[str, str]) -> Iterator[Process]:
    """Run `python -m` with the arguments until leaving.

    Args:
        folder: where its output goes.
        settings: the DOSSIER_ variables; those of this process's own environment are left out.
    """
    log = folder / f"{arguments[0]}-{address.rpartition(':')[2]}.log"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DOSSIER_")} | dict(settings)
    with log.open("wb") as output, pinned(CORES):
        popen = subprocess.Popen(
            [sys.executable, "-m", *arguments], cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT
        )
    process = Process(address, popen, log, http_address=settings.get("DOSSIER_HTTP_LISTEN", ""))
    try:
        yield process
    finally:
        process.stop()


@contextmanager
def pinned(cores: Sequence[int]) -> Iterator[None]:
    """Run this thread, and what it starts, on these cores only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(pid: int) -> float:
    """Return how much processor time a process has used, all threads together."""
    # How Linux names another process's clock: see MAKE_PROCESS_CPUCLOCK in its posix-timers.h.
    return time.clock_gettime((~pid << 3) | 2)


def resident_bytes(pid: int) -> int:
    """Return how much memory a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def free_address() -> str:
    """Return a loopback address that nobody listens on."""
    while True:
        # Below the ports that clients get: one that waits for this server could otherwise connect to itself.
        address = ("127.0.0.1", random.randrange(20_000, 32_000))
        with socket.socket() as probe:
            try:
                probe.bind(address)
            except OSError:
                continue
            return f"{address[0]}:{address[1]}"


def _is_serving(channel: grpc.Channel) -> bool:
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )
    try:
        answer = check(health_pb2.HealthCheckRequest(), timeout=1)
    except grpc.RpcError:
        return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def _is_open(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True
