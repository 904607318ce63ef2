"""The players' public profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dossier.profile.v1 import profile_service_pb2 as profile_pb
from dossier.profile.v1 import user_pb2 as user_pb
from google.protobuf.field_mask_pb2 import FieldMask

from client.accounts import AccountCalls

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence


class ProfileCalls(AccountCalls):
    """The calls about profiles."""

    async def get_user(self, username: str) -> user_pb.User:
        """Return one player. Raises DossierError (USER_NOT_FOUND)."""
        request = profile_pb.GetUserRequest(username=username)
        answer = await self._connection.read(self._connection.stubs.profiles.GetUser, request)
        return answer.user

    async def batch_get_users(self, usernames: Sequence[str]) -> profile_pb.BatchGetUsersResponse:
        """Return up to 200 players in the order asked for, and the usernames that nobody has. Raises DossierError."""
        request = profile_pb.BatchGetUsersRequest(usernames=usernames)
        return await self._connection.read(self._connection.stubs.profiles.BatchGetUsers, request)

    async def list_users(
        self, *, search: str = "", city: str = "", club: str = "", page_size: int = 0
    ) -> AsyncIterator[user_pb.User]:
        """Yield the players by username, page after page as they are needed. Raises DossierError."""
        request = profile_pb.ListUsersRequest(search=search, city=city, club=club, page_size=page_size)
        while True:
            page = await self._connection.read(self._connection.stubs.profiles.ListUsers, request)
            for user in page.users:
                yield user
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return

    async def update_user(
        self,
        *,
        etag: str = "",
        display_name: str | None = None,
        gender: user_pb.Gender | None = None,
        city: str | None = None,
        club: str | None = None,
        about: str | None = None,
        locale: str | None = None,
    ) -> user_pb.User:
        """Change the given fields of the caller's own profile and return it; None leaves a field, "" empties it.

        With the `etag` of a profile read before, a change made by somebody else since then is not overwritten.

        Raises:
            DossierError: ETAG_STALE, INVALID_REQUEST.
            ValueError: no field is given.
        """
        changes = _given(display_name=display_name, gender=gender, city=city, club=club, about=about, locale=locale)
        request = profile_pb.UpdateUserRequest(
            username=self.own_username(),
            user=user_pb.User(**changes),
            update_mask=FieldMask(paths=sorted(changes)),
            etag=etag,
        )
        answer = await self._connection.unary(self._connection.stubs.profiles.UpdateUser, request, signed_in=True)
        return answer.user


def _given(**fields: Any) -> dict[str, Any]:
    changes = {name: value for name, value in fields.items() if value is not None}
    if not changes:
        raise ValueError("no field to change")  # an empty mask would mean something else
    return changes
