"""One part in several processes that listen on one port, among which the kernel shares out the connections.

A parent without a server of its own starts them, starts each anew that ends by itself, and ends them all. They are
spawned and not forked: gRPC's threads and locks do not survive a fork.
"""

from __future__ import annotations

import asyncio
import dataclasses
import importlib
import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Protocol, TypeVar

import structlog

from runtime.logs import configure_logs
from runtime.process import WorkerNotStarted, run
from runtime.server import require_free

# One that lived for less than the second of these is started anew after a wait, which doubles up to the last.
FIRST_WAIT_SECONDS = 0.1
GOOD_LIFE_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 30.0
# What a worker takes to end beside its graces, of which a report API has one and a half: closing its connections.
CLOSING_SECONDS = 10.0
_spawned = multiprocessing.get_context("spawn")
_log = structlog.get_logger("workers")


class WorkerSettings(Protocol):
    """The settings of a part that may have several processes; a dataclass."""

    @property
    def workers(self) -> int:
        """How many."""

    @property
    def listen(self) -> str:
        """The address that they share."""

    @property
    def metrics_listen(self) -> str:
        """Where the first serves metrics, and each other one a port further; empty: nowhere."""

    @property
    def log_level(self) -> str:
        """See `configure_logs`."""

    @property
    def grace_seconds(self) -> float:
        """How long calls under way may take at the end."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One of the processes, as its server knows it; they are numbered from 1."""

    number: int
    parent: Connection

    def tell_listening(self) -> None:
        """Tell the parent that this process serves."""
        self.parent.send(True)


S = TypeVar("S", bound=WorkerSettings)


async def serve_in_workers(module: str, settings: WorkerSettings, stop: asyncio.Event) -> None:
    """Serve in as many processes as the settings say, until `stop` is set and all have ended gracefully.

    Args:
        module: has `serve(settings, stop, worker)`, which runs in each process; this one does not load it.

    Raises:
        PortUnavailable: the address cannot be listened on, or another program does.
        WorkerNotStarted: one could not start, or can no longer while no other serves. The others have been ended.
    """
    with _reserved(settings) as shared:
        workers = _Workers(module, shared, stop)
        _log.info("workers_starting", workers=shared.workers, address=shared.listen)
        async with asyncio.TaskGroup() as tasks:
            for number in range(1, settings.workers + 1):
                tasks.create_task(workers.keep(number), name=f"worker {number}")
    if workers.failed:
        raise WorkerNotStarted(f"worker {workers.failed} of {settings.workers} cannot start; its own line says why")


@contextmanager
def _reserved(settings: S) -> Iterator[S]:
    """Hold the addresses that the workers share, and yield the settings with the ports that were given for port 0."""
    with ExitStack() as stack:
        shared = {name: getattr(settings, name, "") for name in ("listen", "http_listen")}
        held = {name: stack.enter_context(_held(address)) for name, address in shared.items() if address}
        yield dataclasses.replace(settings, **held)  # type: ignore[type-var]


@contextmanager
def _held(address: str) -> Iterator[str]:
    """Hold the address for sockets of this user that share it, and yield it with the port that was given for port 0.

    The socket never listens, so that no connection comes to it. It keeps the port while no worker is there.
    """
    require_free(address)
    host, _, port = address.rpartition(":")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((host.strip("[]"), int(port)))
        yield f"{host}:{held.getsockname()[1]}"


class _Workers:
    """The processes of one part. `failed` is the number of the one that could not start, 0 while there is none."""

    def __init__(self, module: str, settings: WorkerSettings, stop: asyncio.Event) -> None:
        self.failed = 0
        self._module = module
        self._settings = settings
        self._stop = stop
        self._listening: set[int] = set()

    async def keep(self, number: int) -> None:
        """Have the worker run until all are to stop."""
        served, wait = False, FIRST_WAIT_SECONDS
        while not self._stop.is_set():
            began = time.monotonic()
            process, has_listened = await self._run_once(number)
            if self._stop.is_set():
                break
            served = served or has_listened
            if not served or not (has_listened or self._listening):
                self.failed = number
                self._stop.set()
                break
            if time.monotonic() - began > GOOD_LIFE_SECONDS:
                wait = FIRST_WAIT_SECONDS
            _log.error("worker_ended", worker=number, exit_code=process.exitcode, again_after_seconds=wait)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._stop.wait()
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    async def _run_once(self, number: int) -> tuple[BaseProcess, bool]:
        """Start the worker, and return once it has ended: it, and whether it listened."""
        ours, theirs = _spawned.Pipe(duplex=False)
        settings = _settings_of(self._settings, number)
        process = _spawned.Process(target=_work, args=(self._module, settings, Worker(number, theirs)))
        # Starting takes a few milliseconds: the interpreter itself starts in the child.
        process.start()
        theirs.close()
        listened = asyncio.create_task(self._await_listening(number, process.pid, ours))
        try:
            await self._ended(process, number)
        except BaseException:
            # A parent that fails leaves nobody behind: Python would wait for them for ever.
            process.kill()
            raise
        has_listened = await listened
        self._listening.discard(number)
        return process, has_listened

    async def _await_listening(self, number: int, pid: int | None, told: Connection) -> bool:
        """Return whether the worker said that it listens before its end of the pipe was closed."""
        with told:
            await _readable(told.fileno())
            try:
                told.recv()
            except EOFError:
                return False
        self._listening.add(number)
        _log.info("worker_listens", worker=number, pid=pid)
        return True

    async def _ended(self, process: BaseProcess, number: int) -> None:
        """Return once the process has ended; have it end when all are to stop."""
        end = asyncio.create_task(_readable(process.sentinel))
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait([end, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not end.done():
            process.terminate()
            await asyncio.wait([end], timeout=1.5 * self._settings.grace_seconds + CLOSING_SECONDS)
        if not end.done():
            _log.error("worker_killed", worker=number)
            process.kill()
        await end
        process.join()


def _settings_of(settings: S, number: int) -> S:
    """Return a worker's settings: it serves metrics on a port of its own."""
    if not settings.metrics_listen:
        return settings
    host, _, port = settings.metrics_listen.rpartition(":")
    return dataclasses.replace(settings, metrics_listen=f"{host}:{int(port) + number - 1}")  # type: ignore[type-var]


def _work(module: str, settings: WorkerSettings, worker: Worker) -> None:
    """Be a worker process."""
    configure_logs(settings.log_level, worker=worker.number)
    serve = importlib.import_module(module).serve
    run(lambda stop: serve(settings, stop, worker))


async def _readable(file: int) -> None:
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(file, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(file)
