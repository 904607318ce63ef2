"""The admin service of a fake server."""

from __future__ import annotations

from dossier.access.v1 import access_pb2 as access_pb
from dossier.admin.v1 import admin_service_pb2 as admin_pb
from dossier.admin.v1 import admin_service_pb2_grpc as admin_rpc
from dossier.admin.v1 import api_key_pb2 as api_key_pb
from dossier.admin.v1 import audit_event_pb2 as audit_pb
from dossier.admin.v1 import managed_account_pb2 as account_pb
from google.protobuf.timestamp_pb2 import Timestamp

from tests.integration.client.fakes import GAME_ID, Context, FakeServer

KEY = "dossier_key_of_the_table"
NOON = Timestamp(seconds=1_767_268_800)


class FakeAdmin(admin_rpc.AdminServiceServicer):
    def __init__(self, fake: FakeServer) -> None:
        self._fake = fake

    async def SearchUsers(self, request: admin_pb.SearchUsersRequest, context: Context) -> admin_pb.SearchUsersResponse:
        await self._fake.enter(
            "SearchUsers", admin_pb.SearchUsersRequest.FromString(request.SerializeToString()), context, signed_in=True
        )
        if not request.page_token:
            anna = account_pb.ManagedAccount(username="anna", roles=[access_pb.ROLE_REFEREE, access_pb.ROLE_MANAGER])
            return admin_pb.SearchUsersResponse(accounts=[anna], next_page_token="next")
        ben = account_pb.ManagedAccount(username="ben", email="ben@example.org", ban=account_pb.Ban(reason="x"))
        cho = account_pb.ManagedAccount(username="cho", ban=account_pb.Ban(expire_time=NOON), purge_time=NOON)
        return admin_pb.SearchUsersResponse(accounts=[ben, cho])

    async def SetRoles(self, request: admin_pb.SetRolesRequest, context: Context) -> admin_pb.SetRolesResponse:
        await self._fake.enter("SetRoles", request, context, signed_in=True)
        return admin_pb.SetRolesResponse(roles=request.give)

    async def BanUser(self, request: admin_pb.BanUserRequest, context: Context) -> admin_pb.BanUserResponse:
        await self._fake.enter("BanUser", request, context, signed_in=True)
        return admin_pb.BanUserResponse()

    async def UnbanUser(self, request: admin_pb.UnbanUserRequest, context: Context) -> admin_pb.UnbanUserResponse:
        await self._fake.enter("UnbanUser", request, context, signed_in=True)
        return admin_pb.UnbanUserResponse()

    async def ListAuditEvents(
        self, request: admin_pb.ListAuditEventsRequest, context: Context
    ) -> admin_pb.ListAuditEventsResponse:
        await self._fake.enter(
            "ListAuditEvents",
            admin_pb.ListAuditEventsRequest.FromString(request.SerializeToString()),
            context,
            signed_in=True,
        )
        event = audit_pb.AuditEvent(
            event_time=NOON,
            kind=audit_pb.AUDIT_EVENT_KIND_ROLE_GIVEN,
            subject_username="anna",
            address="192.0.2.0/24",
            details="role=referee",
        )
        return admin_pb.ListAuditEventsResponse(events=[event], next_page_token="" if request.page_token else "next")

    async def CreateServiceAccount(
        self, request: admin_pb.CreateServiceAccountRequest, context: Context
    ) -> admin_pb.CreateServiceAccountResponse:
        await self._fake.enter("CreateServiceAccount", request, context, signed_in=True)
        return admin_pb.CreateServiceAccountResponse()

    async def CreateApiKey(
        self, request: admin_pb.CreateApiKeyRequest, context: Context
    ) -> admin_pb.CreateApiKeyResponse:
        await self._fake.enter("CreateApiKey", request, context, signed_in=True)
        return admin_pb.CreateApiKeyResponse(secret=KEY, api_key=api_key_pb.ApiKey(api_key_id=GAME_ID))

    async def ListApiKeys(self, request: admin_pb.ListApiKeysRequest, context: Context) -> admin_pb.ListApiKeysResponse:
        await self._fake.enter("ListApiKeys", request, context, signed_in=True)
        key = api_key_pb.ApiKey(api_key_id=GAME_ID, display_name="blue laptop", create_time=NOON)
        return admin_pb.ListApiKeysResponse(api_keys=[key])

    async def RevokeApiKey(
        self, request: admin_pb.RevokeApiKeyRequest, context: Context
    ) -> admin_pb.RevokeApiKeyResponse:
        await self._fake.enter("RevokeApiKey", request, context, signed_in=True)
        return admin_pb.RevokeApiKeyResponse()
