"""The ways in which mail leaves, against a real SMTP server."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

from profile_service import mailers
from profile_service.mail import Letter, NotSent
from profile_service.mailers import ConsoleMailer, SmtpMailer, mailer_of
from profile_service.settings import Settings
from runtime.settings import Secret
from tests.provision.fixtures import on_one_engine

pytestmark = on_one_engine

LETTER = Letter("0190-mail", "anna@example.org", "Confirm your e-mail address", "Grüße.\n\nthe-token\n")
PASSWORD = "mail password"


@dataclass
class Inbox:
    """What the server does with mail: keeps it, or refuses the recipient with `refusal`."""

    refusal: str = ""
    silent: bool = False
    envelopes: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.silent:
            await asyncio.Event().wait()
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return "250 OK"


def _authenticate(server: SMTP, session: Any, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"dossier", PASSWORD.encode())
    return AuthResult(success=known, handled=known)


@asynccontextmanager
async def serving(inbox: Inbox, **options: Any) -> AsyncIterator[int]:
    """Run a mail server and yield its port."""
    tls = options.pop("whole_tls", None)
    server = await asyncio.get_running_loop().create_server(
        partial(SMTP, inbox, hostname="localhost", enable_SMTPUTF8=True, **options), "127.0.0.1", 0, ssl=tls
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def settings(port: int, **changes: Any) -> Settings:
    """Return settings that send to a local server in clear text."""
    given = {"smtp_host": "localhost", "smtp_port": port, "smtp_security": "none", "mail_from": "club@example.org"}
    secret = Secret(b"s" * 32)
    secrets = dict.fromkeys(("internal_secret", "refresh_secret", "page_secret", "deletion_secret"), secret)
    return Settings(**{**secrets, **given, **changes})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a certificate for localhost and return its files, certificate and key."""
    folder = tmp_path_factory.mktemp("smtp-tls")
    files = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-out", str(files[0]), "-keyout", str(files[1])],
        check=True, capture_output=True,
    )  # fmt: skip
    return files


def tls_of(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


async def test_letter_arrives_as_it_was_written() -> None:
    """Recipient, sender, subject and text are those of the letter, in any script, and the id stays the same."""
    inbox = Inbox()
    async with serving(inbox) as port:
        for _ in range(2):
            await SmtpMailer(settings(port)).send(LETTER)
    [first, second] = [
        email.message_from_bytes(envelope.content, policy=email.policy.default) for envelope in inbox.envelopes
    ]
    assert (inbox.envelopes[0].mail_from, inbox.envelopes[0].rcpt_tos) == ("club@example.org", ["anna@example.org"])
    assert (first["To"], first["From"], first["Subject"]) == (LETTER.recipient, "club@example.org", LETTER.subject)
    assert first.get_content().replace("\r\n", "\n") == LETTER.text
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_letter_is_sent_encrypted_and_signed_in(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    """Encryption from the start or by STARTTLS, to a server whose certificate is trusted, and with a password."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    inbox, tls = Inbox(), tls_of(certificate)
    how = {"whole_tls": tls} if security == "tls" else {"tls_context": tls, "require_starttls": True}
    # The server knows of TLS by STARTTLS alone.
    signed_in = {"auth_required": True, "auth_require_tls": security == "starttls", "authenticator": _authenticate}
    async with serving(inbox, **how, **signed_in) as port:
        who = {"smtp_user": "dossier", "smtp_password": Secret(PASSWORD.encode())}
        await SmtpMailer(settings(port, smtp_security=security, **who)).send(LETTER)
        who["smtp_password"] = Secret(b"another")
        with pytest.raises(NotSent) as caught:
            await SmtpMailer(settings(port, smtp_security=security, **who)).send(LETTER)
    assert not caught.value.lasting
    assert len(inbox.envelopes) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_letter_is_not_sent_to_a_server_that_is_not_trusted(
    certificate: tuple[Path, Path], security: str
) -> None:
    """A certificate that nobody vouches for gets neither password nor mail."""
    inbox, tls = Inbox(), tls_of(certificate)
    how = {"whole_tls": tls} if security == "tls" else {"tls_context": tls}
    async with serving(inbox, **how) as port:
        with pytest.raises(NotSent):
            await SmtpMailer(settings(port, smtp_security=security)).send(LETTER)
    assert inbox.envelopes == []


async def test_letter_is_not_sent_in_clear_text_when_it_shall_be_encrypted() -> None:
    """A server that offers no STARTTLS gets nothing: somebody in between may have taken the offer away."""
    inbox = Inbox()
    async with serving(inbox) as port:
        with pytest.raises(NotSent):
            await SmtpMailer(settings(port, smtp_security="starttls")).send(LETTER)
    assert inbox.envelopes == []


@pytest.mark.parametrize(("refusal", "lasting"), [("550 no such user", True), ("450 try later", False)])
async def test_refused_recipient_is_told_from_one_that_is_refused_for_now(refusal: str, lasting: bool) -> None:
    """What the server says decides whether trying again makes sense; what it says of the address is not kept."""
    async with serving(Inbox(refusal=refusal)) as port:
        with pytest.raises(NotSent) as caught:
            await SmtpMailer(settings(port)).send(LETTER)
    assert caught.value.lasting == lasting
    assert "anna" not in str(caught.value)


async def test_server_that_is_not_there_or_stays_silent_is_a_passing_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail waits for its server, and no server keeps the outbox for ever."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        with pytest.raises(NotSent) as caught:
            await SmtpMailer(settings(reserved.getsockname()[1])).send(LETTER)
    assert not caught.value.lasting
    monkeypatch.setattr(mailers, "SEND_SECONDS", 0.3)
    async with serving(Inbox(silent=True)) as port:
        with pytest.raises(NotSent):
            await SmtpMailer(settings(port)).send(LETTER)


async def test_console_shows_the_whole_letter(capsys: pytest.CaptureFixture[str]) -> None:
    """Who tries things out reads the token on the terminal."""
    await ConsoleMailer().send(LETTER)
    shown = capsys.readouterr().out
    assert LETTER.text in shown
    assert LETTER.recipient in shown


def test_mailer_follows_from_the_settings() -> None:
    """A host means SMTP; without one, mail is printed in development, and else not sent."""
    assert isinstance(mailer_of(settings(25)), SmtpMailer)
    assert isinstance(mailer_of(settings(25, development=True)), SmtpMailer)
    assert isinstance(mailer_of(settings(25, smtp_host="", development=True)), ConsoleMailer)
    assert mailer_of(settings(25, smtp_host="")) is None
