"""A service process from its first line to its last: settings, signals, exit code."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from typing import NoReturn

from runtime.data_directory import DataDirectoryUnusable
from runtime.database import DatabaseUnusable
from runtime.s3_urls import BlobStoreUnusable
from runtime.server import PortUnavailable
from runtime.settings import SettingsError
from runtime.stored import StoredUnusable
from runtime.tls import TlsFilesUnusable
from runtime.tracing import TracingUnusable

EXIT_FAILED = 1
EXIT_SETTINGS = 2


class WorkerNotStarted(Exception):
    """One of a part's processes ended before it listened; it has said why itself."""


_USER_ERRORS = (
    PortUnavailable,
    DataDirectoryUnusable,
    DatabaseUnusable,
    BlobStoreUnusable,
    StoredUnusable,
    TlsFilesUnusable,
    TracingUnusable,
    WorkerNotStarted,
)


def run(serve: Callable[[asyncio.Event], Awaitable[None]]) -> NoReturn:
    """Run `serve` until it returns, and end the process.

    The first SIGTERM or SIGINT sets the event that `serve` gets, the second ends the process and its children at once.
    In a worker (runtime.workers) SIGTERM sets it, as often as it comes, and so does the parent's end.
    Errors that an operator can mend become one sentence on standard error.
    """
    # Databases, files and sockets made here are for this user alone.
    os.umask(0o077)
    _allow_files()
    code = 0
    try:
        asyncio.run(_until_signalled(serve))
    except (SettingsError, *_USER_ERRORS, ExceptionGroup) as error:
        problems = list(leaves(error))
        if not all(isinstance(problem, (SettingsError, *_USER_ERRORS)) for problem in problems):
            raise
        for sentence in _sentences(problems):
            print(f"dossier: {sentence}", file=sys.stderr)
        code = EXIT_SETTINGS if isinstance(problems[0], SettingsError) else EXIT_FAILED
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is closed by now, and obstore's threads may abort an interpreter that winds down beneath them.
    os._exit(code)


def _allow_files() -> None:
    """Let this process open as many files as it may. Systems often begin with 1,024, fewer than it has connections."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # Not every system allows what it says.
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors of nested groups, or the error itself."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from leaves(inner)
    else:
        yield error


def _sentences(problems: Iterable[BaseException]) -> Iterator[str]:
    for problem in problems:
        yield from problem.problems if isinstance(problem, SettingsError) else [str(problem)]


async def _until_signalled(serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        if stop.is_set():
            for child in multiprocessing.active_children():
                child.kill()
            os._exit(EXIT_FAILED)
        stop.set()

    parent = multiprocessing.parent_process()
    if parent is None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, on_signal)
    else:
        # Signals to a whole group come here too, beside the parent's own: only the parent's second one means at once.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        loop.add_signal_handler(signal.SIGTERM, stop.set)
        loop.add_reader(parent.sentinel, _on_parent_gone, loop, parent.sentinel, stop)
    await serve(stop)


def _on_parent_gone(loop: asyncio.AbstractEventLoop, sentinel: int, stop: asyncio.Event) -> None:
    loop.remove_reader(sentinel)  # It stays readable.
    stop.set()
