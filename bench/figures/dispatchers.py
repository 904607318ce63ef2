"""How fast the hints of a backlog leave, and what a second dispatcher brings: report APIs on one database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

import asyncpg

from bench.figures.scaling import AIM, postmaster, throttled
from bench.measuring import Figure, Plan
from bench.processes import Process
from bench.servers import report_alone
from bench.throttle import Family
from report_service.app import STORAGE
from report_service.dispatcher import BATCH
from report_service.reports import Rules
from report_service.storage.report_store import ReportStore
from report_service.wishes import Wish
from runtime.postgresql import open_postgresql
from tests.provision.postgresql import PostgresqlServer, find_or_install
from tests.scraping import scraped

Opening = Callable[[], AbstractContextManager[Process]]

DATABASE = "hints"
HINTS = 3000
SHARE = 0.06
# Further away than a dispatcher rests: all know of it beforehand, and begin at the same moment.
AHEAD_SECONDS = 2.0
WITHIN_SECONDS = 60.0
# All alarms ring at that moment, as if none had rung before.
_ARM = "UPDATE reports SET hint_count = 0, due_time = now_micros() + $1"
# Taking a hint moves the alarm of its row: the moments of the first taking and of the last one are in the rows.
_TAKEN = """
SELECT count(*) FILTER (WHERE hint_count = 0) AS waiting, max(hint_count) AS most,
    (max(due_time) - min(due_time)) / 1e6 AS seconds FROM reports
"""


def dispatchers(plan: Plan) -> list[Figure]:
    """Have one report API send a backlog's hints, then two, over and over."""
    with _server(plan) as server:
        asyncio.run(_fill(server))
        database, amqp_url = postmaster(server), plan.broker().url
        opening = partial(report_alone, plan.folder / "hints", server.url(DATABASE), amqp_url)
        rounds = [asyncio.run(_round(opening, server.url(DATABASE), database)) for _ in range(plan.rounds)]
    one, two, costs = zip(*rounds, strict=True)
    return [
        Figure(
            "dispatchers",
            "Dispatchers of hints, two / one",
            "times the hints/s",
            [second / first for first, second in zip(one, two, strict=True)],
            aim=AIM,
        ),
        Figure("hints", "Hints of one dispatcher", "hints/s", one, note=f"held to {SHARE:.0%} of a processor"),
        Figure("hint_report_api", "A hint, in the report API", "µs of processor", [each[0] * 1e6 for each in costs]),
        Figure("hint_postgresql", "A hint, in PostgreSQL", "µs of processor", [each[1] * 1e6 for each in costs]),
    ]


@contextmanager
def _server(plan: Plan) -> Iterator[PostgresqlServer]:
    folder = plan.folder / "hints"
    folder.mkdir()
    server = PostgresqlServer(find_or_install(), folder)
    try:
        server.start()
        server.create_database(DATABASE)
        yield server
    finally:
        server.close()


async def _fill(server: PostgresqlServer) -> None:
    wish = Wish(owner_id="anna-id", username="anna", include_email=False, request_id="")
    async with (
        open_postgresql(server.url(DATABASE), storage=STORAGE) as database,
        ReportStore(database, rules=Rules()).deciding() as rows,
    ):
        for number in range(HINTS):
            await rows.insert(f"report-{number}", wish)


async def _round(opening: Opening, url: str, database: int) -> tuple[float, float, list[float]]:
    """Return the hints a second of one dispatcher and of two, and what a hint costs the first and PostgreSQL."""
    with opening() as first:
        await _connected(first)
        families = [Family(first.pid), Family(database)]
        with throttled(SHARE, [first.pid]):
            before = [family.cpu_seconds for family in families]
            one = await _rate(url, dispatchers=1)
            costs = [(family.cpu_seconds - was) / HINTS for family, was in zip(families, before, strict=True)]
        with opening() as second:
            await _connected(second)
            with throttled(SHARE, [first.pid, second.pid]):
                two = await _rate(url, dispatchers=2)
    return one, two, costs


async def _connected(dispatcher: Process) -> None:
    """Wait until it has the broker."""
    async with asyncio.timeout(WITHIN_SECONDS):
        while not (await scraped(dispatcher.address)).value("dossier_report_broker_connected", side="sender"):
            await asyncio.sleep(0.05)


async def _rate(url: str, *, dispatchers: int) -> float:
    connection = await asyncpg.connect(url)
    try:
        taken = await _all_taken(connection)
    finally:
        await connection.close()
    # What was taken last is only being sent.
    return float((HINTS - BATCH * dispatchers) / taken["seconds"])


async def _all_taken(connection: asyncpg.Connection) -> asyncpg.Record:
    await connection.execute(_ARM, round(AHEAD_SECONDS * 1e6))
    async with asyncio.timeout(WITHIN_SECONDS):
        while (taken := await connection.fetchrow(_TAKEN))["waiting"]:
            await asyncio.sleep(0.05)
    if taken["most"] > 1:
        raise RuntimeError("a hint was sent twice: the broker lost some")
    return taken
