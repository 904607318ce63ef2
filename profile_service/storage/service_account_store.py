"""Runs the queries about service accounts and their API keys."""

from __future__ import annotations

from collections.abc import Callable

from profile_service.audit import Kind
from profile_service.credentials import NewAccount
from profile_service.errors import ApiKeyNotFound, ApiKeyQuota, ServiceAccountNotFound
from profile_service.service_accounts import ActorCheck, ApiKey, KeyHolder, NewKey
from profile_service.storage.audit_store import record
from profile_service.storage.credential_store import inserting_account
from profile_service.storage.parts import ACCOUNTS
from profile_service.storage.standing_store import ban_of, standing_of
from runtime.database import Database, Row, Session
from runtime.times import moment


class ServiceAccountStore:
    """Implements `service_accounts.ServiceAccountStore`. `username_hash` is how looks of purged names are kept."""

    def __init__(self, database: Database, *, username_hash: Callable[[str], str]) -> None:
        self._database = database
        self._username_hash = username_hash

    async def create_service_account(self, account: NewAccount, *, actor_id: str, check: ActorCheck) -> None:
        """See `service_accounts.ServiceAccountStore`."""
        async with inserting_account(self._database, account, username_hash=self._username_hash) as session:
            check(await standing_of(session, actor_id))
            await record(session, Kind.SERVICE_ACCOUNT_MADE, account.account_id, actor_id=actor_id)

    async def create_key(self, username: str, key: NewKey, *, actor_id: str, check: ActorCheck, most: int) -> ApiKey:
        """See `service_accounts.ServiceAccountStore`."""
        async with self._database.write(ACCOUNTS) as session:
            check(await standing_of(session, actor_id))
            account_id = await _find_account(session, username)
            row = await session.one(
                "insert_api_key",
                api_key_id=key.api_key_id,
                account_id=account_id,
                display_name=key.display_name,
                digest=key.digest,
                most=most,
            )
            if row is None:
                raise ApiKeyQuota(most)
            made = {"api_key_id": key.api_key_id, "name": key.display_name}
            await record(session, Kind.API_KEY_MADE, account_id, actor_id=actor_id, **made)
        return _key(row)

    async def list_keys(self, username: str) -> list[ApiKey]:
        """See `service_accounts.ServiceAccountStore`."""
        async with self._database.read() as session:
            account_id = await _find_account(session, username)
            return [_key(row) for row in await session.all("list_api_keys", account_id=account_id)]

    async def revoke_key(self, api_key_id: str, *, actor_id: str, check: ActorCheck) -> None:
        """See `service_accounts.ServiceAccountStore`."""
        async with self._database.write(ACCOUNTS) as session:
            check(await standing_of(session, actor_id))
            deleted = await session.one("delete_api_key", api_key_id=api_key_id)
            if deleted is None:
                raise ApiKeyNotFound()
            await session.all("end_sessions_of_api_key", api_key_id=api_key_id)
            account_id = deleted["account_id"]
            await record(session, Kind.API_KEY_REVOKED, account_id, actor_id=actor_id, api_key_id=api_key_id)

    async def find_key(self, digest: str) -> KeyHolder | None:
        """See `service_accounts.ServiceAccountStore`."""
        row = await self._database.point.one("find_api_key", digest=digest)
        return None if row is None else KeyHolder(row["account_id"], row["api_key_id"], ban_of(row))


async def _find_account(session: Session, username: str) -> str:
    account = await session.one("find_service_account", username=username)
    if account is None:
        raise ServiceAccountNotFound(username)
    return str(account["account_id"])


def _key(row: Row) -> ApiKey:
    last_use = row["last_use_time"]
    return ApiKey(
        row["api_key_id"],
        row["display_name"],
        moment(row["create_time"]),
        None if last_use is None else moment(last_use),
    )
