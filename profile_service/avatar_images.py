"""The service's way to image work: every upload is decoded in a confined child that lives for one picture."""

import asyncio
import multiprocessing
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Final

import pebble

from profile_service import discs, imaging
from profile_service.imaging import ImageRefused, Processed
from runtime.errors import Exhausted

__all__ = ["ImageProcessor", "ImageProcessorBusy", "ImageRefused", "Processed"]

CHILD_MEMORY_BYTES: Final = 512 * 1024 * 1024
"""Address space of a child. Measured: 370 MiB at most, for 16 Mpx of WebP with transparency."""
CHILD_CPU_SECONDS: Final = 5
"""Measured: 16 Mpx take half a second at most."""

_START_SECONDS: Final = 5.0
"""What a child may take to start, on top of the time for its picture, before its pool is given up."""
RETRY_AFTER_SECONDS: Final = 2.0
_CACHED_DISCS: Final = 256
_DISC_THREADS: Final = 2


class ImageProcessorBusy(Exhausted):
    """When a picture was not looked at, as too many wait or no child starts; the same call may succeed."""

    def __init__(self, message: str) -> None:
        """Take one sentence for a person."""
        super().__init__(message, retry_after_seconds=RETRY_AFTER_SECONDS)


class ImageProcessor:
    """Decodes untrusted images in spawned, resource-limited, throw-away children.

    A child is started ahead of its picture, imports nothing of the service but `imaging`, and ends after it;
    one that dies, hangs or eats memory takes only its own picture along. Belongs to one event loop.
    """

    def __init__(
        self,
        *,
        workers: int = 1,
        timeout_seconds: float = 10.0,
        queue_limit: int = 8,
        function: Callable[[bytes], Processed] = imaging.process,
    ) -> None:
        """Start the children; the creator calls close().

        Args:
            workers: pictures decoded at the same time; one more child than these is kept ready.
            timeout_seconds: for one picture, from when a child takes it.
            queue_limit: pictures that may wait for a child, each up to 5 MiB of memory.
            function: what a child does with the bytes: importable by name; for tests.
        """
        self._workers = workers
        self._timeout_seconds = timeout_seconds
        self._queue_limit = queue_limit
        self._function = function
        self._admitted = 0
        self._closed = False
        self._turns = asyncio.Semaphore(workers)
        self._running: set[Future[Processed]] = set()
        self._pool = self._new_pool()
        self._discs: OrderedDict[tuple[str, int, tuple[int, int, int]], bytes] = OrderedDict()
        self._disc_turns = asyncio.Semaphore(_DISC_THREADS)

    async def process(self, data: bytes) -> Processed:
        """Return the variants of an uploaded picture; see `imaging.process` for what they are.

        Cancelling ends the child. A picture that kills its child or takes too long counts as broken.

        Raises:
            ImageRefused: the file has to be another one.
            ImageProcessorBusy: queue_limit pictures wait already, or the children cannot be started.
        """
        imaging.check_size(data)
        if self._admitted >= self._workers + self._queue_limit:
            raise ImageProcessorBusy("Too many pictures are being processed; try again in a few seconds.")
        self._admitted += 1
        try:
            async with self._turns:
                return await self._process_in_child(data)
        finally:
            self._admitted -= 1

    async def initials_disc(self, display_name: str, *, size: int, seed: str) -> bytes:
        """Return what `discs.initials_disc` draws, from memory if it was asked for lately.

        Raises:
            ValueError: size is out of range.
        """
        key = (discs.initials(display_name), size, discs.disc_colour(seed))
        if key not in self._discs:
            async with self._disc_turns:
                drawn = await asyncio.to_thread(discs.initials_disc, display_name, size=size, seed=seed)
            self._discs[key] = drawn
            while len(self._discs) > _CACHED_DISCS:
                self._discs.popitem(last=False)
        self._discs.move_to_end(key)
        return self._discs[key]

    def close(self) -> None:
        """End the children and fail what still runs with ImageProcessorBusy. Blocks for up to 0.5 s."""
        if self._closed:
            return
        self._closed = True
        for future in tuple(self._running):
            future.cancel()
        _end(self._pool)

    async def _process_in_child(self, data: bytes) -> Processed:
        try:
            return await self._attempt(data)
        except BrokenProcessPool:  # a waiting child died: no picture's fault, so the new pool gets one try
            pass
        try:
            return await self._attempt(data)
        except BrokenProcessPool as error:
            raise ImageProcessorBusy("Pictures cannot be processed at the moment; try again later.") from error

    async def _attempt(self, data: bytes) -> Processed:
        """Run one child; raise BrokenProcessPool after replacing a pool that does not work any more."""
        pool = self._pool
        future = self._schedule(data)
        self._running.add(future)
        try:
            answer = asyncio.wrap_future(future)
            await asyncio.wait({answer}, timeout=self._timeout_seconds + _START_SECONDS)
            if not answer.done():
                raise BrokenProcessPool("no answer from the children")
            if answer.cancelled():  # not our caller, who would have cancelled the wait
                raise ImageProcessorBusy("Pictures are no longer processed: the service is shutting down.")
            return answer.result()
        except BrokenProcessPool:
            self._replace(pool)
            raise
        except (pebble.ProcessExpired, TimeoutError, MemoryError) as error:
            raise imaging.refused_as_broken() from error
        finally:
            future.cancel()  # ends the child if it still works; nothing if it is done
            self._running.discard(future)

    def _schedule(self, data: bytes) -> Future[Processed]:
        if self._closed:
            raise ImageProcessorBusy("Pictures are no longer processed: the service is shutting down.")
        if not self._pool.active:
            self._replace(self._pool)
        return self._pool.schedule(self._function, args=[data], timeout=self._timeout_seconds)

    def _new_pool(self) -> pebble.ProcessPool:
        pool = pebble.ProcessPool(
            max_workers=self._workers + 1,
            max_tasks=1,
            initializer=imaging.confine,
            initargs=(CHILD_MEMORY_BYTES, CHILD_CPU_SECONDS),
            context=multiprocessing.get_context("spawn"),
        )
        if not pool.active:  # asking starts the children, so that the first picture finds one ready
            raise RuntimeError("the children for pictures did not start")
        return pool

    def _replace(self, pool: pebble.ProcessPool) -> None:
        """Put a new pool in the place of pool, unless another task did so or all is over."""
        if self._pool is pool and not self._closed:
            self._pool = self._new_pool()
            threading.Thread(target=_end, args=(pool,), name="end-image-children", daemon=True).start()


def _end(pool: pebble.ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()
