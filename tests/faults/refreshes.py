"""Sign-in sessions that are refreshed while profile_service, and with it its database, is killed amid commits.

A client that got no answer sends the same refresh token again. Whatever the database had committed of the lost call,
the session must go on: a token that was exchanged and whose successor never arrived is not one that was stolen.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.profile.v1 import credentials_service_pb2_grpc as credentials_rpc

from runtime.service_tokens import ServiceTokens
from tests.e2e.installations import SECRETS
from tests.e2e.processes import Part
from tests.provision.ports import free_port
from tests.statuses import reason_of

KILLS = 100
SESSIONS = 8
TIMEOUT_SECONDS = 5.0
PAUSE_SECONDS = 0.02
# Between two kills. A start takes about two seconds on a quiet machine.
RESTART_SECONDS = 60.0
# After the first answer of a new life: from the middle of the first commits on.
KILL_AFTER_SECONDS = 0.3
PASSWORD = "a long and unusual password"


@dataclass
class Refreshes:
    """What came of it.

    Attributes:
        in_flight: calls that a kill left without an answer.
        lost_answers: those of them that had been committed, so that the client repeated a token that was exchanged.
        false_ends: sessions that were refused although only their own client had the tokens, by the reason.
        worst_absence: the longest time without any answer, in seconds; over 20 a repeated token would be a replay.
    """

    kills: int = 0
    refreshes: int = 0
    in_flight: int = 0
    lost_answers: int = 0
    false_ends: Counter[str] = field(default_factory=Counter)
    worst_absence: float = 0.0

    @property
    def broken(self) -> bool:
        """Whether a session ended without a reason."""
        return bool(self.false_ends) or not self.kills

    def lines(self) -> list[str]:
        """Return the figures."""
        return [
            f"killed in the middle of refreshes {self.kills} times; refreshes answered {self.refreshes}",
            f"calls under way at a kill {self.in_flight}, of which committed without an answer {self.lost_answers}",
            f"false revocations {self.false_ends.total()} (0) {dict(self.false_ends) or ''}",
            f"longest absence {self.worst_absence:.1f} s (20)",
        ]


class Session:
    """A client with one session, which refreshes without end and repeats what was not answered."""

    def __init__(self, stub: Any, tokens: ServiceTokens, first: credentials_pb.Session, seen: Refreshes) -> None:
        self._stub = stub
        self._tokens = tokens
        self._seen = seen
        self.session_id = first.session_id
        self.token = first.refresh_token
        self.calling = False

    @property
    def counter(self) -> int:
        """The number of the token that the client has."""
        return int(self.token.split(".")[2])

    async def refresh(self, answered: asyncio.Event) -> None:
        """Refresh until cancelled or until the session is refused; tell of each answer."""
        while True:
            self.calling = True
            try:
                answer = await self._stub.RotateSession(
                    credentials_pb.RotateSessionRequest(refresh_token=self.token),
                    timeout=TIMEOUT_SECONDS,
                    metadata=(("authorization", f"Bearer {self._tokens.mint(audience='profile_service')}"),),
                )
            except grpc.aio.AioRpcError as error:
                if error.code() is grpc.StatusCode.UNAUTHENTICATED:
                    self._seen.false_ends[reason_of(error)] += 1
                    return
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            self.calling = False
            self.token = answer.session.refresh_token
            self._seen.refreshes += 1
            answered.set()


async def killed_in_commits(seed: int, folder: Path, *, kills: int, seconds: float) -> Refreshes:
    """Kill profile_service `kills` times, or until the time is over, while sessions are refreshed."""
    address = f"127.0.0.1:{free_port()}"
    environ = {
        "DOSSIER_PROFILE_LISTEN": address,
        "DOSSIER_PROFILE_DATA_DIR": str(folder / "profile"),
        # Nobody is there: internal methods need no gateway.
        "DOSSIER_PROFILE_GATEWAY_ADDRESS": f"127.0.0.1:{free_port()}",
        "DOSSIER_PROFILE_INTERNAL_SECRET": SECRETS["internal"],
        "DOSSIER_PROFILE_REFRESH_SECRET": SECRETS["refresh"],
        "DOSSIER_PROFILE_PAGE_SECRET": SECRETS["page"],
        "DOSSIER_PROFILE_DELETION_SECRET": SECRETS["deletion"],
        "DOSSIER_PROFILE_LOG_LEVEL": "warning",
    }
    part = Part("profile_service", environ=environ, folder=folder)
    seen, until, choice = Refreshes(), time.monotonic() + seconds, random.Random(seed)
    part.start()
    try:
        async with _channel(address) as channel:
            sessions = await _signed_up(channel, seen)
            answered = asyncio.Event()
            calls = [asyncio.create_task(session.refresh(answered)) for session in sessions]
            try:
                while seen.kills < kills and time.monotonic() < until and not all(call.done() for call in calls):
                    await _next_life(answered, seen)
                    await asyncio.sleep(choice.uniform(0, KILL_AFTER_SECONDS))
                    part.running.kill()
                    await asyncio.to_thread(part.running.wait)
                    _count(sessions, folder / "profile" / "profile.db", seen)
                    answered.clear()
                    part.start()
                await _next_life(answered, seen)
            finally:
                for call in calls:
                    call.cancel()
                await asyncio.gather(*calls, return_exceptions=True)
    finally:
        part.clean_up()
    return seen


def _channel(address: str) -> grpc.aio.Channel:
    backoff = (("grpc.initial_reconnect_backoff_ms", 50), ("grpc.max_reconnect_backoff_ms", 200))
    return grpc.aio.insecure_channel(address, options=backoff)


async def _signed_up(channel: grpc.aio.Channel, seen: Refreshes) -> list[Session]:
    stub: Any = credentials_rpc.CredentialsServiceStub(channel)
    tokens = ServiceTokens(SECRETS["internal"].encode(), issuer="gateway")
    sessions = []
    for number in range(SESSIONS):
        answer = await stub.CreateAccount(
            credentials_pb.CreateAccountRequest(username=f"player-{number}", password=PASSWORD),
            timeout=RESTART_SECONDS,
            wait_for_ready=True,
            metadata=(("authorization", f"Bearer {tokens.mint(audience='profile_service')}"),),
        )
        sessions.append(Session(stub, tokens, answer.session, seen))
    return sessions


async def _next_life(answered: asyncio.Event, seen: Refreshes) -> None:
    """Return at the first answer after a start."""
    begun = time.monotonic()
    async with asyncio.timeout(RESTART_SECONDS):
        await answered.wait()
    seen.worst_absence = max(seen.worst_absence, time.monotonic() - begun)


def _count(sessions: list[Session], database: Path, seen: Refreshes) -> None:
    """Look at what the dead process left."""
    seen.kills += 1
    with closing(sqlite3.connect(database)) as connection:
        counters = dict(connection.execute("SELECT session_id, counter FROM sessions"))
    seen.in_flight += sum(session.calling for session in sessions)
    seen.lost_answers += sum(counters[session.session_id] > session.counter for session in sessions)


async def measure(seed: int, seconds: float, folder: Path) -> Refreshes:
    """Kill it a hundred times, if the time suffices; about four seconds each."""
    return await killed_in_commits(seed, folder, kills=KILLS, seconds=seconds)
