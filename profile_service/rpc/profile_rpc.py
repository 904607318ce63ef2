"""ProfileService: decode, use case, encode."""

from __future__ import annotations

from typing import Any

import grpc
from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import profile_service_pb2_grpc as profile_rpc

from profile_service.errors import UserNotFound
from profile_service.rpc.messages import gender_word, user_message
from profile_service.storage.user_store import UserStore
from profile_service.users import EDITABLE, ProfileEditor
from profile_service.visibility import calling_viewer
from runtime.calls import caller
from runtime.pages import PageTokens, page_size

Context = grpc.aio.ServicerContext[Any, Any]


class ProfileServicer(profile_rpc.ProfileServiceServicer):
    """Serves profiles."""

    def __init__(self, store: UserStore, editor: ProfileEditor, pages: PageTokens) -> None:
        self._store = store
        self._editor = editor
        self._pages = pages

    async def GetUser(self, request: profile_pb.GetUserRequest, context: Context) -> profile_pb.GetUserResponse:
        user = await self._store.get_user(request.username)
        if user is None:
            raise UserNotFound(request.username)
        return profile_pb.GetUserResponse(user=user_message(user, calling_viewer()))

    async def BatchGetUsers(
        self, request: profile_pb.BatchGetUsersRequest, context: Context
    ) -> profile_pb.BatchGetUsersResponse:
        response = profile_pb.BatchGetUsersResponse()
        viewer = calling_viewer()
        for username in request.usernames:
            user = await self._store.get_user(username)
            if user is None:
                response.missing_usernames.append(username)
            else:
                response.users.append(user_message(user, viewer))
        return response

    async def ListUsers(self, request: profile_pb.ListUsersRequest, context: Context) -> profile_pb.ListUsersResponse:
        query = ("users", request.search, request.city, request.club)
        position = self._pages.open(request.page_token, *query)
        size, viewer = page_size(request.page_size), calling_viewer()
        users = await self._store.list_users(
            after="" if position is None else str(position[0]),
            search=request.search,
            city=request.city,
            club=request.club,
            viewer=viewer,
            count=size + 1,
        )
        more = len(users) > size
        return profile_pb.ListUsersResponse(
            users=[user_message(user, viewer) for user in users[:size]],
            next_page_token=self._pages.seal([users[size - 1].username], *query) if more else "",
        )

    async def UpdateUser(
        self, request: profile_pb.UpdateUserRequest, context: Context
    ) -> profile_pb.UpdateUserResponse:
        values = {name: getattr(request.user, name) for name in ("username", *EDITABLE)}
        values["gender"] = gender_word(request.user.gender) if request.user.gender or request.update_mask.paths else ""
        user = await self._editor.update(
            caller(), request.username, values=values, mask=request.update_mask.paths, etag=request.etag
        )
        return profile_pb.UpdateUserResponse(user=user_message(user, calling_viewer()))
