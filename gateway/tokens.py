"""The keys that access tokens are signed with, and the tokens themselves. Only the gateway has this."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from runtime.settings import SettingsError
from runtime.tokens import ALGORITHM, AUDIENCE, ISSUER, TYPE, KeySource

LIFETIME_SECONDS = 600
_COORDINATE_BYTES = 32
# The parameters that `openssl ecparam -genkey` writes before a key say nothing that the key does not.
_PEM_BLOCK = re.compile(rb"-----BEGIN (?!EC PARAMETERS)([A-Z ]+)-----.*?-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key as a JSON Web Key has it: coordinates in base64url."""

    kid: str
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that signs, and its id."""

    kid: str
    key: EllipticCurvePrivateKey = field(repr=False)


class SigningKeys(KeySource, Protocol):
    """The gateway's keys: one signs, all verify."""

    @property
    def signer(self) -> Signer:
        """The key that signs now."""

    @property
    def public_keys(self) -> tuple[PublicKey, ...]:
        """The public keys, all of which verify."""


class KeyRing:
    """Keys that stay: the first signs, all verify. See `SigningKeys`."""

    def __init__(self, keys: Sequence[EllipticCurvePrivateKey]) -> None:
        if not keys:
            raise ValueError("a key ring needs a key")
        self.public_keys = tuple(_public(key.public_key()) for key in keys)
        self.signers = tuple(Signer(public.kid, key) for public, key in zip(self.public_keys, keys, strict=True))
        self.signer = self.signers[0]
        self._by_kid = {public.kid: key.public_key() for public, key in zip(self.public_keys, keys, strict=True)}

    def find(self, kid: str) -> EllipticCurvePublicKey | None:
        """Return the public key that is named, None when there is no such key."""
        return self._by_kid.get(kid)


class TokenIssuer:
    """Makes access tokens (RFC 9068)."""

    def __init__(self, keys: SigningKeys, *, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._clock = clock

    def issue(self, *, account_id: str, username: str, session_id: str, roles: Iterable[str]) -> tuple[str, datetime]:
        """Return an access token and when it ends."""
        now = int(self._clock())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": account_id,
            "username": username,
            "sid": session_id,
            "roles": sorted(roles),
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        signer = self._keys.signer
        headers = {"typ": TYPE, "kid": signer.kid}
        token = jwt.encode(claims, signer.key, algorithm=ALGORITHM, headers=headers)
        return token, datetime.fromtimestamp(now + LIFETIME_SECONDS, UTC)


def read_keys(path: Path) -> KeyRing:
    """Return the keys in a PEM file, in their order. Raises SettingsError with a sentence for the operator."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise _unusable(path, "does not exist; make one with 'openssl genpkey -algorithm EC "
                              "-pkeyopt ec_paramgen_curve:P-256'") from None  # fmt: skip
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror}") from error
    keys = [_private_key(block.group(), path) for block in _PEM_BLOCK.finditer(data)]
    if not keys:
        raise _unusable(path, "has no PEM private key in it")
    return KeyRing(keys)


def load_or_create_keys(path: Path) -> KeyRing:
    """Return the keys in the file, which is made with a new key when it is missing; for a single gateway only.

    The file appears whole or not at all and only its owner can read it. Raises SettingsError.
    """
    if not path.exists():
        try:
            _create(path)
        except OSError as error:
            raise _unusable(path, f"cannot be made: {error.strerror}") from error
    return read_keys(path)


def new_key() -> EllipticCurvePrivateKey:
    """Return a new key for ES256."""
    return generate_private_key(SECP256R1())


def write_keys(path: Path, keys: Sequence[EllipticCurvePrivateKey]) -> None:
    """Put these keys in place of what is in the file. Raises SettingsError."""
    try:
        with _draft(path, keys) as draft:
            draft.replace(path)
    except OSError as error:
        raise _unusable(path, f"cannot be written: {error.strerror}") from error


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _draft(path, [new_key()]) as draft, suppress(FileExistsError):
        os.link(draft, path)  # Unlike a rename it never replaces the key of a gateway that was quicker.


@contextmanager
def _draft(path: Path, keys: Sequence[EllipticCurvePrivateKey]) -> Iterator[Path]:
    """Write the keys for their owner only to a file beside `path`, which is gone on leaving."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.writelines(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) for key in keys)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _private_key(pem: bytes, path: Path) -> EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise _unusable(path, "has a key with a passphrase; store it without one and protect the file") from error
    except ValueError as error:
        raise _unusable(path, "has a PEM block that is no private key") from error
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise _unusable(path, "has a key that is not for ES256; it must be of the curve P-256")
    return key


def _public(key: EllipticCurvePublicKey) -> PublicKey:
    numbers = key.public_numbers()
    x, y = (_base64url(number.to_bytes(_COORDINATE_BYTES, "big")) for number in (numbers.x, numbers.y))
    # The thumbprint of RFC 7638: these members, in this order, without spaces.
    members = json.dumps({"crv": "P-256", "kty": "EC", "x": x, "y": y}, separators=(",", ":"))
    return PublicKey(kid=_base64url(hashlib.sha256(members.encode()).digest()), x=x, y=y)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unusable(path: Path, why: str) -> SettingsError:
    return SettingsError([f"the signing key file {path} {why}"])
