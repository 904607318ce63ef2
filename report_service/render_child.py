"""What a render process runs: it loads the renderer once and forks a child that makes the documents.

Loading takes a second of processor time and forking milliseconds, so a child that dies at a document costs next to
nothing. Its limits are kept by the kernel: they hold for native code, and when the service is dead too.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import importlib
import os
import resource
import signal
import sys
import traceback
from multiprocessing.connection import Connection, Pipe
from typing import Any

from report_service.document.snapshot import Document, Order
from report_service.errors import RenderFailed, RenderLimit

# A child is replaced after so many reports, whatever it may have leaked.
REPORTS_PER_CHILD = 200
# Or when it holds more than this. Measured: 90 MiB after reports in all scripts.
RESIDENT_BYTES = 150 * 1024**2
# Measured: with 500 games, many scripts and a large avatar a child's address space peaks at 250 MiB.
MEMORY_BYTES = 512 * 1024**2
DOCUMENT_BYTES = 16 * 1024**2
# Where it went wrong, for the log; not the message, in which the player's data may stand.
TRACE_ENTRIES = 8
# The document, why there is none, or the exit code of the child that died at it.
Answer = Document | RenderLimit | RenderFailed | int
_PR_SET_PDEATHSIG = 1


def run(connection: Connection, module: str, timeout_seconds: float) -> None:
    """Answer orders until the other end of the pipe is closed. The first thing said is True: ready.

    Args:
        module: has `render(order) -> Document` and `warm_up()`.
        timeout_seconds: after which SIGALRM ends the child in the midst of a document.
    """
    # Sent to the whole group when the service is to stop: it finishes what is in hand, and then ends its children.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    renderer = importlib.import_module(module)
    renderer.warm_up()
    # Nothing that was loaded is looked at again, and so no page of it is copied, by a child that collects garbage.
    gc.collect()
    gc.freeze()
    _accept_limits()
    connection.send(True)
    child = _Child(connection, renderer, timeout_seconds)
    while True:
        try:
            question = connection.recv_bytes()
        except (EOFError, ConnectionError):
            return
        if not child.fit:
            child.end()
            child = _Child(connection, renderer, timeout_seconds)
        connection.send(child.ask(question))


class _Child:
    """A fork of this process, and its pipe."""

    def __init__(self, connection: Connection, renderer: Any, timeout_seconds: float) -> None:
        self._pipe, other_end = Pipe()
        self._documents = 0
        self._failed = False
        parent = os.getpid()
        self._pid = os.fork()
        if not self._pid:
            try:
                _die_with(parent)
                self._pipe.close()
                # Or the service would not see the end of this process's parent.
                connection.close()
                _serve(other_end, renderer, timeout_seconds)
            finally:
                os._exit(1)
        other_end.close()

    @property
    def fit(self) -> bool:
        """Whether it may be asked: it is not worn out, and no failure can have left anything behind in it."""
        worn_out = self._documents >= REPORTS_PER_CHILD or _resident_bytes(self._pid) > RESIDENT_BYTES
        return not (self._failed or worn_out or self._pipe.poll())

    def ask(self, question: bytes) -> Answer:
        """Pass on question and answer; when there is none, the answer is the child's exit code."""
        try:
            self._pipe.send_bytes(question)
            answer: Answer = self._pipe.recv()
        except (OSError, EOFError):
            answer = self.end()
        self._documents += 1
        self._failed = not isinstance(answer, Document)
        return answer

    def end(self) -> int:
        """Have it end, if it has not yet, and return its exit code."""
        if self._pipe.closed:
            return 0
        self._pipe.close()
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


def _resident_bytes(pid: int) -> int:
    """Return how much memory a process holds; 0 where the kernel does not tell."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as told:
            return int(told.read().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def _die_with(parent: int) -> None:
    """End this process when its parent does. Where the kernel cannot, a document's time limit must do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _serve(connection: Connection, renderer: Any, timeout_seconds: float) -> None:
    while True:
        try:
            order = connection.recv()
        except (EOFError, ConnectionError):
            return
        signal.setitimer(signal.ITIMER_REAL, timeout_seconds)
        connection.send(_answer(renderer, order))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _accept_limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    # A renderer writes no file at all; nor can one fill the disk with many small ones.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)


def _answer(renderer: Any, order: Order) -> Answer:
    """Return what came of it. No exception of the renderer's leaves this process.

    One may not survive the pipe, and its SystemExit would be the service's.
    """
    try:
        made: Document = renderer.render(order)
    except MemoryError:
        return RenderLimit("memory")
    except BaseException as error:
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            return RenderLimit("files")
        where = "".join(traceback.format_tb(error.__traceback__)[-TRACE_ENTRIES:])
        return RenderFailed(f"{type(error).__name__}\n{where}")
    return made if len(made.data) <= DOCUMENT_BYTES else RenderLimit("document size")
