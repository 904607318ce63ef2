"""What render children import in tests: a renderer that does what the snapshot's `about` says."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from report_service.document.snapshot import Snapshot


def warm_up() -> None:
    """Do nothing."""


def render(snapshot: Snapshot) -> bytes:
    """Return this process's id, or misbehave."""
    match snapshot.about:
        case "hang":
            Path(snapshot.city).touch()
            time.sleep(600)
        case "devour":
            return bytes(1024**3)
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "raise":
            raise ValueError("this cannot be drawn")
        case "hoard":
            with Path(f"/tmp/{snapshot.report_id}").open("wb") as file:
                Path(file.name).unlink()
                file.write(bytes(64 * 1024**2))
                file.flush()
    return str(os.getpid()).encode()
