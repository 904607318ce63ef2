"""A new signing key while calls go on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import grpc
import jwt
import pytest
from dossier.auth.v1 import auth_service_pb2 as auth_pb
from dossier.auth.v1 import auth_service_pb2_grpc as auth_rpc

from gateway import key_file
from gateway.key_file import rotate
from runtime import jwks_client
from runtime.channels import open_channel
from runtime.jwks_client import RemoteKeys
from runtime.tokens import TokenVerifier
from tests.eventually import eventually
from tests.integration.gateway.conftest import Club, open_club
from tests.integration.gateway.test_auth import PASSWORD, TIMEOUT
from tests.signing import bearer


class Callers:
    """People who sign in and call all the time, and a service elsewhere that verifies their tokens."""

    def __init__(self, club: Club, remote: RemoteKeys) -> None:
        self._auth = auth_rpc.AuthServiceStub(club.channel)
        self._remote = remote
        self.kids: list[str] = []
        self.verified_count = 0

    async def sign_up(self) -> None:
        """Open the account that all of them use."""
        await self._auth.SignUp(auth_pb.SignUpRequest(username="alice", password=PASSWORD), timeout=TIMEOUT)

    async def call(self) -> None:
        """Sign in, be let in by the gateway, and be known elsewhere; go on without end, also with the older tokens."""
        tokens: list[str] = []
        while True:
            request = auth_pb.SignInRequest(username="alice", password=PASSWORD)
            tokens.append((await self._auth.SignIn(request, timeout=TIMEOUT)).tokens.access_token)
            self.kids.append(jwt.get_unverified_header(tokens[-1])["kid"])
            for token in (tokens[0], tokens[-1]):
                await self._auth.GetCaller(auth_pb.GetCallerRequest(), timeout=TIMEOUT, metadata=bearer(token))
                # A verifier of its own, since one remembers what it has verified.
                TokenVerifier(self._remote).verify(token)
                self.verified_count += 1

    async def signed_by(self, kid: str) -> bool:
        """Return whether the newest token is of this key."""
        return self.kids[-1:] == [kid]


async def test_key_changes_under_load_without_a_failed_verification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a new key is published and then signs, every token is good at the gateway and at every service."""
    monkeypatch.setattr(key_file, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(key_file, "PUBLISHED_SECONDS", 2.0)
    monkeypatch.setattr(jwks_client, "REFRESH_SECONDS", 0.1)
    monkeypatch.setattr(jwks_client, "RETRY_SECONDS", 0.1)
    async with open_club(tmp_path) as club, open_channel(club.server.address) as channel:
        remote = RemoteKeys(channel)
        fetching = asyncio.create_task(remote.keep_fresh())
        async with asyncio.timeout(TIMEOUT):
            await remote.ready.wait()
        callers = Callers(club, remote)
        await callers.sign_up()
        calls = [asyncio.create_task(callers.call()) for _ in range(4)]
        try:
            await eventually(lambda: callers.signed_by(club.keys.signer.kid), within_seconds=TIMEOUT)
            kid = rotate(club.settings.signing_key_file)
            await eventually(lambda: callers.signed_by(kid), within_seconds=20)
            verified_count = callers.verified_count
            await eventually(lambda: _grew(callers, verified_count + 50), within_seconds=20)
        finally:
            for task in (*calls, fetching):
                task.cancel()
            outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * len(calls), outcomes


async def _grew(callers: Callers, count: int) -> bool:
    return callers.verified_count >= count


async def test_gateways_that_share_a_file_know_each_others_new_key(tmp_path: Path) -> None:
    """The keys that a gateway serves are those of its file, also those that somebody else put there."""
    async with open_club(tmp_path) as club, grpc.aio.insecure_channel(club.server.address) as channel:
        kid = rotate(club.settings.signing_key_file)
        stub = auth_rpc.AuthServiceStub(channel)

        async def is_served() -> bool:
            answer = await stub.GetJwks(auth_pb.GetJwksRequest(), timeout=TIMEOUT)
            return kid in [key.kid for key in answer.keys]

        await eventually(is_served, within_seconds=5)
