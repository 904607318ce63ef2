"""What strikes break, and how it is mended."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import aio_pika

from client import DossierClient
from report_service.amqp_hints import TOPOLOGY
from tests.faults.installation import Installation, environ_of_fail_point
from tests.faults.process import Process
from tests.faults.proxy import Spoil
from tests.faults.schedule import Strike

Break = Callable[[Installation, Strike], Awaitable[float]]
"""Strikes, mends, and returns the moment from which recovery counts: of the kill, or of the end of an outage."""


class Misbehaved(AssertionError):
    """A process did not do what the fault class demands of it."""


def _worker(installation: Installation, strike: Strike) -> Process:
    workers = installation.workers
    return workers[strike.target % len(workers)]


async def kill(part: Process) -> float:
    """Kill a process. Returns when."""
    part.signal(signal.SIGKILL)
    moment = time.time()
    await part.dead()
    return moment


async def kill_worker(installation: Installation, strike: Strike) -> float:
    """Kill one worker; the other goes on; later it is started again."""
    worker = _worker(installation, strike)
    moment = await kill(worker)
    await asyncio.sleep(strike.hold_seconds)
    worker.start()
    return moment


async def kill_all_workers(installation: Installation, strike: Strike) -> float:
    """Kill both workers at once; recovery counts from when they are started again."""
    await asyncio.gather(*map(kill, installation.workers))
    await asyncio.sleep(strike.hold_seconds)
    for worker in installation.workers:
        worker.start()
    return time.time()


async def pause_worker(installation: Installation, strike: Strike) -> float:
    """Stop one worker in its tracks and let it go on: in between, somebody else may have taken its reports."""
    worker = _worker(installation, strike)
    worker.signal(signal.SIGSTOP)
    await asyncio.sleep(strike.hold_seconds)
    worker.signal(signal.SIGCONT)
    return time.time()


async def terminate_worker(installation: Installation, strike: Strike) -> float:
    """Ask one worker to end; it must do so within its grace and with exit code 0.

    One that is still loading its modules ends as any program does, by the signal; it has taken nothing yet.
    """
    worker = _worker(installation, strike)
    async with asyncio.timeout(30):
        while not worker.children():
            await asyncio.sleep(0.05)
    worker.signal(signal.SIGTERM)
    moment = time.time()
    await _must_exit_well(worker)
    worker.start()
    return moment


async def kill_render_child(installation: Installation, strike: Strike) -> float:
    """Kill the children of one worker."""
    moment = time.time()
    for child in _worker(installation, strike).children():
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    return moment


async def kill_part(name: str, installation: Installation, strike: Strike) -> float:
    """Kill a serving part and start it again."""
    part = installation.parts[name]
    await kill(part)
    await asyncio.sleep(strike.hold_seconds)
    part.start()
    await part.serving()
    return time.time()


async def terminate_part(name: str, installation: Installation, strike: Strike) -> float:
    """Ask a serving part to end, and start it again."""
    part = installation.parts[name]
    part.signal(signal.SIGTERM)
    await _must_exit_well(part)
    part.start()
    await part.serving()
    return time.time()


async def _must_exit_well(part: Process) -> None:
    if not await part.dead():
        raise Misbehaved(f"{part.name} does not end on SIGTERM")
    if part.running.returncode != 0:
        raise Misbehaved(f"{part.name} ended with exit code {part.running.returncode} on SIGTERM")


async def restart_broker_app(installation: Installation, strike: Strike) -> float:
    """Stop the broker and start it again inside its VM."""
    await installation.node.stop_app()
    await asyncio.sleep(strike.hold_seconds)
    await installation.node.start_app()
    return time.time()


async def kill_broker(installation: Installation, strike: Strike) -> float:
    """Kill the broker's VM and start it again on its data."""
    await installation.node.kill()
    await asyncio.sleep(strike.hold_seconds)
    await installation.node.start()
    return time.time()


async def wipe_broker(installation: Installation, strike: Strike) -> float:
    """Kill the broker's VM and start it again without its data."""
    await installation.node.kill()
    await installation.node.wipe()
    await asyncio.sleep(strike.hold_seconds)
    await installation.node.start()
    return time.time()


async def delete_queue(installation: Installation, strike: Strike) -> float:
    """Delete the queue with what is in it; consumers are cancelled by the broker."""
    async with await aio_pika.connect(installation.node.url) as connection:
        channel = await connection.channel()
        await channel.queue_delete(TOPOLOGY.queue)
    return time.time()


async def cancel_consumers(installation: Installation, strike: Strike) -> float:
    """Have the broker cancel every consumer while queue and binding are there: delete and declare at once."""
    async with await aio_pika.connect(installation.node.url) as connection:
        channel = await connection.channel()
        await channel.queue_delete(TOPOLOGY.queue)
        await TOPOLOGY.declare(connection)
    return time.time()


async def purge_queue(installation: Installation, strike: Strike) -> float:
    """Throw away every hint that waits; nothing tells anybody."""
    async with await aio_pika.connect(installation.node.url) as connection:
        queue = await (await connection.channel()).get_queue(TOPOLOGY.queue, ensure=False)
        await queue.purge()
    return time.time()


async def remove_binding(installation: Installation, strike: Strike) -> float:
    """Make hints unroutable."""
    async with await aio_pika.connect(installation.node.url) as connection:
        queue = await (await connection.channel()).get_queue(TOPOLOGY.queue, ensure=False)
        await queue.unbind(TOPOLOGY.exchange, routing_key=TOPOLOGY.queue)
    return time.time()


async def alarm_memory(installation: Installation, strike: Strike) -> float:
    """Block publishers by the memory alarm."""
    await _control(installation, "set_vm_memory_high_watermark", "absolute", "1MB")
    await asyncio.sleep(strike.hold_seconds)
    await _control(installation, "set_vm_memory_high_watermark", "absolute", "1GB")
    return time.time()


async def _control(installation: Installation, *arguments: str) -> None:
    await asyncio.to_thread(installation.node.blocking.control, *arguments)


async def cut_link(names: tuple[str, ...], installation: Installation, strike: Strike) -> float:
    """Cut or reset what stands on a link, and refuse new connections for a while."""
    for name in names:
        link = installation.links[name]
        link.spoil(Spoil(refused=True))
        if strike.dice < 0.5:
            link.cut()
        else:
            link.reset()
    return await _hold_and_heal(names, installation, strike)


async def spoil_link(names: tuple[str, ...], spoil: Spoil, installation: Installation, strike: Strike) -> float:
    """Spoil a link for a while."""
    for name in names:
        installation.links[name].spoil(spoil)
    return await _hold_and_heal(names, installation, strike)


async def _hold_and_heal(names: tuple[str, ...], installation: Installation, strike: Strike) -> float:
    await asyncio.sleep(strike.hold_seconds)
    for name in names:
        installation.links[name].heal()
    return time.time()


async def reset_downloads(installation: Installation, strike: Strike) -> float:
    """Reset each connection of the players after some bytes."""
    spoil = Spoil(cut_after_bytes=2_000 + strike.target % 60_000)
    return await spoil_link(("players",), spoil, installation, strike)


async def fill_disk(installation: Installation, strike: Strike) -> float:
    """Fill the small disk to the last page, and again whenever something was deleted; then give the room back."""
    end = time.monotonic() + strike.hold_seconds
    while time.monotonic() < end:
        await asyncio.to_thread(installation.small_disk.fill)
        await asyncio.sleep(0.05)
    installation.small_disk.free()
    dead = [part.name for part in installation.parts.values() if not part.alive]
    if dead:
        raise Misbehaved(f"{', '.join(dead)} did not survive a full disk")
    return time.time()


async def kill_standalone(installation: Installation, strike: Strike) -> float:
    """Kill everything at once, look at what it left, and start it; every third time it is killed while it starts."""
    part = installation.parts["standalone"]
    if not part.alive:
        raise Misbehaved(f"{part.name} ended by itself: {part.log()[-2000:]}")
    await kill(part)
    await installation.ledger.examine(installation.folder)
    part.start()
    if strike.dice < 0.3:
        return time.time()
    await part.serving()
    async with DossierClient(installation.endpoint) as client:
        await installation.ledger.sample(client, count=10)
    return time.time()


async def die_at(name: str, installation: Installation, strike: Strike) -> float:
    """Have the process that passes a fail point die there; it stays dead until the next strike or the end."""
    part = installation.workers[0] if name.startswith("worker") else installation.parts["api"]
    if part.alive:
        await kill(part)
    part.start(**environ_of_fail_point(name, nth=1 + strike.target % 3))
    if not await part.dead(within_seconds=30.0):
        raise Misbehaved(f"{part.name} never came to {name}")
    moment = time.time()
    if part.running.returncode != -signal.SIGKILL:
        raise Misbehaved(f"{part.name} ended with {part.running.returncode} at {name}: {part.log()[-2000:]}")
    return moment
