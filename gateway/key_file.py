"""The file of the signing keys while a gateway runs: read again when it changes, and given a new key by a command.

python -m gateway.key_file data/secrets/signing-key.pem
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from gateway.tokens import LIFETIME_SECONDS, KeyRing, PublicKey, Signer, new_key, read_keys, write_keys
from runtime.settings import SettingsError
from runtime.tokens import LEEWAY_SECONDS

CHECK_SECONDS = 1.0
# Verifiers ask for the keys every minute; nobody may meet a token whose key they have not seen.
PUBLISHED_SECONDS = 120.0
# When the last token of the key before has ended, and a new key may push it out.
ROTATION_SECONDS = PUBLISHED_SECONDS + LIFETIME_SECONDS + LEEWAY_SECONDS
_log = structlog.get_logger("keys")


class KeyFile:
    """The keys of a file, as they are now. See `runtime.tokens.KeySource` and `gateway.tokens.SigningKeys`.

    A first key that is new is published for two minutes before it signs, during which the key before it goes on.
    """

    def __init__(self, path: Path, keys: KeyRing, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Watch the file that `keys` were read from just now."""
        self._path = path
        self._keys = keys
        self._clock = clock
        young = PUBLISHED_SECONDS - (time.time() - path.stat().st_mtime)
        # A gateway that starts in the midst of a change must not sign with what others have not seen.
        changing = len(keys.signers) > 1 and young > 0
        self._signer = keys.signers[1] if changing else keys.signer
        self._signs_from = clock() + young if changing else 0.0
        self._seen = _stamp(path)
        self._next_check = 0.0

    @property
    def signer(self) -> Signer:
        """The key that signs now."""
        self._look()
        if self._signer.kid != self._keys.signer.kid and self._clock() >= self._signs_from:
            self._signer = self._keys.signer
            _log.info("key_signs", kid=self._signer.kid)
        return self._signer

    @property
    def public_keys(self) -> tuple[PublicKey, ...]:
        """The public keys, all of which verify."""
        self._look()
        return self._keys.public_keys

    def find(self, kid: str) -> EllipticCurvePublicKey | None:
        """Return the public key that is named, None when there is no such key."""
        self._look()
        return self._keys.find(kid)

    def _look(self) -> None:
        now = self._clock()
        if now < self._next_check:
            return
        self._next_check = now + CHECK_SECONDS
        seen = _stamp(self._path)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            keys = read_keys(self._path)
        except SettingsError as error:
            _log.warning("keys_kept", problem=str(error))
            return
        self._take(keys, now)

    def _take(self, keys: KeyRing, now: float) -> None:
        if self._keys.find(keys.signer.kid) is None:
            self._signs_from = now + PUBLISHED_SECONDS
        if keys.find(self._signer.kid) is None:
            self._signer = keys.signer
        self._keys = keys
        _log.info("keys_read", kids=[key.kid for key in keys.public_keys])


def rotate(path: Path) -> str:
    """Put a new key first into the file and keep the one before it, and return the new key's id.

    Raises SettingsError when the file cannot be used, or tokens of the key that would go may still be good.
    """
    keys = read_keys(path)
    age = time.time() - path.stat().st_mtime
    if len(keys.public_keys) > 1 and age < ROTATION_SECONDS:
        minutes = (ROTATION_SECONDS - age) // 60 + 1
        raise SettingsError([f"the last change of {path} is not over; try again in {minutes:.0f} min"])
    key = new_key()
    write_keys(path, [key, keys.signer.key])
    return KeyRing([key]).signer.kid


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gateway.key_file", description="Give access tokens a new key.")
    parser.add_argument("file", type=Path, help="the PEM file that the gateways read")
    try:
        kid = rotate(parser.parse_args().file)
    except SettingsError as error:
        sys.exit(f"dossier: {error}")
    print(f"The key {kid} signs in two minutes. Copy the file to every gateway that has its own.")


if __name__ == "__main__":
    _main()
