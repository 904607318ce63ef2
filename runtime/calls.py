"""The call that is being served: who calls, under which id, until when."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True, slots=True)
class Origin:
    """The call that asked for something which is done later, perhaps by another process.

    Attributes:
        request_id: the call's; empty when it is not known.
        traceparent: where the work belongs in a trace, as W3C Trace Context has it; empty when nobody traces.
    """

    request_id: str = ""
    traceparent: str = ""


NO_CALL = Origin()


@dataclass(slots=True)
class Call:
    """One RPC under way, or work that such a one asked for (`resume`).

    Attributes:
        request_id: empty only of work whose call is not known.
        traceparent: see `Origin`.
        caller: None for an anonymous call and for a call by another part of the installation.
        deadline: on the monotonic clock; None when the client set none.
        ended: is told of the call at its end, when `code` is known.
    """

    method: str
    request_id: str
    traceparent: str = ""
    caller: Caller | None = None
    peer_service: str = ""
    deadline: float | None = None
    code: str = "OK"
    started: float = field(default_factory=time.perf_counter)
    ended: Callable[[Call], None] = field(default=lambda _call: None, repr=False)


# What is kept of a call's time for the answer's way back.
RETURN_SECONDS = 0.05
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
# https://www.w3.org/TR/trace-context/#traceparent-header
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_current: ContextVar[Call | None] = ContextVar("call", default=None)


def enter(call: Call) -> None:
    """Make `call` the one that this task serves."""
    _current.set(call)


def resume(origin: Origin) -> None:
    """Make what this task does part of the call that asked for it: in logs, in traces, and to other parts."""
    _current.set(Call("", origin.request_id, origin.traceparent))


@contextmanager
def within(origin: Origin) -> Iterator[None]:
    """Have what this task does until leaving belong to a narrower place in the trace."""
    call = _current.get()
    inner = Call("", origin.request_id, origin.traceparent)
    if call is not None:
        inner = replace(call, traceparent=origin.traceparent)
    token = _current.set(inner)
    try:
        yield
    finally:
        _current.reset(token)


def origin() -> Origin:
    """Return what to keep of the call that this task serves, for work that is done later."""
    call = _current.get()
    return NO_CALL if call is None else Origin(call.request_id, call.traceparent)


def origin_of(request_id: object, traceparent: object) -> Origin:
    """Return what somebody else says of a call, without what is not well formed."""
    return Origin(
        request_id if isinstance(request_id, str) and _REQUEST_ID.fullmatch(request_id) else "",
        traceparent if isinstance(traceparent, str) and _TRACEPARENT.fullmatch(traceparent) else "",
    )


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
