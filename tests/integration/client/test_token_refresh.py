"""Tokens are refreshed once, in time, whoever asks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import grpc
import pytest

from client import DossierError
from client.credentials import FileCredentialStore
from tests.integration.client.fakes import PASSWORD, UNAVAILABLE, FakeServer, Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from client import DossierClient
    from client.credentials import MemoryCredentialStore


async def test_expired_token_is_refreshed_once_for_20_concurrent_calls(anna: DossierClient, fake: FakeServer) -> None:
    """Twenty calls that are refused at once share one refresh, and all succeed."""
    fake.expired = True
    answers = await asyncio.gather(*(anna.get_account() for _ in range(20)))
    assert [answer.username for answer in answers] == ["anna"] * 20
    assert fake.count("RefreshTokens") == 1


async def test_token_is_refreshed_before_it_ends(
    fake: FakeServer, make_client: Callable[..., DossierClient], store: MemoryCredentialStore
) -> None:
    """A token with less than a minute left is exchanged before the call, so that the call is sent once."""
    fake.access_lifetime_seconds = 30
    async with make_client(store) as client:
        await client.sign_in("anna", PASSWORD)
        fake.access_lifetime_seconds = 600
        await asyncio.gather(*(client.get_account() for _ in range(20)))
    assert fake.count("RefreshTokens") == 1
    assert fake.count("GetAccount") == 20


async def test_second_refusal_is_raised(anna: DossierClient, fake: FakeServer) -> None:
    """A token that is refused after a refresh is not refreshed again."""
    fault = Fault(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_EXPIRED")
    fake.fail_next("GetAccount", fault, fault)
    with pytest.raises(DossierError) as caught:
        await anna.get_account()
    assert caught.value.reason == "TOKEN_EXPIRED"
    assert fake.count("RefreshTokens") == 1


async def test_refresh_is_repeated_with_the_same_token_when_unavailable(anna: DossierClient, fake: FakeServer) -> None:
    """A refresh whose answer was lost is asked for again with the same refresh token."""
    fake.expired = True
    fake.fail_next("RefreshTokens", UNAVAILABLE)
    await anna.get_account()
    first, second = fake.requests("RefreshTokens")
    assert first == second


async def test_session_that_cannot_go_on_is_forgotten(
    anna: DossierClient, fake: FakeServer, store: MemoryCredentialStore
) -> None:
    """A refresh token that is not good any more is dropped, so that the next call says to sign in."""
    fake.expired = True
    fake.fail_next("RefreshTokens", Fault(grpc.StatusCode.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID"))
    with pytest.raises(DossierError) as caught:
        await anna.get_account()
    assert caught.value.reason == "REFRESH_TOKEN_INVALID"
    assert store.load(fake.address) is None
    with pytest.raises(DossierError) as caught:
        await anna.get_account()
    assert caught.value.reason == "TOKEN_MISSING"


async def test_session_is_kept_when_the_refresh_fails_in_passing(
    anna: DossierClient, fake: FakeServer, store: MemoryCredentialStore
) -> None:
    """A server that is away during a refresh costs the call, not the session."""
    fake.expired = True
    fake.fail_next("RefreshTokens", UNAVAILABLE, UNAVAILABLE)
    with pytest.raises(DossierError) as caught:
        await anna.get_account()
    assert caught.value.code is grpc.StatusCode.UNAVAILABLE
    assert store.load(fake.address) is not None
    assert (await anna.get_account()).username == "anna"


async def test_refresh_goes_on_when_its_caller_is_cancelled(
    anna: DossierClient, fake: FakeServer, store: MemoryCredentialStore
) -> None:
    """A cancelled call does not throw away the answer of a refresh, which would end the session."""
    fake.expired = True
    call = asyncio.create_task(anna.get_account())
    async with asyncio.timeout(10):
        while fake.count("RefreshTokens") == 0:
            await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await anna._connection.tokens.close()
    held = store.load(fake.address)
    assert held is not None
    assert held.refresh_token == "refresh-2"


async def test_two_clients_on_one_file_refresh_once(
    fake: FakeServer, make_client: Callable[..., DossierClient], file_store: FileCredentialStore
) -> None:
    """The second client finds the tokens that the first one fetched, and does not use the refresh token again."""
    async with make_client(file_store) as first, make_client(FileCredentialStore(file_store.path)) as second:
        await first.sign_in("anna", PASSWORD)
        assert second.own_username() == "anna"
        fake.expired = True
        fake.refresh_takes_seconds = 0.2
        await asyncio.gather(*(client.get_account() for client in (first, second) for _ in range(5)))
    assert fake.count("RefreshTokens") == 1


async def test_client_does_not_go_on_as_somebody_else(
    fake: FakeServer, make_client: Callable[..., DossierClient], file_store: FileCredentialStore
) -> None:
    """When another process signs in as somebody else, a running client does not take over their session."""
    async with make_client(file_store) as first, make_client(file_store) as second:
        await first.sign_in("anna", PASSWORD)
        await second.sign_in("ben", PASSWORD)
        with pytest.raises(DossierError) as caught:
            await first.get_account()
    assert caught.value.reason == "TOKEN_MISSING"
    assert fake.count("RefreshTokens") == 0


async def test_download_stream_refreshes_an_expired_token(anna: DossierClient, fake: FakeServer) -> None:
    """A stream that is refused for its token is opened again with a new one."""
    fake.fail_next("DownloadReport", Fault(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_EXPIRED"))
    from tests.integration.client.fake_reports import REPORT_ID

    assert await anna.read_report(REPORT_ID) == fake.reports.content
    assert fake.count("RefreshTokens") == 1
