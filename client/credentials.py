"""Where the tokens of a signed-in account are kept between calls and between processes."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from contextlib import AbstractAsyncContextManager

LOCK_TIMEOUT_SECONDS: Final = 40.0
_LOCK_POLL_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True)
class Credentials:
    """The tokens of one session. Both are secrets and stay out of `repr`.

    Attributes:
        username: whose session it is.
        access_expire_seconds: when the access token ends, in seconds since 1970.
    """

    username: str
    access_token: str = field(repr=False)
    access_expire_seconds: float
    refresh_token: str = field(repr=False)


class CredentialStore(Protocol):
    """Keeps the credentials of each endpoint. `save` and `clear` are called only while `exclusive` is held."""

    def load(self, endpoint: str) -> Credentials | None:
        """Return what is kept for `endpoint`, or None."""

    def save(self, endpoint: str, credentials: Credentials) -> None:
        """Keep `credentials` for `endpoint` in place of what was there."""

    def clear(self, endpoint: str) -> None:
        """Forget what is kept for `endpoint`."""

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """Keep every other user of the same store out, also those in other processes."""


class MemoryCredentialStore:
    """Keeps credentials as long as the process lives."""

    def __init__(self) -> None:
        self._kept: dict[str, Credentials] = {}
        self._lock = asyncio.Lock()

    def load(self, endpoint: str) -> Credentials | None:
        """Return what is kept for `endpoint`, or None."""
        return self._kept.get(endpoint)

    def save(self, endpoint: str, credentials: Credentials) -> None:
        """Keep `credentials` for `endpoint`."""
        self._kept[endpoint] = credentials

    def clear(self, endpoint: str) -> None:
        """Forget what is kept for `endpoint`."""
        self._kept.pop(endpoint, None)

    @contextlib.asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """Keep the other clients that share this store out."""
        async with self._lock:
            yield


def default_credentials_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Return DOSSIER_CREDENTIALS, or `dossier/credentials.json` in the user's configuration directory."""
    if chosen := environ.get("DOSSIER_CREDENTIALS"):
        return Path(chosen)
    base = environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "dossier" / "credentials.json"


class FileCredentialStore:
    """Keeps credentials in a JSON file that only its owner may read (mode 0600), replaced in one step.

    A lock file beside it keeps other processes out, so that two of them never use up one refresh token. A file that is
    not ours or is damaged counts as empty.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_credentials_path()

    def load(self, endpoint: str) -> Credentials | None:
        """Return what is kept for `endpoint`, or None."""
        try:
            return Credentials(**self._read()[endpoint])
        except (KeyError, TypeError):
            return None

    def save(self, endpoint: str, credentials: Credentials) -> None:
        """Keep `credentials` for `endpoint`. Raises OSError."""
        self._write({**self._read(), endpoint: asdict(credentials)})

    def clear(self, endpoint: str) -> None:
        """Forget what is kept for `endpoint`. Raises OSError."""
        kept = self._read()
        if kept.pop(endpoint, None) is not None:
            self._write(kept)

    @contextlib.asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """Keep other processes out. Raises TimeoutError after 40 seconds, OSError when there is no writing there."""
        self._make_directory()
        descriptor = os.open(
            self.path.with_name(f"{self.path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            await _lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self.path.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def _write(self, kept: dict[str, Any]) -> None:
        self._make_directory()
        # mkstemp makes the file with mode 0600, so the tokens are never readable by others, not even for a moment.
        descriptor, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(kept, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except BaseException:
            os.unlink(name)
            raise

    def _make_directory(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


async def _lock(descriptor: int) -> None:
    """Lock an open file; it is unlocked by closing it, also when the process dies."""
    give_up_time = time.monotonic() + LOCK_TIMEOUT_SECONDS
    while True:
        try:
            # Asked for again and again, since a thread that waits could not be cancelled and would keep the lock.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > give_up_time:
                raise TimeoutError("another process has kept the credentials locked for too long") from None
            await asyncio.sleep(_LOCK_POLL_SECONDS)
        else:
            return
