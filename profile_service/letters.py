"""Every word of the mails, in English."""

from __future__ import annotations

from profile_service.mail import Letter, Mail, MailKind

_CONFIRM = """\
Hello {username},

this address was given for your account {username}. To confirm it, use this token within 24 hours:

{token}

{link}If you did not ask for this, do nothing: without the token nothing changes.
"""
_CHANGING = """\
Hello {username},

somebody who knows your password asked for another e-mail address for your account {username}, in place of this one.

If it was not you, change your password now: that also stops the change of address.
"""
_REMOVED = """\
Hello {username},

somebody who knows your password removed this e-mail address from your account {username}. No more mail will come here,
and the password can no longer be reset by mail.

If it was not you, ask the people who run the club at once.
"""
_CHANGED = """\
Hello {username},

the password of your account {username} was changed a moment ago, and all other devices were signed out.

If it was not you, reset the password now by this address: that signs out everybody else.
"""
_DELETION = """\
Hello {username},

somebody who knows your password asked to delete your account {username}. It is hidden now, and will be deleted for good
in some days.

If it was not you, reset the password by this address, and then bring the account back with the new one.
"""
_RESET = """\
Hello {username},

somebody asked to reset the password of your account {username}. To choose a new one, use this token within an hour:

{token}

{link}If you did not ask for this, do nothing: your password stays as it is.
"""
_WORDS = {
    MailKind.CONFIRM_EMAIL: ("Confirm your e-mail address", _CONFIRM),
    MailKind.EMAIL_CHANGING: ("Your e-mail address is being changed", _CHANGING),
    MailKind.EMAIL_REMOVED: ("Your e-mail address was removed", _REMOVED),
    MailKind.PASSWORD_CHANGED: ("Your password was changed", _CHANGED),
    MailKind.DELETION_SCHEDULED: ("Your account is being deleted", _DELETION),
    MailKind.RESET_PASSWORD: ("Reset your password", _RESET),
}


def write(mail: Mail, *, recipient: str, username: str, token: str, link: str) -> Letter:
    """Return a mail in words. `link` is the address of a page, with {action} and {token} to be filled in, or empty."""
    subject, text = _WORDS[mail.kind]
    address = link.replace("{action}", mail.kind).replace("{token}", token)
    line = f"Or open this page:\n\n{address}\n\n" if link else ""
    return Letter(mail.mail_id, recipient, subject, text.format(username=username, token=token, link=line))
