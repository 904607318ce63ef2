"""Who is answered what by each RPC: one row for each, and none may be missing.

The columns of a row: `own` is about what belongs to the caller, `foreign` about what belongs to somebody else, `absent`
about what nobody has. A row without the last two is about nothing but the caller.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import grpc
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

from tests.e2e.access_scene import Actor, Scene, Target
from tests.e2e.games import a_game
from tests.e2e.installations import PASSWORD
from tests.e2e.raw_calls import Answer, refused

OK = Answer(grpc.StatusCode.OK)
INVALID = refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST")
TOKEN_MISSING = refused(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")
TOKEN_INVALID = refused(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID")
CREDENTIALS_WRONG = refused(grpc.StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG")
REFRESH_TOKEN_INVALID = refused(grpc.StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID")
ROLE_MISSING = refused(grpc.StatusCode.PERMISSION_DENIED, "ROLE_MISSING")
NOT_OWNER = refused(grpc.StatusCode.PERMISSION_DENIED, "NOT_OWNER")
USER_NOT_FOUND = refused(grpc.StatusCode.NOT_FOUND, "USER_NOT_FOUND")
SESSION_NOT_FOUND = refused(grpc.StatusCode.NOT_FOUND, "SESSION_NOT_FOUND")
GUEST_NOT_FOUND = refused(grpc.StatusCode.NOT_FOUND, "GUEST_NOT_FOUND")
GAME_NOT_FOUND = refused(grpc.StatusCode.NOT_FOUND, "GAME_NOT_FOUND")
REPORT_NOT_FOUND = refused(grpc.StatusCode.NOT_FOUND, "REPORT_NOT_FOUND")
SHARE_LINK_INVALID = refused(grpc.StatusCode.NOT_FOUND, "SHARE_LINK_INVALID")
SHARE_LINK_NOT_FOUND = refused(grpc.StatusCode.NOT_FOUND, "SHARE_LINK_NOT_FOUND")
REPORT_FINISHED = refused(grpc.StatusCode.FAILED_PRECONDITION, "REPORT_FINISHED")
API_KEY_INVALID = refused(grpc.StatusCode.UNAUTHENTICATED, "API_KEY_INVALID")
API_KEY_NOT_FOUND = refused(grpc.StatusCode.NOT_FOUND, "API_KEY_NOT_FOUND")
SERVICE_ACCOUNT_NOT_FOUND = refused(grpc.StatusCode.NOT_FOUND, "SERVICE_ACCOUNT_NOT_FOUND")
RECEIPT_NOT_FOUND = refused(grpc.StatusCode.NOT_FOUND, "RECEIPT_NOT_FOUND")
EMAIL_NOT_PENDING = refused(grpc.StatusCode.FAILED_PRECONDITION, "EMAIL_NOT_PENDING")
MAIL_TOKEN_INVALID = refused(grpc.StatusCode.INVALID_ARGUMENT, "MAIL_TOKEN_INVALID")
USERNAME_TAKEN = refused(grpc.StatusCode.ALREADY_EXISTS, "USERNAME_TAKEN")
# Not there at all, for whoever comes by the public port.
UNIMPLEMENTED = Answer(grpc.StatusCode.UNIMPLEMENTED)

Request = Callable[[Scene, Actor, Target], Message | Sequence[Message]]


class Audience(StrEnum):
    """Who gets past the door."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    ROLE = "role"
    PARTS = "other parts of the installation"


@dataclass(frozen=True)
class Row:
    """What one RPC answers.

    Attributes:
        request: makes the request of an actor for a target.
        roles: those that get past the door, with Audience.ROLE.
        uses_up: whether the call ends the session that makes it, so that each call needs a new one.
    """

    audience: Audience
    request: Request
    own: Answer
    foreign: Answer | None = None
    absent: Answer | None = None
    roles: frozenset[str] = frozenset()
    uses_up: bool = False

    def expected(self, actor: Actor, target: Target) -> Answer | None:
        """Return what the actor is answered, None where there is no such target."""
        answer = {Target.OWN: self.own, Target.FOREIGN: self.foreign, Target.ABSENT: self.absent}[target]
        if answer is None or self.audience is Audience.ANYONE:
            return answer
        if actor.is_anonymous:
            return TOKEN_MISSING
        return ROLE_MISSING if self.audience is Audience.ROLE and not self.roles & {actor.role} else answer


def anyone(request: Request, own: Answer, foreign: Answer | None = None, absent: Answer | None = None) -> Row:
    return Row(Audience.ANYONE, request, own, foreign, absent)


def signed_in(request: Request, own: Answer, foreign: Answer | None = None, absent: Answer | None = None) -> Row:
    return Row(Audience.SIGNED_IN, request, own, foreign, absent)


def using_up(request: Request, own: Answer) -> Row:
    return replace(signed_in(request, own), uses_up=True)


def role(roles: str, request: Request, own: Answer, foreign: Answer | None = None, absent: Answer | None = None) -> Row:
    return Row(Audience.ROLE, request, own, foreign, absent, roles=frozenset(roles.split()))


def parts(answer: Answer = INVALID) -> Row:
    """Return the row of an internal RPC, which is called with an empty request: `answer` is what another part gets."""
    return Row(Audience.PARTS, lambda *_: [], answer)


def _upload(scene: Scene, actor: Actor, target: Target) -> Sequence[Message]:
    metadata = avatar_pb.UploadAvatarMetadata(username=scene.name(actor, target), size_bytes=len(scene.picture))
    return [avatar_pb.UploadAvatarRequest(metadata=metadata), avatar_pb.UploadAvatarRequest(chunk=scene.picture)]


def _sign_up(scene: Scene, actor: Actor, target: Target) -> Message:
    name = f"new-{uuid.uuid4().hex[:12]}" if target is Target.OWN else scene.name(actor, target)
    return auth_pb.SignUpRequest(username=name, password=PASSWORD)


def _sign_in(scene: Scene, actor: Actor, target: Target) -> Message:
    if target is Target.FOREIGN:
        # A good sign-in, so that bad ones before it do not count; limits have their own tests.
        scene.session(actor, target)
    password = PASSWORD if target is Target.OWN else "not that one"
    return auth_pb.SignInRequest(username=scene.name(actor, target), password=password)


def _undelete(scene: Scene, actor: Actor, target: Target) -> Message:
    if target is Target.FOREIGN:
        scene.session(actor, target)  # As for a sign-in.
    password = PASSWORD if target is Target.OWN else "not that one"
    return auth_pb.UndeleteAccountRequest(username=scene.name(actor, target), password=password)


def _refresh(scene: Scene, actor: Actor, target: Target) -> Message:
    token = scene.refresh_token(actor) if target is Target.OWN else f"v1.{uuid.uuid4()}.1.forged"
    return auth_pb.RefreshTokensRequest(refresh_token=token)


def _update(scene: Scene, actor: Actor, target: Target) -> Message:
    return profile_pb.UpdateUserRequest(username=scene.name(actor, target), user=user_pb2.User(city="Kyiv"))


def _record(scene: Scene, actor: Actor, target: Target) -> Message:
    return game_service_pb.RecordGameRequest(game=a_game(scene.players, game_pb2.WINNER_RED))


def _batch(scene: Scene, actor: Actor, target: Target) -> Message:
    return game_service_pb.BatchRecordGamesRequest(games=[a_game(scene.players, game_pb2.WINNER_RED)])


def _correct(scene: Scene, actor: Actor, target: Target) -> Message:
    game = a_game(scene.players, game_pb2.WINNER_BLACK)
    game.game_id = scene.game(target)
    return game_service_pb.CorrectGameRequest(game=game)


def _void(scene: Scene, actor: Actor, target: Target) -> Message:
    game_id = scene.game(target) if target is Target.ABSENT else scene.new_game()
    return game_service_pb.VoidGameRequest(game_id=game_id)


def _merge(scene: Scene, actor: Actor, target: Target) -> Message:
    username = scene.name(actor if target is Target.OWN else scene.owner, Target.OWN)
    return game_service_pb.MergeGuestRequest(nickname=scene.new_guest(target), username=username)


def _pair(scene: Scene, actor: Actor, target: Target) -> Message:
    username = scene.name(actor, target)
    other = next(name for name in scene.players if name != username)
    return stats_pb.GetPairStatsRequest(username=username, other_username=other)


def _delete_report(scene: Scene, actor: Actor, target: Target) -> Message:
    report_id = scene.new_report(actor) if target is Target.OWN else scene.report(actor, target)
    return report_pb.DeleteReportRequest(report_id=report_id)


def _delete_link(scene: Scene, actor: Actor, target: Target) -> Message:
    link_id = scene.new_link(actor) if target is Target.OWN else scene.link(actor, target)
    return share_pb.DeleteShareLinkRequest(link_id=link_id)


def _set_roles(scene: Scene, actor: Actor, target: Target) -> Message:
    return admin_pb.SetRolesRequest(username=scene.someone(target), give=[access_pb2.ROLE_REFEREE])


def _ban(scene: Scene, actor: Actor, target: Target) -> Message:
    return admin_pb.BanUserRequest(username=scene.someone(target), reason="swore at the judge")


def _unban(scene: Scene, actor: Actor, target: Target) -> Message:
    return admin_pb.UnbanUserRequest(username=scene.someone(target))


def _new_program(scene: Scene, actor: Actor, target: Target) -> Message:
    name = f"program-{uuid.uuid4().hex[:10]}" if target is Target.OWN else scene.name(actor, target)
    return admin_pb.CreateServiceAccountRequest(username=name)


def _new_key(scene: Scene, actor: Actor, target: Target) -> Message:
    return admin_pb.CreateApiKeyRequest(username=scene.program(target), display_name="blue laptop")


def _by_name(request: type[Message]) -> Request:
    return lambda scene, actor, target: request(username=scene.name(actor, target))


def _by_report(request: type[Message]) -> Request:
    return lambda scene, actor, target: request(report_id=scene.report(actor, target))


def _plain(request: Message) -> Request:
    return lambda *_: request


_CHANGE_PASSWORD = auth_pb.ChangePasswordRequest(current_password="not that one", new_password="quite a new one 11")

TABLE: dict[str, Row] = {
    "dossier.admin.v1.AdminService/SearchUsers": role("manager admin", _plain(admin_pb.SearchUsersRequest()), OK),
    "dossier.admin.v1.AdminService/SetRoles": role("manager admin", _set_roles, OK, None, USER_NOT_FOUND),
    "dossier.admin.v1.AdminService/BanUser": role("manager admin", _ban, OK, None, USER_NOT_FOUND),
    "dossier.admin.v1.AdminService/UnbanUser": role("manager admin", _unban, OK, None, USER_NOT_FOUND),
    "dossier.admin.v1.AdminService/ListAuditEvents": role("admin", _plain(admin_pb.ListAuditEventsRequest()), OK),
    "dossier.admin.v1.AdminService/CreateServiceAccount": role("admin", _new_program, OK, USERNAME_TAKEN),
    # A program belongs to no caller: it is there or not.
    "dossier.admin.v1.AdminService/CreateApiKey": role("admin", _new_key, OK, None, SERVICE_ACCOUNT_NOT_FOUND),
    "dossier.admin.v1.AdminService/ListApiKeys": role(
        "admin",
        lambda scene, actor, target: admin_pb.ListApiKeysRequest(username=scene.program(target)),
        OK,
        None,
        SERVICE_ACCOUNT_NOT_FOUND,
    ),
    "dossier.admin.v1.AdminService/RevokeApiKey": role(
        "admin",
        lambda scene, actor, target: admin_pb.RevokeApiKeyRequest(api_key_id=scene.new_key(target).api_key.api_key_id),
        OK,
        None,
        API_KEY_NOT_FOUND,
    ),
    "dossier.auth.v1.AuthService/SignUp": anyone(_sign_up, OK, USERNAME_TAKEN),
    "dossier.auth.v1.AuthService/SignIn": anyone(_sign_in, OK, CREDENTIALS_WRONG, CREDENTIALS_WRONG),
    "dossier.auth.v1.AuthService/SignInWithApiKey": anyone(
        lambda scene, actor, target: auth_pb.SignInWithApiKeyRequest(api_key=scene.new_key(target).secret),
        OK,
        None,
        API_KEY_INVALID,
    ),
    "dossier.auth.v1.AuthService/RefreshTokens": anyone(_refresh, OK, None, REFRESH_TOKEN_INVALID),
    "dossier.auth.v1.AuthService/SignOut": using_up(_plain(auth_pb.SignOutRequest()), OK),
    "dossier.auth.v1.AuthService/SignOutEverywhere": using_up(_plain(auth_pb.SignOutEverywhereRequest()), OK),
    "dossier.auth.v1.AuthService/ListSessions": signed_in(_plain(auth_pb.ListSessionsRequest()), OK),
    "dossier.auth.v1.AuthService/RevokeSession": signed_in(
        lambda scene, actor, target: auth_pb.RevokeSessionRequest(session_id=scene.session(actor, target)),
        OK,
        SESSION_NOT_FOUND,
        SESSION_NOT_FOUND,
    ),
    "dossier.auth.v1.AuthService/ChangePassword": signed_in(_plain(_CHANGE_PASSWORD), CREDENTIALS_WRONG),
    "dossier.auth.v1.AuthService/UndeleteAccount": anyone(_undelete, OK, CREDENTIALS_WRONG, CREDENTIALS_WRONG),
    "dossier.auth.v1.AuthService/GetJwks": anyone(_plain(auth_pb.GetJwksRequest()), OK),
    "dossier.auth.v1.AuthService/RequestPasswordReset": anyone(
        lambda scene, actor, target: auth_pb.RequestPasswordResetRequest(login=scene.name(actor, target)), OK, OK, OK
    ),
    "dossier.auth.v1.AuthService/ResetPassword": anyone(
        _plain(auth_pb.ResetPasswordRequest(token="never sent", new_password=PASSWORD)), MAIL_TOKEN_INVALID
    ),
    "dossier.auth.v1.AuthService/GetCaller": signed_in(_plain(auth_pb.GetCallerRequest()), OK),
    "dossier.profile.v1.AccountService/GetAccount": signed_in(_plain(account_pb.GetAccountRequest()), OK),
    "dossier.profile.v1.AccountService/SetVisibility": signed_in(
        _plain(account_pb.SetVisibilityRequest(visibility=visibility_pb2.Visibility())), OK
    ),
    "dossier.profile.v1.AccountService/ChangeEmail": signed_in(
        _plain(account_pb.ChangeEmailRequest(email="new@example.org", password="not that one")), CREDENTIALS_WRONG
    ),
    "dossier.profile.v1.AccountService/RequestEmailConfirmation": signed_in(
        _plain(account_pb.RequestEmailConfirmationRequest()), EMAIL_NOT_PENDING
    ),
    "dossier.profile.v1.AccountService/ConfirmEmail": anyone(
        _plain(account_pb.ConfirmEmailRequest(token="never sent")), MAIL_TOKEN_INVALID
    ),
    "dossier.profile.v1.AccountService/DeleteAccount": signed_in(
        lambda scene, actor, target: account_pb.DeleteAccountRequest(
            username=scene.name(actor, target), password="not that one"
        ),
        CREDENTIALS_WRONG,
        NOT_OWNER,
        NOT_OWNER,
    ),
    "dossier.profile.v1.AccountService/GetDeletionReceipt": anyone(
        lambda scene, actor, target: account_pb.GetDeletionReceiptRequest(receipt_id=scene.receipt(target)),
        OK,
        OK,
        RECEIPT_NOT_FOUND,
    ),
    "dossier.profile.v1.AvatarService/UploadAvatar": signed_in(_upload, OK, NOT_OWNER, NOT_OWNER),
    "dossier.profile.v1.AvatarService/GetAvatar": anyone(_by_name(avatar_pb.GetAvatarRequest), OK, OK, USER_NOT_FOUND),
    "dossier.profile.v1.AvatarService/DeleteAvatar": signed_in(
        _by_name(avatar_pb.DeleteAvatarRequest), OK, NOT_OWNER, NOT_OWNER
    ),
    "dossier.profile.v1.ProfileService/GetUser": anyone(_by_name(profile_pb.GetUserRequest), OK, OK, USER_NOT_FOUND),
    "dossier.profile.v1.ProfileService/BatchGetUsers": anyone(
        lambda scene, actor, target: profile_pb.BatchGetUsersRequest(usernames=[scene.name(actor, target)]), OK, OK, OK
    ),
    "dossier.profile.v1.ProfileService/ListUsers": anyone(_plain(profile_pb.ListUsersRequest()), OK),
    "dossier.profile.v1.ProfileService/UpdateUser": signed_in(_update, OK, NOT_OWNER, NOT_OWNER),
    "dossier.stats.v1.GameService/RecordGame": role("referee service admin", _record, OK),
    "dossier.stats.v1.GameService/BatchRecordGames": role("referee service admin", _batch, OK),
    "dossier.stats.v1.GameService/CorrectGame": role("referee service admin", _correct, OK, OK, GAME_NOT_FOUND),
    "dossier.stats.v1.GameService/VoidGame": role("referee service admin", _void, OK, OK, GAME_NOT_FOUND),
    "dossier.stats.v1.GameService/MergeGuest": role("referee admin", _merge, OK, OK, GUEST_NOT_FOUND),
    "dossier.stats.v1.GameService/GetGame": anyone(
        lambda scene, actor, target: game_service_pb.GetGameRequest(game_id=scene.game(target)), OK, OK, GAME_NOT_FOUND
    ),
    "dossier.stats.v1.GameService/ListGames": anyone(
        _by_name(game_service_pb.ListGamesRequest), OK, OK, USER_NOT_FOUND
    ),
    "dossier.stats.v1.StatsService/GetPlayerStats": anyone(
        _by_name(stats_pb.GetPlayerStatsRequest), OK, OK, USER_NOT_FOUND
    ),
    "dossier.stats.v1.StatsService/GetPairStats": anyone(_pair, OK, OK, USER_NOT_FOUND),
    "dossier.stats.v1.StatsService/ListRatingChanges": anyone(
        _by_name(stats_pb.ListRatingChangesRequest), OK, OK, USER_NOT_FOUND
    ),
    "dossier.stats.v1.StatsService/ListStandings": anyone(_plain(stats_pb.ListStandingsRequest()), OK),
    "dossier.stats.v1.StatsService/ListSeasons": anyone(_plain(stats_pb.ListSeasonsRequest()), OK),
    "dossier.stats.v1.StatsService/ListRules": anyone(_plain(stats_pb.ListRulesRequest()), OK),
    "dossier.report.v1.ReportService/CreateReport": signed_in(_by_name(report_pb.CreateReportRequest), OK, OK, OK),
    "dossier.report.v1.ReportService/ExportAccount": signed_in(_plain(report_pb.ExportAccountRequest()), OK),
    "dossier.report.v1.ReportService/GetReport": signed_in(
        _by_report(report_pb.GetReportRequest), OK, REPORT_NOT_FOUND, REPORT_NOT_FOUND
    ),
    "dossier.report.v1.ReportService/ListReports": signed_in(_plain(report_pb.ListReportsRequest()), OK),
    "dossier.report.v1.ReportService/WatchReport": signed_in(
        _by_report(report_pb.WatchReportRequest), OK, REPORT_NOT_FOUND, REPORT_NOT_FOUND
    ),
    "dossier.report.v1.ReportService/DownloadReport": signed_in(
        _by_report(report_pb.DownloadReportRequest), OK, REPORT_NOT_FOUND, REPORT_NOT_FOUND
    ),
    "dossier.report.v1.ReportService/CancelReport": signed_in(
        _by_report(report_pb.CancelReportRequest), REPORT_FINISHED, REPORT_NOT_FOUND, REPORT_NOT_FOUND
    ),
    "dossier.report.v1.ReportService/DeleteReport": signed_in(_delete_report, OK, REPORT_NOT_FOUND, REPORT_NOT_FOUND),
    # An id that nobody knows is answered too: it was not issued.
    "dossier.report.v1.ReportService/VerifyReport": anyone(_by_report(report_pb.VerifyReportRequest), OK, OK, OK),
    "dossier.report.v1.ShareService/CreateShareLink": signed_in(
        _by_report(share_pb.CreateShareLinkRequest), OK, REPORT_NOT_FOUND, REPORT_NOT_FOUND
    ),
    "dossier.report.v1.ShareService/ListShareLinks": signed_in(
        _by_report(share_pb.ListShareLinksRequest), OK, REPORT_NOT_FOUND, REPORT_NOT_FOUND
    ),
    "dossier.report.v1.ShareService/DeleteShareLink": signed_in(
        _delete_link, OK, SHARE_LINK_NOT_FOUND, SHARE_LINK_NOT_FOUND
    ),
    # Whoever has a link has the report.
    "dossier.report.v1.ShareService/DownloadSharedReport": anyone(
        lambda scene, actor, target: share_pb.DownloadSharedReportRequest(token=scene.token(actor, target)),
        OK,
        OK,
        SHARE_LINK_INVALID,
    ),
    "dossier.profile.v1.CredentialsService/CreateAccount": parts(),
    "dossier.profile.v1.CredentialsService/OpenSession": parts(),
    "dossier.profile.v1.CredentialsService/OpenSessionWithApiKey": parts(),
    "dossier.profile.v1.CredentialsService/RotateSession": parts(),
    "dossier.profile.v1.CredentialsService/CloseSession": parts(),
    "dossier.profile.v1.CredentialsService/CloseSessions": parts(),
    "dossier.profile.v1.CredentialsService/RevokeSession": parts(),
    "dossier.profile.v1.CredentialsService/ListSessions": parts(),
    "dossier.profile.v1.CredentialsService/ChangePassword": parts(),
    "dossier.profile.v1.CredentialsService/RequestPasswordReset": parts(),
    "dossier.profile.v1.CredentialsService/ResetPassword": parts(),
    "dossier.profile.v1.CredentialsService/UndeleteAccount": parts(),
    "dossier.profile.v1.CredentialsService/GetSession": parts(),
    "dossier.profile.v1.CredentialsService/GrantRole": parts(),
    "dossier.profile.v1.CredentialsService/RevokeRole": parts(),
    "dossier.profile.v1.CredentialsService/CreateServiceAccount": parts(),
    "dossier.stats.v1.SnapshotService/GetSnapshot": parts(),
    # Of all games, when no season is named.
    "dossier.stats.v1.SnapshotService/GetSeasonSnapshot": parts(OK),
    "dossier.stats.v1.SnapshotService/GetGameSnapshot": parts(),
    "dossier.lifecycle.v1.LifecycleService/ReadAccount": parts(),
    "dossier.lifecycle.v1.LifecycleService/ListPurges": parts(OK),
    "dossier.lifecycle.v1.LifecycleService/ConfirmPurge": parts(),
}
