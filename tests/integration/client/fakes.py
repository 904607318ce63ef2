"""A server with the real contract and made-up contents, on 127.0.0.1, that can be told to misbehave."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import user_pb2 as user_pb
from dossier.stats.v1 import game_pb2 as game_pb
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from tests.integration.client.fake_reports import FakeReports
from tests.integration.client.fake_shares import FakeShares

PASSWORD = "correct horse battery"
GAME_ID = "01936d3e-8c5a-7f21-9c0b-3a4d5e6f7081"

Context = grpc.aio.ServicerContext[Any, Any]


@dataclass(frozen=True)
class Fault:
    """An error to answer a call with."""

    code: grpc.StatusCode
    reason: str = ""
    message: str = "It went wrong."
    metadata: dict[str, str] = field(default_factory=dict)
    violations: Sequence[tuple[str, str]] = ()
    retry_seconds: float = 0.0

    async def abort(self, context: Context) -> None:
        """End the call with this error."""
        details: list[Any] = []
        if self.reason:
            details.append(error_details_pb2.ErrorInfo(reason=self.reason, domain="dossier", metadata=self.metadata))
        if self.violations:
            bad = [error_details_pb2.BadRequest.FieldViolation(field=f, description=d) for f, d in self.violations]
            details.append(error_details_pb2.BadRequest(field_violations=bad))
        if self.retry_seconds:
            delay = duration_pb2.Duration(nanos=int(self.retry_seconds * 1e9))
            details.append(error_details_pb2.RetryInfo(retry_delay=delay))
        packed = []
        for detail in details:
            packed.append(any_pb2.Any())
            packed[-1].Pack(detail)
        status = status_pb2.Status(code=self.code.value[0], message=self.message, details=packed)
        await context.abort_with_status(rpc_status.to_status(status))


UNAVAILABLE = Fault(grpc.StatusCode.UNAVAILABLE, "SERVER_DRAINING")


class FakeServer:
    """What the services share: accounts, tokens, faults to come, and a record of every call."""

    def __init__(self) -> None:
        self.faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self.calls: list[tuple[str, Any]] = []
        self.tokens_sent: list[tuple[str, str]] = []
        self.users = {name: user_pb.User(username=name, display_name=name.title()) for name in ("anna", "ben", "cho")}
        self.games: dict[str, game_pb.Game] = {}
        self.roles: dict[str, set[int]] = defaultdict(set)
        self.uploads: list[list[avatar_pb.UploadAvatarRequest]] = []
        self.avatar = b"picture" * 1000
        self.avatar_sha256 = hashlib.sha256(self.avatar).hexdigest()
        self.access_lifetime_seconds = 600.0
        self.refresh_takes_seconds = 0.0
        self.generation = 0
        self.expired = False
        self.session_roles: set[int] = set()
        self.service_tokens: list[str] = []
        self.page_size = 2
        self.reports = FakeReports(self)
        self.shares = FakeShares(self)
        self.address = ""

    def fail_next(self, method: str, *faults: Fault) -> None:
        """Answer the next calls of `method` with `faults`."""
        self.faults[method].extend(faults)

    def count(self, method: str) -> int:
        """Return how often `method` was called."""
        return sum(1 for name, _ in self.calls if name == method)

    def requests(self, method: str) -> list[Any]:
        """Return the requests of `method`."""
        return [request for name, request in self.calls if name == method]

    async def enter(self, method: str, request: Any, context: Context, *, signed_in: bool = False) -> None:
        """Record a call, and refuse it when it has no good token or a fault is due."""
        self.calls.append((method, request))
        self.tokens_sent.append((method, str(dict(context.invocation_metadata() or ()).get("authorization", ""))))
        if self.faults[method]:
            await self.faults[method].popleft().abort(context)
        if signed_in:
            await self._check_token(context)

    async def _check_token(self, context: Context) -> None:
        sent = dict(context.invocation_metadata() or ()).get("authorization")
        if not sent:
            await Fault(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING", "Sign in.").abort(context)
        if self.expired or sent != f"Bearer access-{self.generation}":
            await Fault(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_EXPIRED", "Refresh the token.").abort(context)

    def tokens(self) -> auth_pb.Tokens:
        """Return the next pair; only the newest access token and refresh token are good."""
        self.generation += 1
        self.expired = False
        self.session_roles = set(self.roles["anna"])
        tokens = auth_pb.Tokens(access_token=f"access-{self.generation}", refresh_token=f"refresh-{self.generation}")
        tokens.access_expire_time.FromMilliseconds(int((time.time() + self.access_lifetime_seconds) * 1000))
        return tokens
