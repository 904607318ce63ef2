"""Rendering in child processes: bounded in time and memory, and no harm to the service when one of them dies.

fpdf2 and its fonts are loaded in the children only.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

import structlog

from report_service import render_child
from report_service.document.snapshot import Document, Order
from report_service.errors import RenderCrashed, RenderInterrupted, RenderLimit
from runtime.fail_points import FailPoint, nowhere
from runtime.pools import Pool

# A hundred times what a report takes; the kernel ends the child then.
TIMEOUT_SECONDS = 10.0
# What a child needs to start, on a busy machine.
START_SECONDS = 30.0
# How much longer than its time a child may be silent: only one that is stopped is.
SILENCE_SECONDS = 10.0
# How long a dead child may take to be seen as such.
EXIT_SECONDS = 5.0
# Forking a process in which gRPC runs hangs or crashes it.
_processes = multiprocessing.get_context("spawn")
T = TypeVar("T")
_log = structlog.get_logger("rendering")


class RenderPool:
    """A fixed number of render children. Made by `open_render_pool`."""

    def __init__(self, children: list[_Child]) -> None:
        self._children = children
        # First in, first out: a child that is being replaced gets time for it.
        self._idle: asyncio.Queue[_Child] = asyncio.Queue()
        self.pool = Pool("render processes", len(children))

    async def render(self, order: Order) -> Document:
        """Return the file's bytes.

        Raises:
            RenderFailed: it cannot be made, nor another time.
            RenderLimit: it took too much time or memory, or wrote what it must not.
            RenderCrashed: the child died at it.
            RenderInterrupted: no child could be started, or it was stopped.
        """
        async with self.pool.using(self._idle.get()) as child:
            try:
                return await child.render(order)
            finally:
                self._idle.put_nowait(child)

    def start(self) -> None:
        """Have the children start, so that the first report need not wait for them. Does not wait for them itself."""
        for child in self._children:
            child.prepare()
            self._idle.put_nowait(child)

    async def close(self) -> None:
        """End the children, whatever they are doing."""
        await asyncio.gather(*(child.close() for child in self._children))


@asynccontextmanager
async def open_render_pool(
    children: int,
    *,
    timeout_seconds: float = TIMEOUT_SECONDS,
    module: str = "report_service.document.render",
    fail_point: FailPoint = nowhere,
) -> AsyncIterator[RenderPool]:
    """Open the pool, and on leaving end its children.

    Args:
        module: what the children import; has `render(order) -> Document` and `warm_up()`.
    """
    pool = RenderPool([_Child(module, timeout_seconds, fail_point) for _ in range(children)])
    try:
        pool.start()
        yield pool
    finally:
        await pool.close()


class _Child:
    """A render process (see `render_child`), replaced when it ends, and the one thread that talks to it.

    The thread waits at the process's own pipe, on which nobody else writes: its end is told by the kernel at once.
    """

    def __init__(self, module: str, timeout_seconds: float, fail_point: FailPoint) -> None:
        self._arguments = (module, timeout_seconds)
        self._patience_seconds = timeout_seconds + SILENCE_SECONDS
        self._fail_point = fail_point
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="render child")
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._closed = False

    def prepare(self) -> None:
        """Have a process ready soon."""
        self._thread.submit(self._make_ready)

    async def render(self, order: Order) -> Document:
        """See `RenderPool`."""
        sound = False
        try:
            await self._within(START_SECONDS, self._make_ready)
            answer = await self._within(self._patience_seconds, self._ask, order)
            sound = True
        finally:
            if not (sound or self._closed):
                self._kill()
                self._thread.submit(self._discard)
                self.prepare()
        if isinstance(answer, int):
            raise RenderLimit("time") if answer == -signal.SIGALRM else RenderCrashed(f"exit code {answer}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        """End the process and the thread."""
        self._closed = True
        self._kill()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._discard)
        self._thread.shutdown(wait=False)

    async def _within(self, seconds: float, work: Callable[..., T], *arguments: Any) -> T:
        """Work in the thread. What takes too long, or is cancelled, ends when the process is killed."""
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)
        except TimeoutError as error:
            raise RenderInterrupted("A render process does not answer; try again.", dependency="rendering") from error

    def _kill(self) -> None:
        process = self._process  # The thread may take it away meanwhile.
        if process is not None:
            process.kill()

    # What follows runs in the thread.

    def _make_ready(self) -> None:
        """Have a process that waits for an order. One that does has nothing to say; its end can be read."""
        if self._pipe is not None and not self._pipe.poll():
            return
        self._discard()
        if self._closed:
            return
        pipe, other_end = _processes.Pipe()
        process = _processes.Process(
            target=render_child.run, args=(other_end, *self._arguments), name="render child", daemon=True
        )
        try:
            process.start()
            other_end.close()
            self._pipe, self._process = pipe, process
            if self._closed:  # It was closed before there was anything to kill.
                process.kill()
            pipe.recv()
        except (OSError, EOFError) as error:
            _log.warning("render_child_not_started", cause=repr(error))
            self._discard()
            raise RenderInterrupted("A render process does not start; try again.", dependency="rendering") from error

    def _ask(self, order: Order) -> render_child.Answer:
        if self._pipe is None:
            raise RenderInterrupted("The render processes are being ended; try again.", dependency="rendering")
        try:
            self._pipe.send(order)
            self._fail_point("worker_mid_render")
            answer: render_child.Answer = self._pipe.recv()
        except (OSError, EOFError) as error:
            raise RenderCrashed("the process that forks children is gone") from error
        return answer

    def _discard(self) -> None:
        if self._pipe is not None and self._process is not None:
            self._pipe.close()
            self._process.kill()
            self._process.join(EXIT_SECONDS)
        self._pipe = self._process = None
