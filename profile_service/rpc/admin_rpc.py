"""AdminService: decode, use case, encode."""

from __future__ import annotations

from typing import Any

import grpc
from dossier.admin.v1 import admin_service_pb2 as admin_pb
from dossier.admin.v1 import admin_service_pb2_grpc as admin_rpc

from profile_service.bans import Bans
from profile_service.roles import ADMIN, Roles
from profile_service.rpc.admin_messages import (
    account_message,
    api_key_message,
    event_message,
    kind_word,
    state_word,
)
from profile_service.rpc.messages import moment_of, period_of
from profile_service.service_accounts import ServiceAccounts
from profile_service.storage.account_search import AccountSearch
from profile_service.storage.audit_store import AuditStore, position_of
from runtime.calls import caller
from runtime.contract import powers_of, role_name, role_value
from runtime.pages import PageTokens, page_size

Context = grpc.aio.ServicerContext[Any, Any]


class AdminServicer(admin_rpc.AdminServiceServicer):
    """Serves managers and admins."""

    def __init__(
        self,
        accounts: AccountSearch,
        audit: AuditStore,
        roles: Roles,
        bans: Bans,
        service_accounts: ServiceAccounts,
        pages: PageTokens,
    ) -> None:
        self._accounts = accounts
        self._audit = audit
        self._roles = roles
        self._bans = bans
        self._service_accounts = service_accounts
        self._pages = pages

    async def SearchUsers(self, request: admin_pb.SearchUsersRequest, context: Context) -> admin_pb.SearchUsersResponse:
        sees_email = ADMIN in powers_of(caller().roles)
        query = ("accounts", request.prefix, request.state, request.role, sees_email)
        position = self._pages.open(request.page_token, *query)
        size = page_size(request.page_size)
        found = await self._accounts.search(
            after="" if position is None else str(position[0]),
            prefix=request.prefix,
            state=state_word(request.state),
            role=role_name(request.role) if request.role else "",
            sees_email=sees_email,
            count=size + 1,
        )
        more = len(found) > size
        return admin_pb.SearchUsersResponse(
            accounts=map(account_message, found[:size]),
            next_page_token=self._pages.seal([found[size - 1].username], *query) if more else "",
        )

    async def SetRoles(self, request: admin_pb.SetRolesRequest, context: Context) -> admin_pb.SetRolesResponse:
        roles = await self._roles.change(
            request.username,
            actor_id=caller().account_id,
            give=frozenset(map(role_name, request.give)),
            take=frozenset(map(role_name, request.take)),
        )
        return admin_pb.SetRolesResponse(roles=sorted(map(role_value, roles)))

    async def BanUser(self, request: admin_pb.BanUserRequest, context: Context) -> admin_pb.BanUserResponse:
        await self._bans.ban(
            request.username,
            actor_id=caller().account_id,
            reason=request.reason,
            expire_time=moment_of(request, "expire_time"),
        )
        return admin_pb.BanUserResponse()

    async def UnbanUser(self, request: admin_pb.UnbanUserRequest, context: Context) -> admin_pb.UnbanUserResponse:
        await self._bans.unban(request.username, actor_id=caller().account_id)
        return admin_pb.UnbanUserResponse()

    async def ListAuditEvents(
        self, request: admin_pb.ListAuditEventsRequest, context: Context
    ) -> admin_pb.ListAuditEventsResponse:
        period = period_of(request)
        query = ("audit", request.username, request.kind, *period.parameters.values())
        position = self._pages.open(request.page_token, *query)
        size = page_size(request.page_size)
        events = await self._audit.list_events(
            username=request.username,
            kind=kind_word(request.kind),
            period=period,
            before=None if position is None else (int(position[0]), str(position[1])),
            count=size + 1,
        )
        more = len(events) > size
        return admin_pb.ListAuditEventsResponse(
            events=map(event_message, events[:size]),
            next_page_token=self._pages.seal(position_of(events[size - 1]), *query) if more else "",
        )

    async def CreateServiceAccount(
        self, request: admin_pb.CreateServiceAccountRequest, context: Context
    ) -> admin_pb.CreateServiceAccountResponse:
        await self._service_accounts.create(
            request.username, display_name=request.display_name, actor_id=caller().account_id
        )
        return admin_pb.CreateServiceAccountResponse()

    async def CreateApiKey(
        self, request: admin_pb.CreateApiKeyRequest, context: Context
    ) -> admin_pb.CreateApiKeyResponse:
        secret, key = await self._service_accounts.create_key(
            request.username, display_name=request.display_name, actor_id=caller().account_id
        )
        return admin_pb.CreateApiKeyResponse(secret=secret, api_key=api_key_message(key))

    async def ListApiKeys(self, request: admin_pb.ListApiKeysRequest, context: Context) -> admin_pb.ListApiKeysResponse:
        keys = await self._service_accounts.keys_of(request.username)
        return admin_pb.ListApiKeysResponse(api_keys=map(api_key_message, keys))

    async def RevokeApiKey(
        self, request: admin_pb.RevokeApiKeyRequest, context: Context
    ) -> admin_pb.RevokeApiKeyResponse:
        await self._service_accounts.revoke_key(request.api_key_id, actor_id=caller().account_id)
        return admin_pb.RevokeApiKeyResponse()
