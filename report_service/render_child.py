"""What a render process runs: takes snapshots from its pipe, one at a time, and answers each with its PDF or an error.

The limits are kept by the kernel, so they hold for native code and when the service is dead too.
"""

from __future__ import annotations

import errno
import importlib
import os
import resource
import signal
import traceback
from multiprocessing.connection import Connection
from typing import Any

from report_service.document.snapshot import Snapshot
from report_service.errors import RenderFailed, RenderLimit

# Measured: with 500 games, many scripts and a large avatar a child's address space peaks at 250 MiB.
MEMORY_BYTES = 512 * 1024**2
DOCUMENT_BYTES = 16 * 1024**2
# Where it went wrong, for the log; not the message, in which the player's data may stand.
TRACE_ENTRIES = 8
Answer = bytes | RenderLimit | RenderFailed


def run(connection: Connection, module: str, timeout_seconds: float) -> None:
    """Answer snapshots until the other end of the pipe is closed. The first thing said is True: ready.

    Args:
        module: has `render(snapshot) -> bytes` and `warm_up()`.
        timeout_seconds: after which SIGALRM ends this process in the midst of a report.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    renderer = importlib.import_module(module)
    renderer.warm_up()
    _accept_limits()
    connection.send(True)
    while True:
        try:
            snapshot = connection.recv()
        except (EOFError, ConnectionError):
            return
        signal.setitimer(signal.ITIMER_REAL, timeout_seconds)
        connection.send(_answer(renderer, snapshot))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _accept_limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    # A renderer writes no file at all; nor can one fill the disk with many small ones.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)


def _answer(renderer: Any, snapshot: Snapshot) -> Answer:
    """Return what came of it. No exception of the renderer's leaves this process.

    One may not survive the pipe, and its SystemExit would be the service's.
    """
    try:
        pdf: bytes = renderer.render(snapshot)
    except MemoryError:
        return RenderLimit("memory")
    except BaseException as error:
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            return RenderLimit("files")
        where = "".join(traceback.format_tb(error.__traceback__)[-TRACE_ENTRIES:])
        return RenderFailed(f"{type(error).__name__}\n{where}")
    return pdf if len(pdf) <= DOCUMENT_BYTES else RenderLimit("document size")
