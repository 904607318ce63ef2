"""Five times what an installation can serve, and what it still serves then.

First the most good answers a second is looked for, with ever more calls under way at once. Then calls are sent by a
schedule at five times that rate, whatever becomes of them, as from many clients that know nothing of each other. All
processes of the installation share one core, the clients have the other one.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import grpc
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.report.v1 import report_service_pb2 as report_pb

from bench.processes import LOAD_CORE, SERVER_CORE, pinned
from tests.e2e.installations import Installation, distributed, standalone
from tests.faults.flood import CANCELLED, OK, RESOURCE_EXHAUSTED, Flood, Request, Tally

PLAYERS = 48
PASSWORD = "a long and unusual password"
DEADLINE_SECONDS = 2.0
TIMES = 5
LONGEST_SECONDS = 60.0
KEPT_BAR, REFUSED_P99_BAR = 0.8, 0.1
UNDER_WAY = (8, 16, 32, 64)
# What is refused before it is taken up has no details, see runtime.server; the rest is ours, with a delay to wait.
REFUSALS = (CANCELLED, RESOURCE_EXHAUSTED)
NAMES = {0: "OK", 1: "refused by gRPC", 4: "too late", 8: "refused by Dossier", -1: "never sent", -2: "broken off"}
SHAPES: Mapping[str, Callable[[Path], AbstractContextManager[Installation]]] = {
    "standalone": standalone,
    "gateway and services": distributed,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an installation made of too many calls.

    Attributes:
        peak: the most that it answered, before or after.
    """

    shape: str
    peak: Tally
    overload: Tally

    @property
    def kept(self) -> float:
        """The goodput against the peak, by the clock."""
        return self.overload.goodput / self.peak.goodput

    @property
    def kept_by_processor(self) -> float:
        """The same for each second in which the installation had a processor, whatever else runs on the machine."""
        return self.kept * self.peak.busy / self.overload.busy

    @property
    def refused_p99(self) -> float:
        """How long 99 of 100 refused calls took at most, in seconds."""
        return self.overload.quantile(0.99, *REFUSALS)

    @property
    def broken(self) -> bool:
        """Whether a bar was missed: the goodput's by the clock and by the processor, as a busy machine misses one."""
        return max(self.kept, self.kept_by_processor) < KEPT_BAR or self.refused_p99 > REFUSED_P99_BAR

    def lines(self) -> list[str]:
        """Return the figures, each beside its bar."""
        over, peak = self.overload, self.peak
        codes = ", ".join(f"{count} {NAMES.get(code, code)}" for code, count in over.codes.most_common() if count)
        return [
            f"{self.shape}: its processes on core {SERVER_CORE}, the clients on core {LOAD_CORE}",
            f"    peak {peak.goodput:.0f} good answers/s, p99 {peak.quantile(0.99, OK) * 1000:.0f} ms, "
            f"with {peak.busy:.2f} of the core",
            f"    offered {over.offered / over.seconds:.0f}/s for {over.seconds:.0f} s: {over.goodput:.0f} good "
            f"answers/s, p99 {over.quantile(0.99, OK) * 1000:.0f} ms, with {over.busy:.2f} of the core",
            f"    goodput against peak {self.kept:.0%}, by processor time {self.kept_by_processor:.0%} "
            f"(bar {KEPT_BAR:.0%}); refused p99 {self.refused_p99 * 1000:.0f} ms (bar {REFUSED_P99_BAR * 1000:.0f} ms)",
            f"    {codes}",
        ]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What each shape made of it."""

    shapes: Sequence[Outcome]

    @property
    def broken(self) -> bool:
        """Whether any of them missed a bar."""
        return any(outcome.broken for outcome in self.shapes)

    def lines(self) -> list[str]:
        """Return the figures of all."""
        return [line for outcome in self.shapes for line in outcome.lines()]


async def measure(seed: int, seconds: float, folder: Path) -> Outcomes:
    """Overload each shape in turn, for a minute at most."""
    outcomes = []
    for number, shape in enumerate(SHAPES):
        scratch = folder / str(number)
        scratch.mkdir(parents=True)
        outcomes.append(
            await asyncio.to_thread(overload, shape, scratch, seconds=min(seconds, LONGEST_SECONDS), seed=seed)
        )
    return Outcomes(outcomes)


def overload(shape: str, folder: Path, *, seconds: float = 60.0, peak_seconds: float = 4.0, seed: int = 0) -> Outcome:
    """Find an installation's peak and offer five times as much for `seconds`."""
    with started(shape, folder) as installation:
        tokens = sign_up(installation.endpoint, PLAYERS)
        with closing(clients_of(installation, tokens, seed=seed)) as clients:
            before = _peak(clients, peak_seconds)
            over = clients.offer(TIMES * before.goodput, seconds=seconds)
            return Outcome(shape, max(before, _peak(clients, peak_seconds), key=_goodput), over)


def clients_of(installation: Installation, tokens: Mapping[str, str], *, seed: int) -> Flood:
    """Return the players as clients that send the mix."""
    return Flood(
        installation.endpoint,
        tokens,
        mix(list(tokens), seed=seed),
        deadline_seconds=DEADLINE_SECONDS,
        processor_seconds=partial(_processor_seconds, installation),
        seed=seed,
    )


def _peak(clients: Flood, seconds: float) -> Tally:
    return max((clients.keep(count, seconds=seconds) for count in UNDER_WAY), key=_goodput)


def _goodput(tally: Tally) -> float:
    return tally.goodput


def _processor_seconds(installation: Installation) -> float:
    # How Linux names another process's clock: see MAKE_PROCESS_CPUCLOCK in its posix-timers.h.
    return sum(time.clock_gettime((~part.running.pid << 3) | 2) for part in installation.parts.values())


@contextmanager
def started(shape: str, folder: Path) -> Iterator[Installation]:
    """Run an installation on one core, and this process on the other."""
    with pinned([SERVER_CORE]), SHAPES[shape](folder) as installation, pinned([LOAD_CORE]):
        yield installation


def sign_up(endpoint: str, players: int) -> dict[str, str]:
    """Open accounts and return an access token of each by username."""
    names = [f"player-{number}" for number in range(players)]
    with grpc.insecure_channel(endpoint) as channel:
        stub = auth_rpc.AuthServiceStub(channel)
        answers = [stub.SignUp(auth_pb.SignUpRequest(username=name, password=PASSWORD), timeout=60) for name in names]
    return {name: answer.tokens.access_token for name, answer in zip(names, answers, strict=True)}


def mix(names: Sequence[str], *, seed: int) -> list[Request]:
    """Return the calls that players make: mostly they look at each other. One sign-in costs as much as fifty reads."""
    dice = random.Random(seed)
    profiles, auth = "/dossier.profile.v1.ProfileService", "/dossier.auth.v1.AuthService"
    reports = "/dossier.report.v1.ReportService"

    def update(player: str) -> profile_pb.UpdateUserRequest:
        return profile_pb.UpdateUserRequest(username=player, user={"city": f"City {dice.randrange(1000)}"})

    return [
        Request(f"{profiles}/GetUser", lambda _: profile_pb.GetUserRequest(username=dice.choice(names)), 0.90),
        Request(f"{profiles}/ListUsers", lambda _: profile_pb.ListUsersRequest(page_size=20), 0.045),
        Request(f"{profiles}/UpdateUser", update, 0.045),
        Request(f"{reports}/CreateReport", lambda player: report_pb.CreateReportRequest(username=player), 0.005),
        Request(
            f"{auth}/SignIn",
            lambda player: auth_pb.SignInRequest(username=player, password=PASSWORD),
            0.005,
            signed_in=False,
        ),
    ]
