"""How many calls a process has under way: what is too much is refused at once instead of waiting without end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from runtime.contract import Method
from runtime.errors import Exhausted

RETRY_AFTER_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process takes at once.

    A unary call takes about a third of a millisecond, so that 256 wait for less than a tenth of a second. A password
    takes 20 ms and 19 MiB to hash, so that 32 wait for less than a second. An upload may hold its whole body (5 MiB). A
    download or watcher holds a chunk or less.
    """

    unary: int = 256
    credentials: int = 32
    uploads: int = 16
    streams: int = 1024
    uploads_per_caller: int = 4
    streams_per_caller: int = 32


class Places:
    """The places for one kind of call.

    `per_caller` is one caller's share, 0 for all of them. A caller who has no name has no share either.
    `refused_count` grows with every refusal.
    """

    def __init__(self, kind: str, total: int, *, per_caller: int = 0) -> None:
        self.kind = kind
        self.refused_count = 0
        self._total = total
        self._per_caller = per_caller
        self._taken = 0
        self._callers: Counter[str] = Counter()

    def require_room(self) -> None:
        """Raise Exhausted when all places are taken."""
        if self._taken >= self._total:
            self.refused_count += 1
            raise Exhausted(
                f"The server has too many {self.kind} under way; try again in a moment.",
                retry_after_seconds=RETRY_AFTER_SECONDS,
            )

    @contextmanager
    def held_by(self, caller: str) -> Iterator[None]:
        """Hold a place until leaving. Raises Exhausted when there is none, or the caller has its share."""
        self.require_room()
        if self._per_caller and caller and self._callers[caller] >= self._per_caller:
            self.refused_count += 1
            raise Exhausted(
                f"You have too many {self.kind} under way; finish one first.", retry_after_seconds=RETRY_AFTER_SECONDS
            )
        self._taken += 1
        self._callers[caller] += 1
        try:
            yield
        finally:
            self._taken -= 1
            self._callers[caller] -= 1
            if not self._callers[caller]:
                del self._callers[caller]


class Admission:
    """The places of one process, by kind of call.

    Args:
        at_the_edge: whether clients connect here themselves, so that the network of an anonymous one means something
            and has a share; behind a gateway it is the gateway's.
        trusted_proxies: how many proxies they come through; see runtime.addresses.
    """

    def __init__(self, limits: Limits | None = None, *, at_the_edge: bool = False, trusted_proxies: int = 0) -> None:
        limits = limits or Limits()
        self.at_the_edge = at_the_edge
        self.trusted_proxies = trusted_proxies
        self.unary = Places("calls", limits.unary)
        self.credentials = Places("sign-ins", limits.credentials)
        self.uploads = Places("uploads", limits.uploads, per_caller=limits.uploads_per_caller)
        self.streams = Places("streams", limits.streams, per_caller=limits.streams_per_caller)

    @property
    def kinds(self) -> tuple[Places, ...]:
        """The places of every kind."""
        return tuple(places for places in vars(self).values() if isinstance(places, Places))

    def places_for(self, method: Method) -> Places:
        """Return the places that calls of the method share with others of their kind."""
        places: Places = getattr(self, kind_of(method))
        return places


def kind_of(method: Method) -> str:
    """Return the kind of call that a method is, as `Limits` names it."""
    if method.server_streaming:
        return "streams"
    if method.client_streaming:
        return "uploads"
    return "credentials" if method.hashes_password else "unary"
