"""A real PgBouncer in transaction mode before the tests' own PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from tests.provision import programs
from tests.provision.leash import LeashedGroup
from tests.provision.ports import free_port
from tests.provision.postgresql import PostgresqlServer, as_unprivileged, unprivileged_folder
from tests.provision.programs import ProvisionError

START_SECONDS = 30

_CONFIG = """\
[databases]
* = host=127.0.0.1 port={server_port} user=dossier
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
"""


@cache
def find_or_install() -> Path:
    """Return the program. Raises ProvisionError."""
    return programs.ensure("pgbouncer", "pgbouncer", ("/usr/sbin",))


@asynccontextmanager
async def open_pgbouncer(program: Path, server: PostgresqlServer, log: Path, *, connections: int) -> AsyncIterator[str]:
    """Run one that shares so many connections to the server; yield its address, to which a database's name is added."""
    folder, port = unprivileged_folder(), free_port()
    config = folder / "pgbouncer.ini"
    config.write_text(_CONFIG.format(server_port=server.port, port=port, connections=connections))
    config.chmod(0o644)
    command = [*as_unprivileged(), str(program), str(config)]
    group = LeashedGroup(command, log=log, environ=dict(os.environ), folder=folder)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not await asyncio.to_thread(_listens, port):
            if not group.is_running() or time.monotonic() > deadline:
                raise ProvisionError(f"PgBouncer did not come up: {log.read_text(errors='replace')}")
            await asyncio.sleep(0.02)
        yield f"postgresql://dossier:secret@127.0.0.1:{port}"
    finally:
        await asyncio.to_thread(group.kill)
        shutil.rmtree(folder, ignore_errors=True)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
