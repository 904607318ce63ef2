"""Restarts every part in turn while players call, and counts the calls that fail although they are sent once more."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import grpc
from dossier.access.v1 import access_pb2
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import user_pb2
from dossier.report.v1 import report_service_pb2 as report_pb
from dossier.stats.v1 import game_pb2
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from dossier.stats.v1 import stats_service_pb2 as stats_pb

from client.connection import Stubs
from client.errors import decode_error
from tests.e2e.games import a_game
from tests.e2e.installations import SECRETS
from tests.e2e.installations import Installation as Operated
from tests.faults import installation as installations
from tests.faults.bench import _quiet
from tests.faults.checker import Verdict, check, look
from tests.faults.history import INVOKED, OK, UNKNOWN, History
from tests.faults.installation import Installation
from tests.faults.load import PASSWORD
from tests.faults.process import Process
from tests.provision.ports import free_port

ROUNDS = 20
# Between the return of one part and the stop of the next, as operators wait: longer than clients are told to.
SETTLE_SECONDS = 2.0
PLAYERS = 8
CALL_SECONDS = 30.0
# Before the second attempt, when the server gives no advice.
PAUSE_SECONDS = 0.5
REPORT_SHARE = 0.3
# A report may have become READY before it is taken back, and may still be waiting when it is to be deleted.
_UNTIMELY = frozenset({"CancelReport", "DeleteReport"})
_OPTIONS: tuple[tuple[str, Any], ...] = (
    ("grpc.service_config", '{"loadBalancingConfig": [{"round_robin": {}}]}'),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)
_T = TypeVar("_T")
_Send = Callable[[bool], Awaitable[_T]]


class Failed(Exception):
    """A call failed twice, or in a way that no client repeats."""


@dataclass
class Tally:
    """What became of the calls of all players."""

    calls: int = 0
    repeated: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    slowest_seconds: float = 0.0
    slowest: str = ""


@dataclass
class Result:
    """What a number of rolling restarts came to.

    Attributes:
        drains: the longest time from SIGTERM to exit, by part, in seconds.
        absences: the longest time from SIGTERM to SERVING, by part, in seconds.
        exits: how often which part ended with which code.
    """

    rounds: int
    tally: Tally
    verdict: Verdict
    drains: dict[str, float]
    absences: dict[str, float]
    exits: Counter[str]

    @property
    def broken(self) -> bool:
        """Whether a call failed, a report was lost or a process ended badly."""
        return bool(self.tally.failed or self.verdict.broken or any(not key.endswith(" 0") for key in self.exits))

    def lines(self) -> list[str]:
        """Return the figures for people."""
        tally = self.tally
        return [
            f"rolling restarts of every part: {self.rounds}",
            f"calls: {tally.calls}, sent once more: {tally.repeated.total()} {dict(tally.repeated)}",
            f"failed calls after one retry: {tally.failed.total()} (bar 0) {dict(tally.failed)}",
            f"slowest call: {tally.slowest_seconds:.1f} s ({tally.slowest})",
            f"reports: {self.verdict.reports}, lost: {self.verdict.count('lost')} (bar 0), "
            f"broken promises: { ({name: cases[:3] for name, cases in self.verdict.violations.items() if cases}) }",
            f"exit codes: {dict(self.exits)}",
            "longest drain: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.drains.items()),
            "longest absence: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.absences.items()),
        ]


async def rolling_restarts(seed: int, _seconds: float, folder: Path) -> Result:
    """Measure as many rounds as the promise speaks of, however long they take; see `tests.faults.measures`."""
    return await restart_in_turn("distributed", folder, rounds=ROUNDS, seed=seed)


async def restart_in_turn(shape: str, folder: Path, *, rounds: int, seed: int, players: int = PLAYERS) -> Result:
    """Restart every part so many times, under load; `shape` is "distributed" or "standalone".

    A standalone process is away for as long as it starts, so there the second attempt waits until it is back.
    """
    folder.mkdir(parents=True, exist_ok=True)
    history = History(folder / "rolling.jsonl")
    opened = _two_gateways(folder) if shape == "distributed" else _one_process(folder)
    async with opened as (installation, target, operated):
        load = _Load(target, operated, history, seed=seed, waits=shape == "standalone")
        result = Result(rounds, load.tally, Verdict(), {}, {}, Counter())
        async with asyncio.TaskGroup() as group:
            for number in range(players):
                group.create_task(load.play(number))
            await load.all_signed_up(players)
            for _ in range(rounds):
                for name, part in installation.parts.items():
                    await _restart(name, part, result)
                    await asyncio.sleep(SETTLE_SECONDS)
            load.ended.set()
        await _quiet(installation)
        found = await look(installation.stores.reports, installation.stores.pdfs)
        result.verdict = check(history.events, found)
    history.close()
    return result


async def _restart(name: str, part: Process, result: Result) -> None:
    began = time.monotonic()
    part.signal(signal.SIGTERM)
    ended = await part.dead()
    result.drains[name] = max(result.drains.get(name, 0.0), time.monotonic() - began)
    result.exits[f"{name} {part.running.returncode if ended else 'never'}"] += 1
    if not ended:
        part.signal(signal.SIGKILL)
        await part.dead()
    part.start()
    if part.address:
        await part.serving()
        result.absences[name] = max(result.absences.get(name, 0.0), time.monotonic() - began)


@asynccontextmanager
async def _two_gateways(folder: Path) -> AsyncIterator[tuple[Installation, str, Operated]]:
    """Run all parts, with gateways that stand behind one target."""
    async with installations.distributed(folder) as installation:
        parts = installation.parts
        address = f"127.0.0.1:{free_port()}"
        first = parts.pop("gateway")
        second = first.twin(folder / "gateway2", address=address, DOSSIER_GATEWAY_LISTEN=address)
        installation.parts = {"gateway 1": first, "gateway 2": second, **parts}
        second.start()
        try:
            await second.serving()
            operated = Operated(address, parts["profile"].address, SECRETS["internal"].encode())
            yield installation, f"ipv4:{first.address},{address}", operated
        finally:
            second.clean_up()


@asynccontextmanager
async def _one_process(folder: Path) -> AsyncIterator[tuple[Installation, str, Operated]]:
    async with installations.standalone(folder) as installation:
        data = folder / "data"
        internal = json.loads((data / "internal.json").read_text())["address"]
        secret = (data / "secrets" / "internal.key").read_bytes().strip()
        yield installation, installation.endpoint, Operated(installation.endpoint, internal, secret)


class _Load:
    """Players who call one method after the other, each for as long as it is not `ended`."""

    def __init__(self, target: str, operated: Operated, history: History, *, seed: int, waits: bool) -> None:
        self._target = target
        self._operated = operated
        self._history = history
        self._seed = seed
        self._waits = waits
        self._signed_up = asyncio.Semaphore(0)
        self.tally = Tally()
        self.ended = asyncio.Event()

    async def all_signed_up(self, players: int) -> None:
        """Return when so many players have begun."""
        for _ in range(players):
            await self._signed_up.acquire()

    async def play(self, number: int) -> None:
        """Sign up and call until the load has ended."""
        dice = random.Random(f"{self._seed} player {number}")
        async with grpc.aio.insecure_channel(self._target, options=_OPTIONS) as channel:
            player = _Player(self, Stubs.of(channel), f"player-{uuid.uuid4().hex[:10]}", self._history)
            await player.sign_up()
            await self._operated.grant(player.name, access_pb2.ROLE_REFEREE)
            self._signed_up.release()
            while not self.ended.is_set():
                with suppress(Failed):
                    await player.take_turn(dice)

    async def ask(self, name: str, send: _Send[_T]) -> _T:
        """Make a call, and once more when it could not be served. Raises Failed."""
        self.tally.calls += 1
        began = time.monotonic()
        try:
            return await self._twice(name, send)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.FAILED_PRECONDITION or name not in _UNTIMELY:
                self.tally.failed[self._told(name, error)] += 1
            raise Failed(name) from error
        finally:
            took = time.monotonic() - began
            if took > self.tally.slowest_seconds:
                self.tally.slowest_seconds, self.tally.slowest = took, name

    async def _twice(self, name: str, send: _Send[_T]) -> _T:
        try:
            return await send(False)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
            self.tally.repeated[self._told("", error)] += 1
            advice = decode_error(error, self._target).retry_delay
        await asyncio.sleep(advice or PAUSE_SECONDS)
        return await send(self._waits)

    def _told(self, name: str, error: grpc.aio.AioRpcError) -> str:
        decoded = decode_error(error, self._target)
        return f"{name} {decoded.code.name} {decoded.reason or (error.details() or '')[:60]}".strip()


class _Player:
    """One player's turns: every unary method that clients may call, with its real purpose."""

    def __init__(self, load: _Load, stubs: Stubs, name: str, history: History) -> None:
        self.name = name
        self._load = load
        self._stubs = stubs
        self._history = history
        self._others = [f"{name}-{number}" for number in range(3)]
        self._tokens = auth_pb.Tokens()
        self._last_report_id = ""

    async def sign_up(self) -> None:
        """Open the account, and those of the others at the table."""
        for name in (self.name, *self._others):
            await self._stubs.auth.SignUp(_new_account(name), wait_for_ready=True, timeout=CALL_SECONDS)

    async def take_turn(self, dice: random.Random) -> None:
        """Make one call of each kind. Raises Failed."""
        await self._visit_as_guest(leaves_for_good=dice.random() < 0.5)
        await self._sign_in()
        await self._look_around()
        await self._edit()
        await self._record_game()
        if dice.random() < REPORT_SHARE:
            await self._wish(dice.random())

    async def _visit_as_guest(self, *, leaves_for_good: bool) -> None:
        auth, accounts = self._stubs.auth, self._stubs.accounts
        guest = f"guest-{uuid.uuid4().hex[:12]}"
        tokens = (await self._ask(auth.SignUp, _new_account(guest), anonymous=True)).tokens
        if leaves_for_good:
            request = account_pb.DeleteAccountRequest(username=guest, password=PASSWORD)
            await self._ask(accounts.DeleteAccount, request, token=tokens.access_token)
        else:
            await self._ask(auth.SignOut, auth_pb.SignOutRequest(), token=tokens.access_token)

    async def _sign_in(self) -> None:
        auth = self._stubs.auth
        request = auth_pb.SignInRequest(username=self.name, password=PASSWORD)
        tokens = (await self._ask(auth.SignIn, request, anonymous=True)).tokens
        refresh = auth_pb.RefreshTokensRequest(refresh_token=tokens.refresh_token)
        self._tokens = (await self._ask(auth.RefreshTokens, refresh, anonymous=True)).tokens
        await self._ask(auth.GetCaller, auth_pb.GetCallerRequest())
        await self._ask(auth.GetJwks, auth_pb.GetJwksRequest(), anonymous=True)

    async def _look_around(self) -> None:
        profiles, stubs = self._stubs.profiles, self._stubs
        await self._ask(stubs.accounts.GetAccount, account_pb.GetAccountRequest())
        await self._ask(profiles.GetUser, profile_pb.GetUserRequest(username=self.name))
        await self._ask(profiles.BatchGetUsers, profile_pb.BatchGetUsersRequest(usernames=[self.name]))
        await self._ask(profiles.ListUsers, profile_pb.ListUsersRequest(search="player"))
        await self._ask(stubs.stats.GetPlayerStats, stats_pb.GetPlayerStatsRequest(username=self.name))
        await self._ask(stubs.games.ListGames, game_service_pb.ListGamesRequest(username=self.name))
        await self._ask(stubs.reports.ListReports, report_pb.ListReportsRequest())

    async def _edit(self) -> None:
        user = user_pb2.User(city=f"Kyiv {uuid.uuid4().hex[:4]}")
        await self._ask(self._stubs.profiles.UpdateUser, profile_pb.UpdateUserRequest(username=self.name, user=user))
        await self._ask(self._stubs.avatars.DeleteAvatar, avatar_pb.DeleteAvatarRequest(username=self.name))

    async def _record_game(self) -> None:
        game = a_game([self.name, *self._others], game_pb2.WINNER_RED)
        await self._ask(self._stubs.games.RecordGame, game_service_pb.RecordGameRequest(game=game))
        await self._ask(self._stubs.games.GetGame, game_service_pb.GetGameRequest(game_id=game.game_id))

    async def _wish(self, dice: float) -> None:
        reports, request_id = self._stubs.reports, str(uuid.uuid4())
        facts = {"owner": self.name, "request_id": request_id}
        self._history.add("create", INVOKED, **facts)
        try:
            answer = await self._ask(reports.CreateReport, report_pb.CreateReportRequest(request_id=request_id))
        except Failed:
            self._history.add("create", UNKNOWN, **facts)
            raise
        report_id = answer.report.report_id
        self._history.add("create", OK, **facts, report_id=report_id)
        await self._ask(reports.GetReport, report_pb.GetReportRequest(report_id=report_id))
        if dice < 0.2:
            await self._ask(reports.CancelReport, report_pb.CancelReportRequest(report_id=report_id))
            self._history.add("cancel", OK, report_id=report_id)
        elif dice < 0.4 and self._last_report_id:
            self._history.add("delete", INVOKED, report_id=self._last_report_id)
            await self._ask(reports.DeleteReport, report_pb.DeleteReportRequest(report_id=self._last_report_id))
            report_id = ""
        self._last_report_id = report_id

    async def _ask(
        self, method: Callable[..., Awaitable[_T]], request: Any, *, token: str = "", anonymous: bool = False
    ) -> _T:
        bearer = "" if anonymous else token or self._tokens.access_token
        metadata = (("authorization", f"Bearer {bearer}"),) if bearer else ()

        def send(waits: bool) -> Awaitable[_T]:
            return method(request, metadata=metadata, timeout=CALL_SECONDS, wait_for_ready=waits)

        return await self._load.ask(type(request).__name__.removesuffix("Request"), send)


def _new_account(name: str) -> auth_pb.SignUpRequest:
    return auth_pb.SignUpRequest(username=name, password=PASSWORD)
