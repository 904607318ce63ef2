"""The client: every call of the public contract as a typed method."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from client.administration import AdminCalls
from client.avatars import AvatarCalls
from client.connection import DEFAULT_TIMEOUT_SECONDS, Connection
from client.credentials import CredentialStore, MemoryCredentialStore
from client.endpoints import Transport, endpoint_from_environment
from client.games import GameCalls
from client.patience import Backoff
from client.privacy import PrivacyCalls
from client.profiles import ProfileCalls
from client.reports import ReportCalls
from client.share_links import ShareLinkCalls
from client.statistics import StatisticsCalls

if TYPE_CHECKING:
    from types import TracebackType


class DossierClient(
    PrivacyCalls,
    ProfileCalls,
    AvatarCalls,
    GameCalls,
    StatisticsCalls,
    ReportCalls,
    ShareLinkCalls,
    AdminCalls,
):
    """A client of one server, on one channel.

        async with DossierClient("localhost:7070", credentials=FileCredentialStore()) as dossier:
            await dossier.sign_in("anna", password)
            report = await dossier.create_report()

    Each call has a deadline. Tokens are refreshed before they end. Reads, and writes that are safe to repeat, are sent
    once more when the server cannot be reached. A refused call raises DossierError.
    """

    def __init__(
        self,
        endpoint: str | None = None,
        *,
        credentials: CredentialStore | None = None,
        tls: bool = False,
        root_ca: str | os.PathLike[str] | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
        backoff: Backoff | None = None,
    ) -> None:
        """Prepare the client; it connects when it is entered and used.

        Args:
            endpoint: `host:port`. Default: DOSSIER_ENDPOINT, or localhost:7070.
            credentials: where tokens are kept. Default: in memory, for as long as this client lives.
            tls: whether to encrypt. Passwords and tokens pass in clear text without it.
            root_ca: PEM file of the authority to trust instead of the system's own; encrypts, too.
            timeout_seconds: the deadline of a single call; uploads, downloads and watching have their own.
            backoff: the pauses before a cut stream is opened again.
        """
        self.endpoint = endpoint or endpoint_from_environment()
        self._transport = Transport(tls=tls, root_ca=Path(root_ca) if root_ca else None)
        self._store = credentials or MemoryCredentialStore()
        self._timeout_seconds = timeout_seconds
        self._backoff = backoff or Backoff()

    async def __aenter__(self) -> DossierClient:
        """Open the channel, inside the running event loop."""
        self._connection = Connection(
            self.endpoint,
            self._transport,
            store=self._store,
            timeout_seconds=self._timeout_seconds,
            backoff=self._backoff,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the channel."""
        await self._connection.close()
