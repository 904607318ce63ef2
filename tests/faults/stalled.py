"""Readers who ask for a large file and then stand still: what each costs, and when it is cut off.

They are sockets that are not read. A usual client grants 64 KiB, which its buffers take. A greedy one grants all that
HTTP/2 can, so that only the network's own buffers hold the server up; they have the connection end, after 20 s.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import jwt
from dossier.report.v1 import report_service_pb2 as report_pb

from bench import http2
from bench.club import add_report
from tests.e2e.installations import Installation
from tests.e2e.processes import Part
from tests.faults.overload import SHAPES, sign_up

READERS = 60
PLAYERS = 4
FILE_BYTES = 32 * 1024 * 1024
PATH = "/dossier.report.v1.ReportService/DownloadReport"
WINDOWS = {"usual": 65_535, "greedy": 2**31 - 1}
# Until what a reader costs has been spent, and long before it is cut off.
SETTLE_SECONDS = 8.0
COST_BAR_MIB, CUT_BAR_SECONDS = 1.0, 60.0
BUFFER_BYTES = {"usual": 2**20, "greedy": 0}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the readers of one kind did to the process that suffered most.

    Attributes:
        mib: its memory for each of them.
        cut_seconds: how long the last of them was let stand still.
    """

    shape: str
    window: str
    mib: float
    cut_seconds: float

    @property
    def broken(self) -> bool:
        """Whether a bar was missed; a greedy reader's cost has none."""
        return self.cut_seconds > CUT_BAR_SECONDS or (self.window == "usual" and self.mib > COST_BAR_MIB)

    def line(self) -> str:
        """Return the figures, each beside its bar."""
        bar = f" (bar {COST_BAR_MIB:.0f})" if self.window == "usual" else ""
        return (
            f"{self.shape}, {READERS} readers with a {self.window} window: {self.mib:.2f} MiB each{bar}, "
            f"cut off after {self.cut_seconds:.0f} s at most (bar {CUT_BAR_SECONDS:.0f} s)"
        )


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What each shape made of each kind of reader."""

    outcomes: Sequence[Outcome]

    @property
    def broken(self) -> bool:
        """Whether any of them missed a bar."""
        return any(outcome.broken for outcome in self.outcomes)

    def lines(self) -> list[str]:
        """Return the figures of all."""
        return [outcome.line() for outcome in self.outcomes]


async def measure(_seed: int, _seconds: float, folder: Path) -> Outcomes:
    """Have readers of each kind stand still at each shape."""
    return Outcomes(
        [
            await asyncio.to_thread(_stand_still, shape, window, folder / f"{number}-{window}")
            for number, shape in enumerate(SHAPES)
            for window in WINDOWS
        ]
    )


def _stand_still(shape: str, window: str, folder: Path) -> Outcome:
    folder.mkdir(parents=True)
    with SHAPES[shape](folder) as installation, ExitStack() as stack:
        tokens = sign_up(installation.endpoint, PLAYERS)
        requests = [_request(folder, name, token) for name, token in tokens.items()]
        for request in requests:  # The first download of a file also checks its digest.
            with closing(_open(installation.endpoint, request, window)) as reader:
                _take(reader, FILE_BYTES // 1000)
        time.sleep(SETTLE_SECONDS)
        before, sockets = _mib(installation), _sockets(installation)
        begun = time.monotonic()
        for number in range(READERS):
            stack.enter_context(closing(_open(installation.endpoint, requests[number % PLAYERS], window)))
        time.sleep(SETTLE_SECONDS)
        cost = max(after - before[name] for name, after in _mib(installation).items())
        _wait_for_cuts(installation, sockets)
        return Outcome(shape, window, cost / READERS, time.monotonic() - begun)


def _request(folder: Path, username: str, token: str) -> bytes:
    owner_id = jwt.decode(token, options={"verify_signature": False})["sub"]
    reports = next(folder.rglob("report.sqlite3")).parent
    report_id = _report_of(owner_id, username, reports)
    message = report_pb.DownloadReportRequest(report_id=report_id).SerializeToString()
    headers = [(":path", PATH), (":authority", "localhost"), *http2.USUAL_HEADERS, ("authorization", f"Bearer {token}")]
    head = http2.POST_HTTP + b"".join(map(http2.indexed_literal, headers))
    body = b"\0" + struct.pack(">I", len(message)) + message
    return http2.frame(http2.HEADERS, http2.END_HEADERS, 1, head) + http2.frame(http2.DATA, http2.END_STREAM, 1, body)


def _report_of(owner_id: str, username: str, reports: Path) -> str:
    while True:
        try:
            return asyncio.run(add_report(reports, owner_id, username, FILE_BYTES))
        except RuntimeError:  # The installation's own worker was quicker, and makes a small file of it.
            continue


def _open(endpoint: str, request: bytes, window: str) -> socket.socket:
    host, _, port = endpoint.rpartition(":")
    reader = socket.socket()
    if BUFFER_BYTES[window]:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES[window])
    reader.settimeout(30)
    reader.connect((host, int(port)))
    granted = http2.frame(http2.SETTINGS, 0, 0, struct.pack(">HI", http2.INITIAL_WINDOW_SIZE, WINDOWS[window]))
    if WINDOWS[window] > http2.DEFAULT_WINDOW:
        granted += http2.credit(0, WINDOWS[window] - http2.DEFAULT_WINDOW)
    reader.sendall(http2.PREFACE + granted)
    reader.recv(1)  # The server's settings, which it wants acknowledged.
    reader.sendall(http2.frame(http2.SETTINGS, http2.ACK, 0, b"") + request)
    return reader


def _take(reader: socket.socket, size: int) -> None:
    while size > 0:
        size -= len(reader.recv(size))


def _mib(installation: Installation) -> dict[str, float]:
    return {name: _resident_mib(part) for name, part in installation.parts.items()}


def _resident_mib(part: Part) -> float:
    pages = int(Path(f"/proc/{part.running.pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


def _wait_for_cuts(installation: Installation, sockets: int) -> None:
    """Wait until each reader's call was ended by a process on the way, or its connection is gone."""
    until = time.monotonic() + 2 * CUT_BAR_SECONDS
    while _ended_calls(installation) < READERS and _sockets(installation) > sockets:
        if time.monotonic() > until:
            raise TimeoutError("not every reader that stands still was cut off")
        time.sleep(0.2)


def _ended_calls(installation: Installation) -> int:
    return max(part.log().count("reader_stalled") for part in installation.parts.values())


def _sockets(installation: Installation) -> int:
    """Return how many files and sockets the process that players connect to has open."""
    front = installation.parts.get("gateway") or installation.parts["standalone"]
    return len(list(Path(f"/proc/{front.running.pid}/fd").iterdir()))
