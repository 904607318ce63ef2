"""What strikes break of an installation of shape "scale-out": the servers that all share, and one of two replicas."""

from __future__ import annotations

import asyncio
import signal
import time

from tests.faults.breaks import Break, kill
from tests.faults.installation import Installation
from tests.faults.proxy import Spoil
from tests.faults.scale_out import S3
from tests.faults.schedule import Strike

# Which backends: about every second one of the services'.
_TERMINATE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND datname IN ('profile', 'report')
  AND random() < 0.5
"""
# So slow that a file is in the midst of being written when the server dies.
_NARROW = Spoil(bytes_per_second=40_000)
_NARROW_SECONDS = 0.5


async def kill_backends(installation: Installation, strike: Strike) -> float:
    """Have PostgreSQL end about half of the connections each second."""
    end = time.monotonic() + strike.hold_seconds
    while True:
        await installation.shared.postgresql.execute(_TERMINATE)
        if time.monotonic() > end:
            return time.time()
        await asyncio.sleep(1.0)


async def kill_postgresql(installation: Installation, strike: Strike) -> float:
    """Kill PostgreSQL with all its processes and start it again on its data."""
    server = installation.shared.postgresql
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(strike.hold_seconds)
    await asyncio.to_thread(server.start)
    return time.time()


async def kill_s3(installation: Installation, strike: Strike) -> float:
    """Kill the S3 server while files are half written, and start it again on its data."""
    server, link = installation.shared.s3, installation.links[S3]
    link.spoil(_NARROW)
    await asyncio.sleep(_NARROW_SECONDS)
    await asyncio.to_thread(server.kill)
    link.heal()
    await asyncio.sleep(strike.hold_seconds)
    await asyncio.to_thread(server.start)
    return time.time()


async def kill_broker_node(installation: Installation, strike: Strike) -> float:
    """Kill one of the broker's nodes; the others go on; later it is started again."""
    nodes = installation.shared.brokers.nodes
    node = nodes[strike.target % len(nodes)]
    await node.kill()
    moment = time.time()
    await asyncio.sleep(strike.hold_seconds)
    await node.start()
    return moment


def kill_replica(kind: str) -> Break:
    """Return what kills one of two replicas; the other goes on; later it is started again."""

    async def strike_one(installation: Installation, strike: Strike) -> float:
        replicas = installation.replicas(kind)
        part = replicas[strike.target % len(replicas)]
        moment = await kill(part)
        await asyncio.sleep(strike.hold_seconds)
        part.start()
        if part.address:
            await part.serving()
        return moment

    return strike_one


async def pause_replica(installation: Installation, strike: Strike) -> float:
    """Stop one of two profile_services in its tracks, in the midst of its transactions, and let it go on."""
    replicas = installation.replicas("profile")
    part = replicas[strike.target % len(replicas)]
    part.signal(signal.SIGSTOP)
    await asyncio.sleep(strike.hold_seconds)
    part.signal(signal.SIGCONT)
    return time.time()


async def each_in_turn(installation: Installation, strike: Strike) -> float:
    """Break one after the other, each as long as the strike says."""
    breaks = (kill_backends, kill_postgresql, kill_s3, kill_broker_node, kill_replica("profile"))
    for each in breaks:
        await each(installation, strike)
    return time.time()
