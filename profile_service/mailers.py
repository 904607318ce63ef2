"""The ways in which mail leaves: through an SMTP server, or onto the terminal."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from email.message import EmailMessage

import aiosmtplib

from profile_service.mail import Letter, Mailer, NotSent
from profile_service.settings import Settings

# For everything from the connection to the server's last word.
SEND_SECONDS = 30.0


def mailer_of(settings: Settings) -> Mailer | None:
    """Return what the settings ask for; None sends no mail."""
    if settings.smtp_host:
        return SmtpMailer(settings)
    return ConsoleMailer() if settings.development else None


class ConsoleMailer:
    """Prints letters, for development: whoever reads the terminal reads the tokens."""

    async def send(self, letter: Letter) -> None:
        """See `mail.Mailer`."""
        print(f"\n--- mail to {letter.recipient}: {letter.subject}\n\n{letter.text}---", flush=True)


class SmtpMailer:
    """Hands each letter to an SMTP server, on a connection of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def send(self, letter: Letter) -> None:
        """See `mail.Mailer`."""
        client = self._client()
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await client.connect()
                await client.send_message(self._message(letter))
                with suppress(aiosmtplib.SMTPException):  # the letter is taken
                    await client.quit()
        except aiosmtplib.SMTPRecipientsRefused as error:
            # What a server says may hold the address, which is nobody's business in a log.
            lasting = all(refused.code >= 500 for refused in error.recipients)
            raise NotSent("the recipient is refused", lasting=lasting) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise NotSent(type(error).__name__) from error
        finally:
            # Not left to the client's own context, which on cancellation waits for the server to say good-bye.
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_user or None,
            password=settings.smtp_password.reveal() if settings.smtp_user else None,
            use_tls=settings.smtp_security == "tls",
            start_tls=settings.smtp_security == "starttls",
            timeout=SEND_SECONDS,
        )

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._settings.mail_from
        message["To"] = letter.recipient
        message["Subject"] = letter.subject
        message["Message-ID"] = f"<{letter.mail_id}@{self._settings.mail_from.partition('@')[2] or 'localhost'}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message
