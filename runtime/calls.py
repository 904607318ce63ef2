"""The call that is being served: who calls, under which id, until when."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from runtime.errors import Unauthenticated


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in account, as its verified access token states it."""

    account_id: str
    username: str
    roles: frozenset[str]
    session_id: str
    expire_time: datetime
    token: str = field(repr=False)


@dataclass(slots=True)
class Call:
    """One RPC under way.

    Attributes:
        caller: None for an anonymous call and for a call by another part of the installation.
        deadline: on the monotonic clock; None when the client set none.
        ended: is told of the call at its end, when `code` is known.
    """

    method: str
    request_id: str
    caller: Caller | None = None
    peer_service: str = ""
    deadline: float | None = None
    code: str = "OK"
    started: float = field(default_factory=time.perf_counter)
    ended: Callable[[Call], None] = field(default=lambda _call: None, repr=False)


# What is kept of a call's time for the answer's way back.
RETURN_SECONDS = 0.05
_current: ContextVar[Call | None] = ContextVar("call", default=None)


def enter(call: Call) -> None:
    """Make `call` the one that this task serves."""
    _current.set(call)


def current() -> Call | None:
    """Return the call that this task serves, None outside of one."""
    return _current.get()


def caller() -> Caller:
    """Return the signed-in caller. Raises Unauthenticated outside of a signed-in call."""
    call = _current.get()
    if call is None or call.caller is None:
        raise Unauthenticated("Sign in first.")
    return call.caller


def seconds_left(cap: float) -> float:
    """Return how long an outbound call may take: at most `cap`, and less than what is left of the call served."""
    call = _current.get()
    if call is None or call.deadline is None:
        return cap
    return max(0.001, min(cap, call.deadline - time.monotonic() - RETURN_SECONDS))
