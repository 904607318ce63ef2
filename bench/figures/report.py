"""How long a report takes from the request to READY at idle, how much of that is drawing it, and how many a second."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from contextlib import AsyncExitStack

from bench.club import Club
from bench.measuring import Figure, Plan
from client import DossierClient
from report_service.document.snapshot import Order, PlayerSnapshot
from report_service.rendering import RenderPool, open_render_pool
from report_service.snapshot_client import SnapshotClient
from runtime.channels import open_channel
from runtime.service_tokens import ServiceTokens

WARM_UP = 2
# As many as one owner may have under way at once.
BURST = 5


def latency(plan: Plan) -> list[Figure]:
    """Ask for one report after another; before each, draw the same document with nothing around it."""
    waits, renders, bursts = asyncio.run(_measure(plan, plan.standalone.address))
    share = statistics.median(renders) / statistics.median(waits)
    note = f"p95 {_p95(waits):.0f} ms; drawing alone {statistics.median(renders):.0f} ms, {share:.0%} of it"
    return [
        Figure("report", "Report, request to READY", "ms", waits, aim=300.0, at_most=True, note=note),
        Figure(
            "report_drawing",
            "Drawing alone, share of that",
            "of report",
            [r / w for r, w in zip(renders, waits, strict=True)],
        ),
        Figure("report_rate", "Reports, five under way", "a second", bursts),
    ]


async def _measure(plan: Plan, address: str) -> tuple[list[float], list[float], list[float]]:
    waits, renders, bursts = [], [], []
    async with AsyncExitStack() as stack:
        snapshot = await _snapshot(plan.club)
        pool = await stack.enter_async_context(open_render_pool(1))
        dossier = await stack.enter_async_context(DossierClient(address, timeout_seconds=60))
        await dossier.sign_in(plan.club.username, plan.club.password)
        for number in range(plan.reports + WARM_UP):
            render, wait = await _render(pool, snapshot), await _make(dossier, 1)
            if number >= WARM_UP:
                renders.append(render * 1000)
                waits.append(wait * 1000)
        for _ in range(plan.rounds):
            bursts.append(BURST / await _make(dossier, BURST))
    return waits, renders, bursts


async def _make(dossier: DossierClient, count: int) -> float:
    """Return the seconds until `count` reports, asked for at once, are READY; then delete them."""
    started = time.perf_counter()
    made = await asyncio.gather(*(_make_one(dossier) for _ in range(count)))
    elapsed = time.perf_counter() - started
    for report_id in made:
        await dossier.delete_report(report_id)
    return elapsed


async def _make_one(dossier: DossierClient) -> str:
    report = await dossier.create_report()
    async for seen in dossier.watch_report(report.report_id):
        report = seen
    if not report.sha256:
        raise RuntimeError(f"report {report.report_id} was not made: {report}")
    return report.report_id


async def _render(pool: RenderPool, snapshot: PlayerSnapshot) -> float:
    started = time.perf_counter()
    await pool.render(Order(snapshot))
    return time.perf_counter() - started


async def _snapshot(club: Club) -> PlayerSnapshot:
    """Return what the worker draws from, asked for as it does."""
    address = json.loads((club.data / "internal.json").read_text(encoding="utf-8"))["address"]
    secret = (club.data / "secrets" / "internal.key").read_bytes().strip()
    async with open_channel(address) as channel:
        snapshots = SnapshotClient(channel, ServiceTokens(secret, issuer="report_service"))
        return await snapshots.player("bench", club.username, viewer_id="")


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]
