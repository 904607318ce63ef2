"""Somebody who guesses passwords at the gateway: what they learn, and how many they get to try.

The gateway is told that one proxy stands in front, and the guesser plays that proxy, so that guesses come from as many
networks as the measure wants; the limits are those of every installation.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import grpc
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc

from profile_service.guessing import ONE_SOURCE
from tests.e2e.installations import SECRETS
from tests.e2e.processes import Part
from tests.provision.ports import free_port
from tests.statuses import reason_of

ATTEMPTS = 300
# So few of each that no account is tried so often that it has to wait.
NAMES = 10
WARM_UP = 20
AUC_BAR = (0.45, 0.55)
SIMULTANEOUS = 256
GIANT_BYTES = 1024 * 1024
GIANT_TIMES = 30
GIANT_BAR_SECONDS = 0.005
TIMEOUT_SECONDS = 30.0
PASSWORD = "a long and unusual password"


@dataclass
class Guessing:
    """What came of it.

    Attributes:
        known, unknown: how long each refusal took, in seconds, for usernames that exist and that do not.
        answers: what 256 guesses at the same moment were answered, by their reasons.
        giants: how long the refusal of a password of 1 MiB took, and of one that just fits into a message.
    """

    known: list[float] = field(default_factory=list)
    unknown: list[float] = field(default_factory=list)
    refusals: set[tuple[Any, ...]] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    giants: dict[str, list[float]] = field(default_factory=dict)

    @property
    def auc(self) -> float:
        """How well the time tells existing usernames from others: 0.5 not at all, 1.0 or 0.0 always."""
        return auc(self.known, self.unknown)

    @property
    def broken(self) -> bool:
        """Whether a bar was missed."""
        return (
            not AUC_BAR[0] <= self.auc <= AUC_BAR[1]
            or len(self.refusals) != 1
            or self.answers["CREDENTIALS_WRONG"] > ONE_SOURCE.free
            or any(median(times) > GIANT_BAR_SECONDS for times in self.giants.values())
        )

    def lines(self) -> list[str]:
        """Return the figures."""
        return [
            f"AUC of 'it exists' by time, 2 x {len(self.known)}: {self.auc:.3f} ({AUC_BAR[0]} to {AUC_BAR[1]});"
            f" median {1000 * median(self.known):.2f} ms known, {1000 * median(self.unknown):.2f} ms unknown",
            f"different refusals, by code, words, details and trailers: {len(self.refusals)} (1)",
            f"{SIMULTANEOUS} guesses at once: {self.answers['CREDENTIALS_WRONG']} looked at ({ONE_SOURCE.free}),"
            f" the others {dict(self.answers - Counter(CREDENTIALS_WRONG=SIMULTANEOUS))}",
            *(
                f"password of {name} refused in {1000 * median(times):.2f} ms, the slowest of {len(times)}"
                f" {1000 * max(times):.2f} ms (5 ms)"
                for name, times in self.giants.items()
            ),
        ]


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the share of pairs of which the positive one is greater; of equals a half."""
    greater = sum((one > other) + (one == other) / 2 for one in positive for other in negative)
    return greater / (len(positive) * len(negative))


class Guesser:
    """Signs in at the gateway, from whatever network is wanted."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._auth: Any = auth_rpc.AuthServiceStub(channel)
        self._network = 0

    async def sign_up(self, username: str) -> None:
        """Open an account."""
        request = auth_pb.SignUpRequest(username=username, password=PASSWORD)
        await self._auth.SignUp(request, timeout=TIMEOUT_SECONDS, metadata=self.elsewhere(), wait_for_ready=True)

    def elsewhere(self) -> tuple[tuple[str, str], ...]:
        """Return the metadata of a network that was not used before."""
        self._network += 1
        return (("x-forwarded-for", f"10.{self._network // 256}.{self._network % 256}.1"),)

    async def refused(
        self, username: str, password: str, *, metadata: tuple[tuple[str, str], ...]
    ) -> tuple[float, grpc.aio.AioRpcError]:
        """Try a wrong password and return how long the refusal took, and the refusal."""
        request = auth_pb.SignInRequest(username=username, password=password)
        begun = time.perf_counter()
        try:
            await self._auth.SignIn(request, timeout=TIMEOUT_SECONDS, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            return time.perf_counter() - begun, error
        raise AssertionError(f"{username} was let in")


@asynccontextmanager
async def _gateway(folder: Path) -> AsyncIterator[Guesser]:
    gateway, profile = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    shared = {"INTERNAL_SECRET": SECRETS["internal"], "LOG_LEVEL": "warning"}
    settings = {
        "gateway": {
            "LISTEN": gateway,
            "PROFILE_ADDRESS": profile,
            "SIGNING_KEY_FILE": str(folder / "signing-key.pem"),
            "CREATE_SIGNING_KEY": "true",
            "TRUSTED_PROXIES": "1",
        },
        "profile_service": {
            "LISTEN": profile,
            "GATEWAY_ADDRESS": gateway,
            "DATA_DIR": str(folder / "profile"),
            "REFRESH_SECRET": SECRETS["refresh"],
            "PAGE_SECRET": SECRETS["page"],
            "DELETION_SECRET": SECRETS["deletion"],
        },
    }
    parts = [
        Part(
            module,
            environ={
                f"DOSSIER_{module.split('_')[0].upper()}_{name}": value for name, value in {**shared, **own}.items()
            },
            folder=folder,
            address=own["LISTEN"],
        )
        for module, own in settings.items()
    ]
    try:
        for part in parts:
            part.start()
        for part in parts:
            await asyncio.to_thread(part.wait_serving)
        async with grpc.aio.insecure_channel(gateway, options=(("grpc.max_send_message_length", -1),)) as channel:
            yield Guesser(channel)
    finally:
        for part in parts:
            part.clean_up()


async def guess(seed: int, folder: Path, *, attempts: int = ATTEMPTS) -> Guessing:
    """Measure with so many attempts at usernames of each kind."""
    seen, choice = Guessing(), random.Random(seed)
    async with _gateway(folder) as guesser:
        known, unknown = ([f"{kind}-{number}" for number in range(NAMES)] for kind in ("anna", "otto"))
        for username in known:
            await guesser.sign_up(username)
        for number in range(-WARM_UP, attempts):
            pair = [(seen.known, choice.choice(known)), (seen.unknown, choice.choice(unknown))]
            for times, username in choice.sample(pair, 2):
                took, error = await guesser.refused(username, f"guess {number}", metadata=guesser.elsewhere())
                if number >= 0:
                    times.append(took)
                    seen.refusals.add((error.code(), error.details(), tuple(error.trailing_metadata() or ())))
        for name, size in (("1 MiB", GIANT_BYTES), ("1 MiB less 1 KiB", GIANT_BYTES - 1024)):
            giant = "x" * size
            refusals = [
                await guesser.refused(known[0], giant, metadata=guesser.elsewhere()) for _ in range(GIANT_TIMES)
            ]
            seen.giants[name] = [took for took, _ in refusals]
        here = guesser.elsewhere()
        guesses = (guesser.refused(known[0], f"guess {number}", metadata=here) for number in range(SIMULTANEOUS))
        seen.answers.update([reason_of(error) for _, error in await asyncio.gather(*guesses)])
    return seen


async def measure(seed: int, _seconds: float, folder: Path) -> Guessing:
    """Measure as the bars are set: 2 x 300 attempts."""
    return await guess(seed, folder)
