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
from dossier.stats.v1 import game_pb2 as game_pb
from dossier.stats.v1 import game_service_pb2 as game_service_pb
from dossier.stats.v1 import game_service_pb2_grpc as game_rpc
from dossier.stats.v1 import player_stats_pb2 as player_stats_pb
from dossier.stats.v1 import stats_service_pb2 as stats_service_pb
from dossier.stats.v1 import stats_service_pb2_grpc as stats_rpc

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
        account = account_pb.Account(username="anna", email="anna@example.org", roles=[access_pb.ROLE_REFEREE])
        return account_pb.GetAccountResponse(account=account)

    async def DeleteAccount(
        self, request: account_pb.DeleteAccountRequest, context: Context
    ) -> account_pb.DeleteAccountResponse:
        await self._fake.enter("DeleteAccount", request, context, signed_in=True)
        if request.password != PASSWORD:
            await Fault(grpc.StatusCode.UNAUTHENTICATED, "CREDENTIALS_WRONG", "The password is wrong.").abort(context)
        del self._fake.users[request.username]
        return account_pb.DeleteAccountResponse()


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
        tally = player_stats_pb.Tally(sessions=4, wins=3, losses=1, win_rate=0.75, play_time={"seconds": 7200})
        roles = [player_stats_pb.RoleTally(role=game_pb.ROLE_DON, tally=tally)]
        stats = player_stats_pb.PlayerStats(overall=tally, roles=roles)
        return stats_service_pb.GetPlayerStatsResponse(stats=stats)


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
