"""What twice the processes bring, each held to a share of a processor as there are few; and what a call costs."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager

import asyncpg
from dossier.profile.v1 import profile_service_pb2 as profile_pb

from bench.club import bearer, sign_in
from bench.figures.games import asked
from bench.large_club import SMALL
from bench.load import Load
from bench.measuring import Figure, Plan, Turn, answers, compare
from bench.peers.players import an_avatar
from bench.processes import Process
from bench.servers import REPORTS, Servers, worker_pids
from bench.throttle import Family
from client import DossierClient
from tests.provision.postgresql import PostgresqlServer
from tests.scraping import scraped

AIM = 1.8
GATEWAY_SHARE = 0.06
WORKER_SHARE = 0.1
# Many connections of one stream each, so that the kernel shares them out about evenly.
CONNECTIONS = 64
NAME, PASSWORD = "asker", "a long and unusual password"
PLAYER = "player-7"
# So that neither worker ever waits for a report to be asked for.
UNDER_WAY = 12
REPORT_SECONDS = 12.0
WARM_UP = 5


@contextmanager
def throttled(share: float, pids: Sequence[int]) -> Iterator[None]:
    """Hold these processes to a share of a processor each until leaving."""
    held = subprocess.Popen([sys.executable, "-m", "bench.throttle", str(share), *map(str, pids)])
    try:
        yield
    finally:
        held.terminate()
        held.wait()


def gateways(plan: Plan) -> list[Figure]:
    """Compare a gateway of two processes with one of one, before the same services."""
    parts = plan.servers
    asyncio.run(_sign_up(parts.gateway.address))
    metadata = bearer(sign_in(parts.gateway.address, NAME, PASSWORD))
    message = profile_pb.GetUserRequest(username=PLAYER)
    path = "profile.v1.ProfileService/GetUser"
    one, two = (asked(gateway.address, path, message, metadata) for gateway in (parts.gateway, parts.gateways))
    workers = worker_pids(parts.gateways)
    services = [Family(parts.profile.pid), Family(postmaster(plan.small_club))]
    with (
        Load(two, connections=CONNECTIONS, streams=1) as ours,
        Load(one, connections=CONNECTIONS, streams=1) as single,
        throttled(GATEWAY_SHARE, [parts.gateway.pid, *workers]),
    ):
        rounds = compare(
            plan,
            (ours, [*map(Family, workers), *services]),
            (single, [Family(parts.gateway.pid), *services]),
            count=answers,
        )
    return _gateway_figures(rounds, len(workers))


def _gateway_figures(rounds: Sequence[tuple[Turn, Turn]], workers: int) -> list[Figure]:
    by_work = [one.costs[0] / max(two.costs[:workers]) for two, one in rounds]
    costs = zip(*(one.costs for _, one in rounds), strict=True)
    named = zip(("gateway", "profile_service", "PostgreSQL"), costs, strict=True)
    return [
        Figure(
            "gateways",
            "Gateway, two processes / one",
            "times the calls/s",
            [two.rate / one.rate for two, one in rounds],
            aim=AIM,
            note=f"each held to {GATEWAY_SHARE:.0%} of a processor; by the busiest process's time for a call "
            f"{statistics.median(by_work):.2f} ({min(by_work):.2f}-{max(by_work):.2f})",
        ),
        *(
            Figure(f"call_{name.lower()}", f"GetUser, in {name}", "µs of processor", [each * 1e6 for each in values])
            for name, values in named
        ),
    ]


async def _sign_up(address: str) -> None:
    async with DossierClient(address, timeout_seconds=60) as dossier:
        await dossier.sign_up(NAME, PASSWORD)


def report_workers(plan: Plan) -> list[Figure]:
    """Have one worker make reports, then two, over and over."""
    parts, database = plan.servers, postmaster(plan.small_club)
    rounds = [asyncio.run(_report_round(parts, database, number)) for number in range(plan.rounds)]
    ratios = [two / one for one, two, _ in rounds]
    costs: dict[str, list[float]] = {}
    for _, _, each in rounds:
        for name, seconds in each.items():
            costs.setdefault(name, []).append(seconds * 1000)
    note = (
        f"{statistics.median(two for _, two, _ in rounds):.1f} of {statistics.median(one for one, _, _ in rounds):.1f}"
    )
    return [
        Figure(
            "report_workers",
            "Report workers, two / one",
            "times the reports/s",
            ratios,
            aim=AIM,
            note=f"{note} a second, each worker held to {WORKER_SHARE:.0%} of a processor",
        ),
        *(
            Figure(f"report_{name.lower().replace(' ', '_')}", f"A report, in {name}", "ms of processor", values)
            for name, values in costs.items()
        ),
        *asyncio.run(_report_sizes(plan, parts)),
    ]


async def _report_round(parts: Servers, database: int, number: int) -> tuple[float, float, Mapping[str, float]]:
    """Return the reports a second of one worker and of two, and the processor time that each part took for a report."""
    async with DossierClient(parts.gateway.address, timeout_seconds=60) as dossier:
        if not number:
            await dossier.sign_up(f"{NAME}-of-reports", PASSWORD)
            await dossier.set_avatar(an_avatar(number))
        await dossier.sign_in(f"{NAME}-of-reports", PASSWORD)
        with parts.worker() as first:
            families = {
                "gateway": Family(parts.gateway.pid),
                "profile_service": Family(parts.profile.pid),
                "report API": Family(parts.report.pid),
                "PostgreSQL": Family(database),
                "worker": Family(first.pid),
            }
            async with _asking(dossier) as made:
                await _warm_up(first)
                with throttled(WORKER_SHARE, [first.pid]):
                    one, costs = await _rate(made, families)
                with parts.worker() as second:
                    await _warm_up(second)
                    with throttled(WORKER_SHARE, [first.pid, second.pid]):
                        two, _ = await _rate(made, {})
    return one, two, costs


async def _warm_up(worker: Process) -> None:
    """Wait until it has made some reports: loading what draws them takes as long as making thirty."""
    async with asyncio.timeout(60):
        while ((await scraped(worker.address)).value("dossier_report_finished_total") or 0) < WARM_UP:
            await asyncio.sleep(0.1)


@asynccontextmanager
async def _asking(dossier: DossierClient) -> AsyncIterator[Counter[str]]:
    """Keep reports under way until leaving; yields how many have been made."""
    made: Counter[str] = Counter()

    async def ask() -> None:
        while True:
            report = await dossier.create_report(PLAYER)
            async for seen in dossier.watch_report(report.report_id):
                report = seen
            if not report.sha256:
                raise RuntimeError(f"report {report.report_id} was not made: {report}")
            made["reports"] += 1

    tasks = [asyncio.create_task(ask()) for _ in range(UNDER_WAY)]
    try:
        yield made
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if not isinstance(error, asyncio.CancelledError):
            raise error


async def _rate(made: Counter[str], families: Mapping[str, Family]) -> tuple[float, dict[str, float]]:
    """Return the reports a second from the next one on, and what each family used for one."""
    await _next(made)
    before = {name: family.cpu_seconds for name, family in families.items()}
    count, began = made["reports"], time.perf_counter()
    while time.perf_counter() - began < REPORT_SECONDS:
        await _next(made)
    done, elapsed = made["reports"] - count, time.perf_counter() - began
    return done / elapsed, {name: (family.cpu_seconds - before[name]) / done for name, family in families.items()}


async def _next(made: Counter[str]) -> None:
    count = made["reports"]
    async with asyncio.timeout(60):
        while made["reports"] == count:
            await asyncio.sleep(0.01)


async def _report_sizes(plan: Plan, parts: Servers) -> list[Figure]:
    connection = await asyncpg.connect(plan.small_club.url(REPORTS))
    try:
        rows, size = await connection.fetchrow(
            "SELECT count(*), pg_total_relation_size('reports') + pg_total_relation_size('issued_reports') FROM reports"
        )
        held = dict(await connection.fetch("SELECT datname, count(*) FROM pg_stat_activity GROUP BY datname"))
    finally:
        await connection.close()
    files = [file.stat().st_size for file in (parts.folder / "report" / "reports").rglob("*.pdf")]
    pictures = [file.stat().st_size for file in (parts.folder / "profile" / "avatars").rglob("*") if file.is_file()]
    return [
        Figure("profile_connections", "PostgreSQL's, of profile_service", "connections", [held[SMALL]]),
        Figure("report_connections", "PostgreSQL's, of the report API", "connections", [held[REPORTS] - 1]),
        Figure("report_row_bytes", "A report in PostgreSQL", "bytes", [size / rows], note=f"of {rows} reports"),
        Figure("report_file_bytes", "A report's file", "bytes", files),
        Figure("avatar_bytes", "An avatar's files", "bytes", [sum(pictures)], note=f"{len(pictures)} sizes"),
    ]


def postmaster(server: PostgresqlServer) -> int:
    """Return the process of PostgreSQL whose children serve its connections."""

    async def ask() -> int:
        connection = await asyncpg.connect(server.url("postgres"))
        try:
            first_line = "split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int"
            return int(await connection.fetchval(f"SELECT {first_line}"))
        finally:
            await connection.close()

    return asyncio.run(ask())
