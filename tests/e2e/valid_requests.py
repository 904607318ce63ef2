"""A valid request of every public method."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from dossier.access.v1 import access_pb2
from dossier.admin.v1 import admin_service_pb2 as admin_pb
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import user_pb2, visibility_pb2
from dossier.report.v1 import report_service_pb2 as report_pb
from dossier.report.v1 import share_service_pb2 as share_pb
from dossier.stats.v1 import game_pb2
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from dossier.stats.v1 import stats_service_pb2 as stats_pb
from google.protobuf.message import Message

from runtime.contract import Method
from tests.e2e.conftest import PASSWORD
from tests.e2e.games import a_game


@dataclass
class Scene:
    """What requests of one caller name."""

    username: str
    refresh_token: str
    report_id: str
    players: list[str]
    picture: bytes


def an_upload(scene: Scene) -> list[Message]:
    """Return the messages of a good upload."""
    metadata = avatar_pb.UploadAvatarMetadata(username=scene.username, size_bytes=len(scene.picture))
    return [avatar_pb.UploadAvatarRequest(metadata=metadata), avatar_pb.UploadAvatarRequest(chunk=scene.picture)]


def a_sign_up(_: Scene) -> Message:
    """Return the wish of somebody new."""
    return auth_pb.SignUpRequest(username=f"c-{uuid.uuid4().hex[:16]}", password=PASSWORD)


# A request of each method that gets through to its work; where that would end the caller, it fails at the last check.
VALID: dict[str, Callable[[Scene], Message | list[Message]]] = {
    "SignUp": a_sign_up,
    "SignIn": lambda scene: auth_pb.SignInRequest(username=scene.username, password=PASSWORD),
    "SignInWithApiKey": lambda _: auth_pb.SignInWithApiKeyRequest(api_key="dossier_key_of_nobody"),
    "RefreshTokens": lambda scene: auth_pb.RefreshTokensRequest(refresh_token=scene.refresh_token),
    "SignOut": lambda _: auth_pb.SignOutRequest(),
    "SignOutEverywhere": lambda _: auth_pb.SignOutEverywhereRequest(),
    "ListSessions": lambda _: auth_pb.ListSessionsRequest(),
    "RevokeSession": lambda _: auth_pb.RevokeSessionRequest(session_id=str(uuid.uuid4())),
    "ChangePassword": lambda _: auth_pb.ChangePasswordRequest(
        current_password="not that one", new_password=f"a new one {uuid.uuid4()}"
    ),
    "RequestPasswordReset": lambda scene: auth_pb.RequestPasswordResetRequest(login=scene.username),
    "ResetPassword": lambda _: auth_pb.ResetPasswordRequest(token="never sent", new_password=PASSWORD),
    "GetJwks": lambda _: auth_pb.GetJwksRequest(),
    "GetCaller": lambda _: auth_pb.GetCallerRequest(),
    "GetAccount": lambda _: account_pb.GetAccountRequest(),
    "SetVisibility": lambda _: account_pb.SetVisibilityRequest(visibility=visibility_pb2.Visibility()),
    "ChangeEmail": lambda _: account_pb.ChangeEmailRequest(email="new@example.org", password="not that one"),
    "RequestEmailConfirmation": lambda _: account_pb.RequestEmailConfirmationRequest(),
    "ConfirmEmail": lambda _: account_pb.ConfirmEmailRequest(token="never sent"),
    "DeleteAccount": lambda scene: account_pb.DeleteAccountRequest(username=scene.username, password="not that one"),
    "GetDeletionReceipt": lambda _: account_pb.GetDeletionReceiptRequest(receipt_id=str(uuid.uuid4())),
    "UndeleteAccount": lambda scene: auth_pb.UndeleteAccountRequest(username=scene.username, password="not that one"),
    "UploadAvatar": an_upload,
    "GetAvatar": lambda scene: avatar_pb.GetAvatarRequest(username=scene.username),
    "DeleteAvatar": lambda scene: avatar_pb.DeleteAvatarRequest(username=scene.username),
    "GetUser": lambda scene: profile_pb.GetUserRequest(username=scene.username),
    "BatchGetUsers": lambda scene: profile_pb.BatchGetUsersRequest(usernames=scene.players),
    "ListUsers": lambda _: profile_pb.ListUsersRequest(search="e"),
    "UpdateUser": lambda scene: profile_pb.UpdateUserRequest(
        username=scene.username, user=user_pb2.User(city=f"Kyiv {uuid.uuid4().hex[:4]}")
    ),
    "RecordGame": lambda scene: game_service_pb.RecordGameRequest(game=a_game(scene.players, game_pb2.WINNER_RED)),
    "BatchRecordGames": lambda scene: game_service_pb.BatchRecordGamesRequest(
        games=[a_game(scene.players, game_pb2.WINNER_RED)]
    ),
    "CorrectGame": lambda scene: game_service_pb.CorrectGameRequest(game=a_game(scene.players, game_pb2.WINNER_RED)),
    "VoidGame": lambda _: game_service_pb.VoidGameRequest(game_id=str(uuid.uuid4())),
    "MergeGuest": lambda scene: game_service_pb.MergeGuestRequest(nickname="Guest", username=scene.players[0]),
    "GetGame": lambda _: game_service_pb.GetGameRequest(game_id=str(uuid.uuid4())),
    "ListGames": lambda scene: game_service_pb.ListGamesRequest(username=scene.players[0]),
    "GetPlayerStats": lambda scene: stats_pb.GetPlayerStatsRequest(username=scene.players[0]),
    "GetPairStats": lambda scene: stats_pb.GetPairStatsRequest(
        username=scene.players[0], other_username=scene.players[1]
    ),
    "ListRatingChanges": lambda scene: stats_pb.ListRatingChangesRequest(username=scene.players[0]),
    "ListStandings": lambda _: stats_pb.ListStandingsRequest(),
    "ListSeasons": lambda _: stats_pb.ListSeasonsRequest(),
    "ListRules": lambda _: stats_pb.ListRulesRequest(),
    "CreateReport": lambda _: report_pb.CreateReportRequest(request_id=str(uuid.uuid4())),
    "ExportAccount": lambda _: report_pb.ExportAccountRequest(request_id=str(uuid.uuid4())),
    "GetReport": lambda scene: report_pb.GetReportRequest(report_id=scene.report_id),
    "ListReports": lambda _: report_pb.ListReportsRequest(),
    "WatchReport": lambda scene: report_pb.WatchReportRequest(report_id=scene.report_id),
    "DownloadReport": lambda scene: report_pb.DownloadReportRequest(report_id=scene.report_id),
    "CancelReport": lambda scene: report_pb.CancelReportRequest(report_id=scene.report_id),
    "DeleteReport": lambda scene: report_pb.DeleteReportRequest(report_id=scene.report_id),
    "VerifyReport": lambda _: report_pb.VerifyReportRequest(report_id=str(uuid.uuid4())),
    "CreateShareLink": lambda scene: share_pb.CreateShareLinkRequest(report_id=scene.report_id),
    "ListShareLinks": lambda scene: share_pb.ListShareLinksRequest(report_id=scene.report_id),
    "DeleteShareLink": lambda _: share_pb.DeleteShareLinkRequest(link_id=str(uuid.uuid4())),
    "DownloadSharedReport": lambda _: share_pb.DownloadSharedReportRequest(token="of no link"),
    "SearchUsers": lambda _: admin_pb.SearchUsersRequest(prefix="a"),
    "SetRoles": lambda scene: admin_pb.SetRolesRequest(username=scene.players[0], give=[access_pb2.ROLE_REFEREE]),
    "BanUser": lambda scene: admin_pb.BanUserRequest(username=scene.players[1], reason="rude"),
    "UnbanUser": lambda scene: admin_pb.UnbanUserRequest(username=scene.players[1]),
    "ListAuditEvents": lambda scene: admin_pb.ListAuditEventsRequest(username=scene.username),
    "CreateServiceAccount": lambda _: admin_pb.CreateServiceAccountRequest(username=f"s-{uuid.uuid4().hex[:16]}"),
    "CreateApiKey": lambda scene: admin_pb.CreateApiKeyRequest(username=scene.players[0], display_name="blue laptop"),
    "ListApiKeys": lambda scene: admin_pb.ListApiKeysRequest(username=scene.players[0]),
    "RevokeApiKey": lambda _: admin_pb.RevokeApiKeyRequest(api_key_id=str(uuid.uuid4())),
}


def valid(method: Method, scene: Scene) -> list[bytes]:
    """Return the bytes of a valid request, new each time where a repeat would be another thing."""
    made = VALID[method.path.rpartition("/")[2]](scene)
    return [message.SerializeToString() for message in (made if isinstance(made, list) else [made])]
