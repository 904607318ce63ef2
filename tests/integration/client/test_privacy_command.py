"""The commands about privacy, e-mail and forgotten passwords, against a fake server."""

from __future__ import annotations

import json

from dossier.profile.v1 import visibility_pb2 as visibility_pb

from tests.integration.client.command import Command
from tests.integration.client.fakes import PASSWORD, FakeServer


async def test_privacy_set_sends_what_is_given_alone(signed_in: Command, fake: FakeServer) -> None:
    """A field that is not named is not sent, so it keeps its audience."""
    result = await signed_in("privacy", "set", "--city", "club", "--games", "private")
    assert (result.code, result.out) == (0, "city\tclub\ngames\tprivate\n")
    (request,) = fake.requests("SetVisibility")
    assert request.visibility == visibility_pb.Visibility(
        city=visibility_pb.AUDIENCE_CLUB, games=visibility_pb.AUDIENCE_PRIVATE
    )


async def test_privacy_set_of_nothing_or_nonsense_is_refused(signed_in: Command, fake: FakeServer) -> None:
    """The command line is wrong, and the server is not asked."""
    for arguments in ([], ["--city", "friends"]):
        assert (await signed_in("privacy", "set", *arguments)).code == 2
    assert fake.count("SetVisibility") == 0


async def test_privacy_show_prints_json_when_asked(signed_in: Command) -> None:
    """Programs read the same as people."""
    result = await signed_in("privacy", "show", "--json")
    assert json.loads(result.out) == {"email": "AUDIENCE_PRIVATE", "city": "AUDIENCE_PUBLIC"}
    assert (await signed_in("privacy", "show")).out == "email\tprivate\ncity\tpublic\n"


async def test_email_is_changed_with_the_password_and_confirmed_by_anybody(command: Command, fake: FakeServer) -> None:
    """Changing needs the session and the password, confirming the token alone."""
    await command("sign-in", "anna", "--password-stdin", stdin=f"{PASSWORD}\n")
    result = await command("email", "change", "new@example.org", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert result.code == 0, result.err
    assert (await command("email", "resend")).code == 0
    assert (await command("email", "remove", "--password-stdin", stdin=f"{PASSWORD}\n")).code == 0
    assert [(request.email, request.password) for request in fake.requests("ChangeEmail")] == [
        ("new@example.org", PASSWORD),
        ("", PASSWORD),
    ]
    await command("sign-out")
    assert (await command("email", "confirm", "good")).code == 0
    refused = await command("email", "confirm", "bad")
    assert refused.code == 1
    assert "dossier email resend" in refused.err


async def test_forgotten_password_is_reset_by_the_token(command: Command, fake: FakeServer) -> None:
    """Nobody is signed in, and the answer does not say whether there is such an account."""
    result = await command("password", "forgot", "anna@example.org")
    assert result.code == 0
    assert result.err.startswith("If there is such an account")
    result = await command("password", "reset", "good", "--password-stdin", stdin="the next one\n")
    assert result.code == 0, result.err
    (request,) = fake.requests("ResetPassword")
    assert (request.token, request.new_password) == ("good", "the next one")
