"""Whether a sign-in session still stands, remembered for a few seconds."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import ClassVar

from runtime.calls import Caller
from runtime.errors import Unauthenticated

# A session that was ended is refused everywhere within five seconds; the rest is room for the question itself.
CACHE_SECONDS = 4.0
CACHE_ENTRIES = 20_000


class SessionEnded(Unauthenticated):
    """The session was ended, or its account was deleted."""

    reason: ClassVar[str] = "SESSION_ENDED"


class SessionCheck:
    """Refuses callers whose session was ended. `is_live` asks whoever owns the sessions."""

    def __init__(self, is_live: Callable[[str], Awaitable[bool]]) -> None:
        self._is_live = is_live
        self._seen_live: OrderedDict[str, float] = OrderedDict()

    def remembers(self, caller: Caller) -> bool:
        """Return whether the session was seen live a moment ago, without asking anybody."""
        return time.monotonic() < self._seen_live.get(caller.session_id, 0.0)

    async def require_live(self, caller: Caller) -> None:
        """Return when the caller's session stands. Raises SessionEnded, or Unavailable when nobody can say."""
        if self.remembers(caller):
            return
        asked = time.monotonic()
        if not await self._is_live(caller.session_id):
            raise SessionEnded("This sign-in session has ended; sign in again.")
        self._seen_live[caller.session_id] = asked + CACHE_SECONDS
        self._seen_live.move_to_end(caller.session_id)
        if len(self._seen_live) > CACHE_ENTRIES:
            self._seen_live.popitem(last=False)

    def forget(self, session_id: str) -> None:
        """Ask again at the session's next call."""
        self._seen_live.pop(session_id, None)
