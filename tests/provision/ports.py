"""Free loopback ports for servers that must keep theirs while they are down."""

from __future__ import annotations

import random
import socket

# Below Linux's ephemeral range (32768 up) and macOS's (49152 up). A port inside it may be handed to any
# outgoing connection while its server is down; a client that keeps reconnecting can even connect to itself.
_FIRST_PORT, _LAST_PORT = 20_000, 32_000


def free_port() -> int:
    """Return a port that nobody listens on at 127.0.0.1 now; nothing reserves it afterwards."""
    while True:
        port = random.randint(_FIRST_PORT, _LAST_PORT)
        with socket.socket() as probe:
            # As servers do: a port in TIME_WAIT counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
