"""What render children import in tests: a renderer that does what the snapshot's `about` says."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from report_service.document.snapshot import Document, Order, PlayerSnapshot

# What each kind of poison ends as: the error of the render pool.
RAISES = ("raise", "exit", "recurse", "stop iteration", "cancel", "unpicklable")
EXCEEDS = ("loop", "sleep", "devour", "hoard", "swell", "write", "write to memory")
CRASHES = ("vanish", "segfault", "abort", "be killed")


class Unpicklable(Exception):
    """Cannot be made again from its arguments, as the other side of a pipe would."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


def warm_up() -> None:
    """Do nothing."""


def render(order: Order) -> Document:
    """Return this process's id, or misbehave."""
    snapshot = order.snapshot
    assert isinstance(snapshot, PlayerSnapshot)
    return Document(misbehave(snapshot.about, mark=snapshot.city) or str(os.getpid()).encode())


def misbehave(manner: str, *, mark: str = "") -> bytes:
    """Behave in one of the manners above, or return what to return as a document; nothing when all is well.

    "hang" and "nap" touch `mark` first; "nap" and "chatter" are harmless.
    """
    match manner:
        case "raise":
            raise ValueError(f"{mark} cannot be drawn")
        case "exit":
            sys.exit("out of ideas")
        case "recurse":
            return misbehave("recurse")
        case "stop iteration":
            raise StopIteration
        case "cancel":
            raise asyncio.CancelledError
        case "unpicklable":
            raise Unpicklable("a", "b")
        case "loop":
            while True:
                pass
        case "hang":
            Path(mark).touch()
            time.sleep(600)
        case "nap":
            Path(mark).touch()
            time.sleep(0.5)
        case "sleep":
            time.sleep(600)
        case "devour":
            bytes(1024**3)
        case "hoard":
            return b"".join([bytes(1024) for _ in iter(int, 1)])
        case "swell":
            return bytes(64 * 1024**2)
        case "write":
            _write(Path("/tmp"))
        case "write to memory":
            _write(Path("/dev/shm"))
        case "chatter":
            for _ in range(1024):
                os.write(1, bytes(1024**2))
                os.write(2, bytes(1024**2))
        case "vanish":
            os._exit(0)
        case "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "abort":
            os.abort()
        case "be killed":
            os.kill(os.getpid(), signal.SIGKILL)
    return b""


def _write(folder: Path) -> None:
    with (folder / f"dossier-{os.getpid()}").open("wb", buffering=0) as file:
        Path(file.name).unlink()
        while True:
            file.write(bytes(1024**2))
