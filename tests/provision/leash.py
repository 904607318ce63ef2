"""A process group that ends with its owner: however the tests end, nothing they started stays behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

# Group leader. Its standard input is a pipe whose other end only the owner holds, so end-of-file means that
# the owner is gone, even by SIGKILL. Not PR_SET_PDEATHSIG: that fires when the starting *thread* ends, and
# asyncio.to_thread ends its threads with every event loop.
_LEADER = """
exec 3<&0 </dev/null
( trap '' TERM; cat <&3 >/dev/null; {last_rites} kill -KILL 0 ) &
exec 3<&-
trap : TERM
{companion}
"$@"
kill -KILL 0
"""


class LeashedGroup:
    """One command in a session of its own, with an optional companion that lives exactly as long."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        environ: Mapping[str, str],
        folder: Path | None = None,
        companion: str = "",
        last_rites: str = "",
    ) -> None:
        """Start it, both outputs appended to the log.

        Args:
            command: The main command; the group ends when it does.
            log: File for what the group prints.
            environ: The whole environment.
            folder: Working directory; the caller's own when absent.
            companion: Shell words that start a helper in the background, ending in ``&``.
            last_rites: Shell words to run when the owner is gone, ending in ``;``.
        """
        script = _LEADER.format(companion=companion, last_rites=last_rites)
        self._life, held = os.pipe()
        with log.open("ab") as output:
            self._leader = subprocess.Popen(
                ["sh", "-c", script, "sh", *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                env=environ,
                cwd=folder,
                pass_fds=(held,),
                start_new_session=True,
            )
        os.close(held)

    def is_running(self) -> bool:
        """Return whether the main command has not ended yet."""
        return self._leader.poll() is None

    def terminate(self, *, grace_seconds: float) -> None:
        """Ask the group to end, wait for that, and kill what is left after the grace."""
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._leader.wait(grace_seconds)
        self.kill()

    def kill(self) -> None:
        """Kill the whole group and return when every process of it is gone."""
        self._signal(signal.SIGKILL)
        self._leader.wait()
        # Every member inherited the writing end of this pipe; it reads end-of-file when the last one is dead.
        # Zombies that nobody reaps do not count, as they would in killpg(pgid, 0).
        if not select.select([self._life], [], [], 10)[0]:
            raise RuntimeError(f"process group {self._leader.pid} outlived SIGKILL")
        os.close(self._life)
        if self._leader.stdin:
            self._leader.stdin.close()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._leader.pid, number)
