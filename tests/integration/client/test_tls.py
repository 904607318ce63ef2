"""Encrypted channels, and what a person reads when one is not to be had."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import grpc
import pytest

from client import DossierClient, DossierError
from tests.certificates import Authority, Pem
from tests.integration.client.command import Command
from tests.integration.client.fakes import FakeServer
from tests.integration.client.serving import serving

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path


def serving_with(pem: Pem) -> AbstractAsyncContextManager[FakeServer]:
    """Serve a fake server that shows a certificate."""
    return serving(FakeServer(), grpc.ssl_server_credentials([(pem.key, pem.certificate)]))


async def test_server_is_reached_with_its_authority_and_not_without(tmp_path: Path) -> None:
    """With the root CA the call succeeds; with the system's own, or in clear text, it does not."""
    authority = Authority()
    root_ca = authority.write(tmp_path)
    async with serving_with(authority.sign()) as fake:
        for right in (
            DossierClient(fake.address, tls=True, root_ca=root_ca),
            DossierClient(fake.address, root_ca=root_ca),
        ):
            async with right as client:
                assert (await client.get_user("anna")).username == "anna"
        for wrong in (DossierClient(fake.address, tls=True), DossierClient(fake.address)):
            async with wrong as client:
                with pytest.raises(DossierError) as caught:
                    await client.get_user("anna")
                assert caught.value.code is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize(
    ("names", "hours", "known", "reason", "advice"),
    [
        ((), 1, False, "CERTIFICATE_UNTRUSTED", "--root-ca FILE"),
        (("club.example.org",), 1, True, "CERTIFICATE_NAME", "--endpoint NAME:PORT"),
        ((), -1, True, "CERTIFICATE_EXPIRED", "operator has to renew"),
    ],
)
async def test_bad_certificate_is_told_with_what_to_do(
    tmp_path: Path, names: tuple[str, ...], hours: int, *, known: bool, reason: str, advice: str
) -> None:
    """An unknown authority, another name and an expired certificate each have their own words."""
    authority = Authority()
    trusted = (authority if known else Authority()).write(tmp_path)
    async with serving_with(authority.sign(*names, expires_in=timedelta(hours=hours))) as fake:
        result = await Command(fake.address, tmp_path)("--root-ca", str(trusted), "profile", "show", "anna")
    assert result.code == 5
    assert f"({reason})" in result.err
    assert fake.address in result.err
    assert advice in result.err


async def test_server_without_a_certificate_is_told_to_who_wants_one(fake: FakeServer, command: Command) -> None:
    """Nobody who asked for encryption is talked to in clear text."""
    result = await command("--tls", "profile", "show", "anna")
    assert result.code == 5
    assert "speaks plain text, not TLS. (NOT_ENCRYPTED)" in result.err
