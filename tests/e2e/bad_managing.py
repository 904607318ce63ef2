"""Bad input to what managers and admins do, and to what parts tell each other of deletions."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import grpc
from dossier.access.v1 import access_pb2
from dossier.admin.v1 import admin_service_pb2 as admin_pb
from dossier.lifecycle.v1 import lifecycle_service_pb2 as lifecycle_pb
from google.protobuf.timestamp_pb2 import Timestamp

from tests.e2e.bad_values import ADMIN, IDS, INVALID, LIFECYCLE, USERNAMES, Bad, each
from tests.e2e.raw_calls import refused

REFEREE = access_pb2.ROLE_REFEREE


def managing() -> Iterator[Bad]:
    """Return the rows of AdminService; an admin sends them."""
    yield from each(f"{ADMIN}/SetRoles", admin_pb.SetRolesRequest, "username", USERNAMES, give=[REFEREE])
    yield from each(f"{ADMIN}/BanUser", admin_pb.BanUserRequest, "username", USERNAMES, reason="swore at the judge")
    yield from each(f"{ADMIN}/UnbanUser", admin_pb.UnbanUserRequest, "username", USERNAMES)
    yield from each(f"{ADMIN}/CreateServiceAccount", admin_pb.CreateServiceAccountRequest, "username", USERNAMES)
    yield from each(f"{ADMIN}/CreateApiKey", admin_pb.CreateApiKeyRequest, "username", USERNAMES, display_name="key")
    yield from each(f"{ADMIN}/ListApiKeys", admin_pb.ListApiKeysRequest, "username", USERNAMES)
    yield from each(f"{ADMIN}/RevokeApiKey", admin_pb.RevokeApiKeyRequest, "api_key_id", IDS)
    for rpc, request in (
        ("SearchUsers", admin_pb.SearchUsersRequest(state=99)),
        ("SearchUsers", admin_pb.SearchUsersRequest(role=99)),
        ("SearchUsers", admin_pb.SearchUsersRequest(prefix="a\nb")),
        ("SearchUsers", admin_pb.SearchUsersRequest(prefix="a" * 255)),
        ("ListAuditEvents", admin_pb.ListAuditEventsRequest(kind=9999)),
        ("SetRoles", admin_pb.SetRolesRequest(username="anna")),
        ("SetRoles", admin_pb.SetRolesRequest(username="anna", give=[REFEREE], take=[REFEREE])),
        ("SetRoles", admin_pb.SetRolesRequest(username="anna", give=[access_pb2.ROLE_UNSPECIFIED])),
        ("SetRoles", admin_pb.SetRolesRequest(username="anna", take=[99])),
        ("SetRoles", admin_pb.SetRolesRequest(username="anna", give=[REFEREE] * 11)),
        ("BanUser", admin_pb.BanUserRequest(username="anna")),
        ("BanUser", admin_pb.BanUserRequest(username="anna", reason="a" * 501)),
        ("BanUser", admin_pb.BanUserRequest(username="anna", reason="two\nlines")),
        ("BanUser", admin_pb.BanUserRequest(username="anna", reason="x", expire_time=Timestamp(seconds=10**18))),
        ("CreateServiceAccount", admin_pb.CreateServiceAccountRequest(username="table", display_name="a" * 201)),
        ("CreateApiKey", admin_pb.CreateApiKeyRequest(username="table")),
        ("CreateApiKey", admin_pb.CreateApiKeyRequest(username="table", display_name="a" * 101)),
    ):
        yield Bad(f"{ADMIN}/{rpc}", str(request).replace("\n", " ")[:60], request, INVALID)
    absent = refused(grpc.StatusCode.NOT_FOUND, "API_KEY_NOT_FOUND")
    yield Bad(f"{ADMIN}/RevokeApiKey", "of nothing", admin_pb.RevokeApiKeyRequest(api_key_id=str(uuid.uuid4())), absent)


def lifecycle() -> Iterator[Bad]:
    """Return the rows of LifecycleService; another part sends them."""
    yield from each(f"{LIFECYCLE}/ReadAccount", lifecycle_pb.ReadAccountRequest, "account_id", IDS)
    yield from each(f"{LIFECYCLE}/ConfirmPurge", lifecycle_pb.ConfirmPurgeRequest, "receipt_id", IDS)
    yield Bad(f"{LIFECYCLE}/ListPurges", "page size -1", lifecycle_pb.ListPurgesRequest(page_size=-1), INVALID)
