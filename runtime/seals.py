"""What clients carry for us: signed or sealed with a service's secret, by a key of its own for each purpose."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

_DIGEST_BYTES = 32


class Broken(Exception):
    """What a client sent was not signed or sealed with this secret for this purpose, was changed, or is too old."""


class Seal:
    """Lets clients neither read nor change what they carry. The same data look different each time."""

    def __init__(self, secret: bytes, *, purpose: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_key(secret, purpose)))

    def seal(self, data: bytes) -> str:
        """Return the data as text that can stand in an address."""
        return self._fernet.encrypt(data).decode()

    def open(self, text: str, *, max_age_seconds: int) -> bytes:
        """Return the data that were sealed at most so long ago. Raises Broken."""
        try:
            return self._fernet.decrypt(text.encode(), ttl=max_age_seconds)
        except (InvalidToken, ValueError) as error:
            raise Broken from error


class Signature:
    """Lets clients change nothing of what they carry. The same data always are the same text."""

    def __init__(self, secret: bytes, *, purpose: str) -> None:
        self._key = _key(secret, purpose)

    def sign(self, data: bytes) -> str:
        """Return the data as text that can stand in an address."""
        return _encoded(data + self._digest(data))

    def open(self, text: str) -> bytes:
        """Return the data that were signed. Raises Broken for any other text than `sign` has made."""
        try:
            signed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (binascii.Error, ValueError) as error:
            raise Broken from error
        data, digest = signed[:-_DIGEST_BYTES], signed[-_DIGEST_BYTES:]
        # The decoder passes over what is no letter of its own, so that many texts are the same bytes.
        if not hmac.compare_digest(digest, self._digest(data)) or _encoded(signed) != text:
            raise Broken
        return data

    def _digest(self, data: bytes) -> bytes:
        return hmac.digest(self._key, data, "sha256")


def _key(secret: bytes, purpose: str) -> bytes:
    return hashlib.sha256(b"dossier %b\0%b" % (purpose.encode(), secret)).digest()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
