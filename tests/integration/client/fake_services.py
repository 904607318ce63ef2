"""The services of a fake server, but for reports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
from dossier.access.v1 import access_pb2 as access_pb
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc
from dossier.profile.v1 import account_service_pb2 as account_pb
from dossier.profile.v1 import account_service_pb2_grpc as account_rpc
from dossier.profile.v1 import avatar_service_pb2 as avatar_pb
from dossier.profile.v1 import avatar_service_pb2_grpc as avatar_rpc
from dossier.profile.v1 import credentials_service_pb2 as credentials_pb
from dossier.profile.v1 import credentials_service_pb2_grpc as credentials_rpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc
from dossier.profile.v1 import user_pb2 as user_pb
from dossier.profile.v1 import visibility_pb2 as visibility_pb
from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from dossier.stats.v1 import game_service_pb2_grpc as game_rpc
from dossier.stats.v1 import player_stats_pb2 as player_stats_pb
from dossier.stats.v1 import stats_service_pb2 as stats_service_pb
from dossier.stats.v1 import stats_service_pb2_grpc as stats_rpc

from runtime.errors import InvalidInput, Violation
from runtime.validation import validate
from tests.integration.client.fakes import GAME_ID, PASSWORD, Context, FakeServer, Fault


class FakeAuth(auth_rpc.AuthServiceServicer):
    def __init__(self, fake: FakeServer) -> None:
        self._fake = fake

    async def SignUp(self, request: auth_pb.SignUpRequest, context: Context) -> auth_pb.SignUpResponse:
        await self._fake.enter("SignUp", request, context)
        if request.username in self._fake.users:
            metadata = {"username": request.username}
            await Fault(
                grpc.StatusCode.ALREADY_EXISTS, "USERNAME_TAKEN", "This username is taken.", metadata=metadata
            ).abort(context)
        self._fake.users[request.username] = user_pb.User(username=request.username)
        return auth_pb.SignUpResponse(username=request.username, tokens=self._fake.tokens())

    async def SignIn(self, request: auth_pb.SignInRequest, context: Context) -> auth_pb.SignInResponse:
        await self._fake.enter("SignIn", request, context)
        if request.password != PASSWORD:
            await Fault(
                grpc.StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG", "Username and password do not match."
            ).abort(context)
        return auth_pb.SignInResponse(tokens=self._fake.tokens())

    async def SignInWithApiKey(
        self, request: auth_pb.SignInWithApiKeyRequest, context: Context
    ) -> auth_pb.SignInWithApiKeyResponse:
        await self._fake.enter("SignInWithApiKey", request, context)
        return auth_pb.SignInWithApiKeyResponse(username="table-1", tokens=self._fake.tokens())

    async def RefreshTokens(
        self, request: auth_pb.RefreshTokensRequest, context: Context
    ) -> auth_pb.RefreshTokensResponse:
        await self._fake.enter("RefreshTokens", request, context)
        if request.refresh_token != f"refresh-{self._fake.generation}":
            await Fault(grpc.StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_REUSED", "Sign in again.").abort(context)
        tokens = self._fake.tokens()
        await asyncio.sleep(self._fake.refresh_takes_seconds)  # the token sent is used up, the answer still on its way
        return auth_pb.RefreshTokensResponse(tokens=tokens)

    async def SignOut(self, request: auth_pb.SignOutRequest, context: Context) -> auth_pb.SignOutResponse:
        await self._fake.enter("SignOut", request, context, signed_in=True)
        return auth_pb.SignOutResponse()

    async def SignOutEverywhere(
        self, request: auth_pb.SignOutEverywhereRequest, context: Context
    ) -> auth_pb.SignOutEverywhereResponse:
        await self._fake.enter("SignOutEverywhere", request, context, signed_in=True)
        return auth_pb.SignOutEverywhereResponse()

    async def ListSessions(
        self, request: auth_pb.ListSessionsRequest, context: Context
    ) -> auth_pb.ListSessionsResponse:
        await self._fake.enter("ListSessions", request, context, signed_in=True)
        own = auth_pb.Session(session_id=GAME_ID, device_name="dossier on a laptop", current=True)
        return auth_pb.ListSessionsResponse(sessions=[own, auth_pb.Session(device_name="a\x1b[31mphone")])

    async def RevokeSession(
        self, request: auth_pb.RevokeSessionRequest, context: Context
    ) -> auth_pb.RevokeSessionResponse:
        await self._fake.enter("RevokeSession", request, context, signed_in=True)
        return auth_pb.RevokeSessionResponse()

    async def ChangePassword(
        self, request: auth_pb.ChangePasswordRequest, context: Context
    ) -> auth_pb.ChangePasswordResponse:
        await self._fake.enter("ChangePassword", request, context, signed_in=True)
        return auth_pb.ChangePasswordResponse()

    async def RequestPasswordReset(
        self, request: auth_pb.RequestPasswordResetRequest, context: Context
    ) -> auth_pb.RequestPasswordResetResponse:
        await self._fake.enter("RequestPasswordReset", request, context)
        return auth_pb.RequestPasswordResetResponse()

    async def ResetPassword(
        self, request: auth_pb.ResetPasswordRequest, context: Context
    ) -> auth_pb.ResetPasswordResponse:
        await self._fake.enter("ResetPassword", request, context)
        return auth_pb.ResetPasswordResponse()

    async def UndeleteAccount(
        self, request: auth_pb.UndeleteAccountRequest, context: Context
    ) -> auth_pb.UndeleteAccountResponse:
        await self._fake.enter("UndeleteAccount", request, context)
        return auth_pb.UndeleteAccountResponse()

    async def GetCaller(self, request: auth_pb.GetCallerRequest, context: Context) -> auth_pb.GetCallerResponse:
        await self._fake.enter("GetCaller", request, context, signed_in=True)
        return auth_pb.GetCallerResponse(username="anna")


class FakeProfiles(profile_rpc.ProfileServiceServicer):
    def __init__(self, fake: FakeServer) -> None:
        self._fake = fake

    async def GetUser(self, request: profile_pb.GetUserRequest, context: Context) -> profile_pb.GetUserResponse:
        await self._fake.enter("GetUser", request, context)
        if request.username not in self._fake.users:
            await Fault(grpc.StatusCode.NOT_FOUND, "USER_NOT_FOUND", "No account has this username.").abort(context)
        return profile_pb.GetUserResponse(user=self._fake.users[request.username])

    async def BatchGetUsers(
        self, request: profile_pb.BatchGetUsersRequest, context: Context
    ) -> profile_pb.BatchGetUsersResponse:
        await self._fake.enter("BatchGetUsers", request, context)
        found = [self._fake.users[name] for name in request.usernames if name in self._fake.users]
        missing = [name for name in request.usernames if name not in self._fake.users]
        return profile_pb.BatchGetUsersResponse(users=found, missing_usernames=missing)

    async def ListUsers(self, request: profile_pb.ListUsersRequest, context: Context) -> profile_pb.ListUsersResponse:
        await self._fake.enter(
            "ListUsers", profile_pb.ListUsersRequest.FromString(request.SerializeToString()), context
        )
        start = int(request.page_token or 0)
        end = start + self._fake.page_size
        users = [self._fake.users[name] for name in sorted(self._fake.users)]
        token = str(end) if end < len(users) else ""
        return profile_pb.ListUsersResponse(users=users[start:end], next_page_token=token)

    async def UpdateUser(
        self, request: profile_pb.UpdateUserRequest, context: Context
    ) -> profile_pb.UpdateUserResponse:
        await self._fake.enter("UpdateUser", request, context, signed_in=True)
        user = self._fake.users[request.username]
        for path in request.update_mask.paths:
            setattr(user, path, getattr(request.user, path))
        return profile_pb.UpdateUserResponse(user=user)


class FakeAccounts(account_rpc.AccountServiceServicer):
    def __init__(self, fake: FakeServer) -> None:
        self._fake = fake

    async def GetAccount(
        self, request: account_pb.GetAccountRequest, context: Context
    ) -> account_pb.GetAccountResponse:
        await self._fake.enter("GetAccount", request, context, signed_in=True)
        account = account_pb.Account(
            username="anna",
            email="anna@example.org",
            roles=[access_pb.ROLE_REFEREE],
            visibility=visibility_pb.Visibility(
                email=visibility_pb.AUDIENCE_PRIVATE, city=visibility_pb.AUDIENCE_PUBLIC
            ),
        )
        return account_pb.GetAccountResponse(account=account)

    async def SetVisibility(
        self, request: account_pb.SetVisibilityRequest, context: Context
    ) -> account_pb.SetVisibilityResponse:
        await self._fake.enter("SetVisibility", request, context, signed_in=True)
        return account_pb.SetVisibilityResponse(visibility=request.visibility)

    async def ChangeEmail(
        self, request: account_pb.ChangeEmailRequest, context: Context
    ) -> account_pb.ChangeEmailResponse:
        await self._fake.enter("ChangeEmail", request, context, signed_in=True)
        return account_pb.ChangeEmailResponse()

    async def RequestEmailConfirmation(
        self, request: account_pb.RequestEmailConfirmationRequest, context: Context
    ) -> account_pb.RequestEmailConfirmationResponse:
        await self._fake.enter("RequestEmailConfirmation", request, context, signed_in=True)
        return account_pb.RequestEmailConfirmationResponse()

    async def ConfirmEmail(
        self, request: account_pb.ConfirmEmailRequest, context: Context
    ) -> account_pb.ConfirmEmailResponse:
        await self._fake.enter("ConfirmEmail", request, context)
        if request.token != "good":
            await Fault(grpc.StatusCode.INVALID_ARGUMENT, "MAIL_TOKEN_INVALID", "This token is not good.").abort(
                context
            )
        return account_pb.ConfirmEmailResponse()

    async def DeleteAccount(
        self, request: account_pb.DeleteAccountRequest, context: Context
    ) -> account_pb.DeleteAccountResponse:
        await self._fake.enter("DeleteAccount", request, context, signed_in=True)
        if request.password != PASSWORD:
            await Fault(grpc.StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG", "The password is wrong.").abort(context)
        del self._fake.users[request.username]
        return account_pb.DeleteAccountResponse(receipt=a_receipt())

    async def GetDeletionReceipt(
        self, request: account_pb.GetDeletionReceiptRequest, context: Context
    ) -> account_pb.GetDeletionReceiptResponse:
        await self._fake.enter("GetDeletionReceipt", request, context)
        return account_pb.GetDeletionReceiptResponse(receipt=a_receipt())


def a_receipt() -> account_pb.DeletionReceipt:
    """Return the receipt of a deletion that can still be taken back."""
    receipt = account_pb.DeletionReceipt(
        receipt_id=GAME_ID,
        state=account_pb.DELETION_STATE_SCHEDULED,
        mode=account_pb.DELETION_MODE_ERASE,
        counts=account_pb.PurgedCounts(session_count=2),
    )
    receipt.purge_time.FromJsonString("2026-12-07T12:00:00Z")
    return receipt


class FakeAvatars(avatar_rpc.AvatarServiceServicer):
    def __init__(self, fake: FakeServer) -> None:
        self._fake = fake

    async def UploadAvatar(
        self, request_iterator: AsyncIterator[avatar_pb.UploadAvatarRequest], context: Context
    ) -> avatar_pb.UploadAvatarResponse:
        await self._fake.enter("UploadAvatar", None, context, signed_in=True)
        messages = [message async for message in request_iterator]
        self._fake.uploads.append(messages)
        metadata = messages[0].metadata
        return avatar_pb.UploadAvatarResponse(avatar=user_pb.Avatar(sha256=metadata.sha256))

    async def GetAvatar(
        self, request: avatar_pb.GetAvatarRequest, context: Context
    ) -> AsyncIterator[avatar_pb.GetAvatarResponse]:
        await self._fake.enter("GetAvatar", request, context)
        same = request.if_none_match == self._fake.avatar_sha256
        metadata = avatar_pb.GetAvatarMetadata(
            content_type="image/webp",
            size_bytes=0 if same else len(self._fake.avatar),
            sha256=self._fake.avatar_sha256,
            not_modified=same,
        )
        yield avatar_pb.GetAvatarResponse(metadata=metadata)
        if not same:
            yield avatar_pb.GetAvatarResponse(chunk=self._fake.avatar[:3000])
            yield avatar_pb.GetAvatarResponse(chunk=self._fake.avatar[3000:])

    async def DeleteAvatar(
        self, request: avatar_pb.DeleteAvatarRequest, context: Context
    ) -> avatar_pb.DeleteAvatarResponse:
        await self._fake.enter("DeleteAvatar", request, context, signed_in=True)
        return avatar_pb.DeleteAvatarResponse()


class FakeGames(game_rpc.GameServiceServicer):
    def __init__(self, fake: FakeServer) -> None:
        self._fake = fake

    async def RecordGame(
        self, request: game_service_pb.RecordGameRequest, context: Context
    ) -> game_service_pb.RecordGameResponse:
        await self._fake.enter("RecordGame", request, context, signed_in=True)
        if access_pb.ROLE_REFEREE not in self._fake.session_roles:
            await Fault(
                grpc.StatusCode.PERMISSION_DENIED, "ROLE_MISSING", "Only referees and service accounts record games."
            ).abort(context)
        self._fake.games[request.game.game_id] = request.game
        return game_service_pb.RecordGameResponse(game=request.game)

    async def BatchRecordGames(
        self, request: game_service_pb.BatchRecordGamesRequest, context: Context
    ) -> game_service_pb.BatchRecordGamesResponse:
        await self._fake.enter("BatchRecordGames", request, context, signed_in=True)
        try:
            validate(request)
            self._check_players(request)
        except InvalidInput as error:
            violations = [(each.field, each.description) for each in error.violations[:20]]
            await Fault(grpc.StatusCode.INVALID_ARGUMENT, error.reason, error.message, violations=violations).abort(
                context
            )
        if request.validate_only:
            return game_service_pb.BatchRecordGamesResponse()
        self._fake.games |= {game.game_id: game for game in request.games}
        return game_service_pb.BatchRecordGamesResponse(games=request.games)

    def _check_players(self, request: game_service_pb.BatchRecordGamesRequest) -> None:
        unknown = [
            Violation(f"games[{index}].seats[{number}].username", "names a player who has no account")
            for index, game in enumerate(request.games)
            for number, seat in enumerate(game.seats)
            if seat.username and seat.username not in self._fake.users
        ]
        if unknown:
            raise InvalidInput("A seat names a player who has no account.", *unknown)

    async def CorrectGame(
        self, request: game_service_pb.CorrectGameRequest, context: Context
    ) -> game_service_pb.CorrectGameResponse:
        await self._fake.enter("CorrectGame", request, context, signed_in=True)
        return game_service_pb.CorrectGameResponse(game=request.game)

    async def VoidGame(
        self, request: game_service_pb.VoidGameRequest, context: Context
    ) -> game_service_pb.VoidGameResponse:
        await self._fake.enter("VoidGame", request, context, signed_in=True)
        return game_service_pb.VoidGameResponse(game=self._fake.games[request.game_id])

    async def MergeGuest(
        self, request: game_service_pb.MergeGuestRequest, context: Context
    ) -> game_service_pb.MergeGuestResponse:
        await self._fake.enter("MergeGuest", request, context, signed_in=True)
        return game_service_pb.MergeGuestResponse(game_count=3)

    async def GetGame(
        self, request: game_service_pb.GetGameRequest, context: Context
    ) -> game_service_pb.GetGameResponse:
        await self._fake.enter("GetGame", request, context)
        if request.game_id not in self._fake.games:
            await Fault(grpc.StatusCode.NOT_FOUND, "GAME_NOT_FOUND", "No game has this id.").abort(context)
        return game_service_pb.GetGameResponse(game=self._fake.games[request.game_id])

    async def ListGames(
        self, request: game_service_pb.ListGamesRequest, context: Context
    ) -> game_service_pb.ListGamesResponse:
        await self._fake.enter("ListGames", request, context)
        return game_service_pb.ListGamesResponse(games=self._fake.games.values())


class FakeStats(stats_rpc.StatsServiceServicer):
    def __init__(self, fake: FakeServer) -> None:
        self._fake = fake

    async def GetPlayerStats(
        self, request: stats_service_pb.GetPlayerStatsRequest, context: Context
    ) -> stats_service_pb.GetPlayerStatsResponse:
        await self._fake.enter("GetPlayerStats", request, context)
        tally = a_tally()
        stats = player_stats_pb.PlayerStats(
            overall=tally,
            roles=[player_stats_pb.RoleTally(role=game_pb.ROLE_DON, tally=tally)],
            black=tally,
            points={"total": 2.5, "entries": [{"reason": game_pb.POINTS_REASON_RESULT, "points": 2.5}]},
        )
        if request.username == "ben":
            stats.rating.MergeFrom(
                player_stats_pb.Rating(rating=1523.4, deviation=80, lower_bound=1300, provisional=True, rated_games=4)
            )
        return stats_service_pb.GetPlayerStatsResponse(stats=stats)

    async def GetPairStats(
        self, request: stats_service_pb.GetPairStatsRequest, context: Context
    ) -> stats_service_pb.GetPairStatsResponse:
        await self._fake.enter("GetPairStats", request, context)
        stats = player_stats_pb.PairStats(together=a_tally())
        return stats_service_pb.GetPairStatsResponse(stats=stats)

    async def ListRatingChanges(
        self, request: stats_service_pb.ListRatingChangesRequest, context: Context
    ) -> stats_service_pb.ListRatingChangesResponse:
        await self._fake.enter("ListRatingChanges", request, context)
        change = player_stats_pb.RatingChange(game_id=request.page_token or "first")
        return stats_service_pb.ListRatingChangesResponse(
            changes=[change], next_page_token="" if request.page_token else "second"
        )

    async def ListStandings(
        self, request: stats_service_pb.ListStandingsRequest, context: Context
    ) -> stats_service_pb.ListStandingsResponse:
        await self._fake.enter("ListStandings", request, context)
        rank = int(request.page_token or 1)
        standing = player_stats_pb.Standing(
            rank=rank,
            username=f"p{rank}",
            display_name=f"P {rank}",
            value=0.5,
            sessions=3,
            wins=2,
            losses=1,
            percentile=50,
        )
        return stats_service_pb.ListStandingsResponse(
            standings=[standing], next_page_token="" if rank == 3 or request.around else str(rank + 1), total_size=3
        )

    async def ListSeasons(
        self, request: stats_service_pb.ListSeasonsRequest, context: Context
    ) -> stats_service_pb.ListSeasonsResponse:
        await self._fake.enter("ListSeasons", request, context)
        season = stats_service_pb.Season(season="2026-autumn", game_count=12)
        season.first_time.FromJsonString("2026-09-01T18:00:00Z")
        season.last_time.FromJsonString("2026-11-22T18:00:00Z")
        return stats_service_pb.ListSeasonsResponse(seasons=[season])

    async def ListRules(
        self, request: stats_service_pb.ListRulesRequest, context: Context
    ) -> stats_service_pb.ListRulesResponse:
        await self._fake.enter("ListRules", request, context)
        return stats_service_pb.ListRulesResponse(default_points_profile="federation-1")


def a_tally() -> player_stats_pb.Tally:
    """Return the counts of four games, three of them won."""
    return player_stats_pb.Tally(
        sessions=4,
        wins=3,
        losses=1,
        win_rate=0.75,
        win_interval={"low": 0.3006, "high": 0.9544},
        club_win_rate=0.4,
        wins_above_club=1.4,
        play_time={"seconds": 7200},
    )


class FakeCredentials(credentials_rpc.CredentialsServiceServicer):
    def __init__(self, fake: FakeServer) -> None:
        self._fake = fake

    async def GrantRole(
        self, request: credentials_pb.GrantRoleRequest, context: Context
    ) -> credentials_pb.GrantRoleResponse:
        await self._enter("GrantRole", request, context)
        self._fake.roles[request.username].add(request.role)
        return credentials_pb.GrantRoleResponse()

    async def RevokeRole(
        self, request: credentials_pb.RevokeRoleRequest, context: Context
    ) -> credentials_pb.RevokeRoleResponse:
        await self._enter("RevokeRole", request, context)
        self._fake.roles[request.username].discard(request.role)
        return credentials_pb.RevokeRoleResponse()

    async def CreateServiceAccount(
        self, request: credentials_pb.CreateServiceAccountRequest, context: Context
    ) -> credentials_pb.CreateServiceAccountResponse:
        await self._enter("CreateServiceAccount", request, context)
        return credentials_pb.CreateServiceAccountResponse(secret="dossier_key_of_the_table")

    async def _enter(self, method: str, request: Any, context: Context) -> None:
        await self._fake.enter(method, request, context)
        self._fake.service_tokens.append(dict(context.invocation_metadata() or ())["authorization"])
