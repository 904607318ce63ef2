"""Begins calls and resets them as fast as it can: `python -m tests.integration.runtime.reset_flood HOST:PORT`.

In a process of its own, or it would keep itself from flooding and the server from answering.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from bench.http2 import END_HEADERS, HEADERS, RESET, frame
from tests.integration.runtime.raw_http2 import CANCEL, connected, request_headers

AT_ONCE = 100
ON_ONE_CONNECTION = 50_000


def begun_and_reset(stream: int) -> bytes:
    return frame(HEADERS, END_HEADERS, stream, request_headers()) + frame(RESET, 0, stream, CANCEL.to_bytes(4, "big"))


async def flood(address: str) -> None:
    """Go on until killed. Prints one line when it is in full swing."""
    told = False
    while True:
        async with connected(address) as connection:
            with suppress(ConnectionError):
                await connection.greet()
                for first in range(1, 2 * ON_ONE_CONNECTION, 2 * AT_ONCE):
                    await connection.send(*map(begun_and_reset, range(first, first + 2 * AT_ONCE, 2)))
                    if first > 10 * AT_ONCE and not told:
                        told = True
                        print("flooding", flush=True)


if __name__ == "__main__":
    asyncio.run(flood(sys.argv[1]))
