"""What managers and admins do: roles, bans, the audit log, the accounts of programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dossier.access.v1 import access_pb2 as access_pb
from dossier.admin.v1 import admin_service_pb2 as admin_pb
from dossier.admin.v1 import api_key_pb2 as api_key_pb
from dossier.admin.v1 import audit_event_pb2 as audit_pb
from dossier.admin.v1 import managed_account_pb2 as account_pb

from client.connection import Connection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from datetime import datetime


class AdminCalls:
    """The calls for who has the role of manager or admin. Each raises DossierError (ROLE_MISSING) to others."""

    _connection: Connection

    async def search_users(
        self,
        prefix: str = "",
        *,
        state: account_pb.AccountState = account_pb.ACCOUNT_STATE_UNSPECIFIED,
        role: access_pb.Role = access_pb.ROLE_UNSPECIFIED,
        page_size: int = 0,
    ) -> AsyncIterator[account_pb.ManagedAccount]:
        """Yield accounts by username, page after page: those whose username, name or, for an admin, e-mail begins so.

        Raises DossierError.
        """
        request = admin_pb.SearchUsersRequest(prefix=prefix, state=state, role=role, page_size=page_size)
        method = self._connection.stubs.admin.SearchUsers
        while True:
            page = await self._connection.unary(method, request, signed_in=True, repeatable=True)
            for account in page.accounts:
                yield account
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return

    async def set_roles(
        self, username: str, *, give: Iterable[access_pb.Role] = (), take: Iterable[access_pb.Role] = ()
    ) -> list[access_pb.Role]:
        """Give and take roles and return those that the account has then; taking one ends its sessions.

        Raises DossierError (USER_NOT_FOUND, ROLE_NOT_GRANTABLE, LAST_ADMIN).
        """
        request = admin_pb.SetRolesRequest(username=username, give=give, take=take)
        method = self._connection.stubs.admin.SetRoles
        return list((await self._connection.unary(method, request, signed_in=True, repeatable=True)).roles)

    async def ban_user(self, username: str, *, reason: str, expire_time: datetime | None = None) -> None:
        """End an account's sessions and keep it out, until a moment or until the ban is lifted.

        Raises DossierError (USER_NOT_FOUND, BAN_NOT_ALLOWED, INVALID_REQUEST).
        """
        request = admin_pb.BanUserRequest(username=username, reason=reason, expire_time=expire_time)
        await self._connection.unary(self._connection.stubs.admin.BanUser, request, signed_in=True, repeatable=True)

    async def unban_user(self, username: str) -> None:
        """Lift an account's ban. Raises DossierError (USER_NOT_FOUND, BAN_NOT_ALLOWED)."""
        request = admin_pb.UnbanUserRequest(username=username)
        await self._connection.unary(self._connection.stubs.admin.UnbanUser, request, signed_in=True, repeatable=True)

    async def list_audit_events(
        self,
        *,
        username: str = "",
        kind: audit_pb.AuditEventKind = audit_pb.AUDIT_EVENT_KIND_UNSPECIFIED,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        page_size: int = 0,
    ) -> AsyncIterator[audit_pb.AuditEvent]:
        """Yield what happened to accounts, newest first, page after page: all, or what concerns one account.

        The times are aware; `start_time` is included, `end_time` is not. Raises DossierError (USER_NOT_FOUND).
        """
        request = admin_pb.ListAuditEventsRequest(
            username=username, kind=kind, start_time=start_time, end_time=end_time, page_size=page_size
        )
        method = self._connection.stubs.admin.ListAuditEvents
        while True:
            page = await self._connection.unary(method, request, signed_in=True, repeatable=True)
            for event in page.events:
                yield event
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return

    async def create_service_account(self, username: str, *, display_name: str = "") -> None:
        """Open an account for a program; `create_api_key` lets it in. Raises DossierError (USERNAME_TAKEN)."""
        request = admin_pb.CreateServiceAccountRequest(username=username, display_name=display_name)
        await self._connection.unary(self._connection.stubs.admin.CreateServiceAccount, request, signed_in=True)

    async def create_api_key(self, username: str, *, display_name: str) -> admin_pb.CreateApiKeyResponse:
        """Make a key for a program and return it, the only time that it can be read.

        Raises DossierError (SERVICE_ACCOUNT_NOT_FOUND, API_KEY_QUOTA).
        """
        request = admin_pb.CreateApiKeyRequest(username=username, display_name=display_name)
        return await self._connection.unary(self._connection.stubs.admin.CreateApiKey, request, signed_in=True)

    async def list_api_keys(self, username: str) -> list[api_key_pb.ApiKey]:
        """Return a program's keys, the oldest first. Raises DossierError (SERVICE_ACCOUNT_NOT_FOUND)."""
        request = admin_pb.ListApiKeysRequest(username=username)
        method = self._connection.stubs.admin.ListApiKeys
        return list((await self._connection.unary(method, request, signed_in=True, repeatable=True)).api_keys)

    async def revoke_api_key(self, api_key_id: str) -> None:
        """Make a key worthless and end its sessions. Raises DossierError (API_KEY_NOT_FOUND)."""
        request = admin_pb.RevokeApiKeyRequest(api_key_id=api_key_id)
        await self._connection.unary(self._connection.stubs.admin.RevokeApiKey, request, signed_in=True)
