"""Rendering in child processes: bounded in time and memory, and no harm to the service when one of them dies.

fpdf2 and its fonts are loaded in the children only.
"""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import resource
import signal
from collections.abc import AsyncIterator
from concurrent.futures import BrokenExecutor
from contextlib import asynccontextmanager
from typing import Any

import structlog
from pebble import ProcessExpired, ProcessPool

from report_service.document.snapshot import Snapshot
from report_service.errors import RenderFailed, RenderInterrupted, RenderLimit
from report_service.fail_points import FailPoint, nowhere

TIMEOUT_SECONDS = 30.0
# What a child needs to start, on a busy machine.
START_SECONDS = 30.0
# A child is replaced after so many reports, whatever it may have leaked.
REPORTS_PER_CHILD = 200
# Measured: with 500 games, many scripts and a large avatar a child's address space peaks at 250 MiB.
MEMORY_BYTES = 512 * 1024**2
FILE_BYTES = 16 * 1024**2
_log = structlog.get_logger("rendering")


class RenderPool:
    """A fixed number of render children. Made by `open_render_pool`."""

    def __init__(
        self,
        children: int,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        module: str,
        fail_point: FailPoint = nowhere,
    ) -> None:
        self._children = children
        self._timeout_seconds = timeout_seconds
        self._module = module
        self._fail_point = fail_point
        self._pool: Any = None
        self._rebuilding = asyncio.Lock()

    async def render(self, snapshot: Snapshot) -> bytes:
        """Return the PDF.

        Raises:
            RenderFailed: it cannot be made, nor another time.
            RenderLimit: it took too much time or memory.
            RenderInterrupted: the child was killed or could not be started.
        """
        patience = asyncio.timeout(self._timeout_seconds + START_SECONDS)
        try:
            async with patience:
                pdf: bytes = await self._run(_render, snapshot, self._timeout_seconds)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise RenderInterrupted("The render was taken back; try again.", dependency="rendering") from error
        except (TimeoutError, MemoryError) as error:
            if patience.expired():
                raise RenderInterrupted("No render process answers; try again.", dependency="rendering") from error
            raise RenderLimit(type(error).__name__) from error
        except (ProcessExpired, BrokenExecutor) as error:
            raise RenderInterrupted("The render process ended; try again.", dependency="rendering") from error
        except Exception as error:
            raise RenderFailed(type(error).__name__) from error
        return pdf

    async def start(self) -> None:
        """Have the children start, so that the first report need not wait for them. Does not wait for them itself."""
        await self._working_pool()

    async def close(self) -> None:
        """End the children, whatever they are doing."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(_end, pool)

    async def _run(self, function: Any, *arguments: Any) -> Any:
        pool = await self._working_pool()
        try:
            future = pool.schedule(function, args=arguments, timeout=self._timeout_seconds)
        except RuntimeError as error:
            raise BrokenExecutor(str(error)) from error
        self._fail_point("worker_mid_render")
        # Cancelling the one cancels the other, and with it the child.
        return await asyncio.wrap_future(future)

    async def _working_pool(self) -> Any:
        """Return the pool. One that broke, because a child died at rest, is replaced."""
        if self._pool is not None and self._pool.active:
            return self._pool
        async with self._rebuilding:
            if self._pool is None or not self._pool.active:
                if self._pool is not None:
                    _log.warning("render_pool_replaced")
                await self.close()
                self._pool = await asyncio.to_thread(self._started_pool)
            return self._pool

    def _started_pool(self) -> Any:
        pool = ProcessPool(
            max_workers=self._children,
            max_tasks=REPORTS_PER_CHILD,
            initializer=_prepare_child,
            initargs=(self._module,),
            # Forking a process in which gRPC runs hangs or crashes it.
            context=multiprocessing.get_context("spawn"),
        )
        pool.schedule(_nothing, timeout=START_SECONDS)
        return pool


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
        module: what the children import; has `render(snapshot) -> bytes` and `warm_up()`.
    """
    pool = RenderPool(children, timeout_seconds=timeout_seconds, module=module, fail_point=fail_point)
    try:
        await pool.start()
        yield pool
    finally:
        await pool.close()


def _end(pool: Any) -> None:
    pool.stop()
    pool.join()


# What follows runs in a child.

_renderer: Any = None


def _prepare_child(module: str) -> None:
    global _renderer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _renderer = importlib.import_module(module)
    _renderer.warm_up()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _render(snapshot: Snapshot, timeout_seconds: float) -> bytes:
    # The pool ends a child that takes too long; the alarm clock does it when the service has died meanwhile.
    signal.alarm(int(timeout_seconds) + 10)
    try:
        pdf: bytes = _renderer.render(snapshot)
        return pdf
    finally:
        signal.alarm(0)


def _nothing() -> None:
    return None
