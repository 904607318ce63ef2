"""The operator's calls: roles and service accounts, on the installation's internal address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.profile.v1 import credentials_service_pb2_grpc as credentials_rpc

from client.connection import DEFAULT_TIMEOUT_SECONDS, decoded, metadata_of, open_channel
from client.endpoints import Transport

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from dossier.access.v1 import access_pb2 as access_pb


class OperatorClient:
    """Calls CredentialsService with a service token; never through the gateway."""

    def __init__(self, address: str, *, mint_token: Callable[[], str]) -> None:
        """Prepare the client.

        Args:
            address: `host:port` of the profile service's internal port.
            mint_token: returns a fresh service token.
        """
        self._address = address
        self._mint_token = mint_token

    async def __aenter__(self) -> OperatorClient:
        """Open the channel, inside the running event loop."""
        self._channel = open_channel(self._address, Transport())
        self._stub = credentials_rpc.CredentialsServiceStub(self._channel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the channel."""
        await self._channel.close()

    async def grant_role(self, username: str, role: access_pb.Role) -> None:
        """Give an account a role; its tokens have it from their next refresh on. Raises DossierError."""
        request = credentials_pb.GrantRoleRequest(username=username, role=role)
        call = self._stub.GrantRole(request, metadata=self._metadata(), timeout=DEFAULT_TIMEOUT_SECONDS)
        await decoded(call, self._address)

    async def revoke_role(self, username: str, role: access_pb.Role) -> None:
        """Take a role away, which ends the account's sessions. Raises DossierError."""
        request = credentials_pb.RevokeRoleRequest(username=username, role=role)
        call = self._stub.RevokeRole(request, metadata=self._metadata(), timeout=DEFAULT_TIMEOUT_SECONDS)
        await decoded(call, self._address)

    async def create_service_account(self, username: str, *, display_name: str = "") -> str:
        """Open an account for a program and return its API key, which cannot be read again. Raises DossierError."""
        request = credentials_pb.CreateServiceAccountRequest(username=username, display_name=display_name)
        call = self._stub.CreateServiceAccount(request, metadata=self._metadata(), timeout=DEFAULT_TIMEOUT_SECONDS)
        return (await decoded(call, self._address)).secret

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return metadata_of(self._mint_token())
