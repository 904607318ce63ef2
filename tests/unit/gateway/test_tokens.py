"""Signing keys and the access tokens made with them."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gateway.tokens import LIFETIME_SECONDS, KeyRing, TokenIssuer, load_or_create_keys, read_keys, write_keys
from runtime.settings import SettingsError
from runtime.tokens import TokenVerifier


def a_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, *, passphrase: bytes = b"") -> bytes:
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        encryption = serialization.BestAvailableEncryption(passphrase)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def issue(keys: KeyRing, *, clock: Callable[[], float] | None = None) -> str:
    issuer = TokenIssuer(keys) if clock is None else TokenIssuer(keys, clock=clock)
    token, _ = issuer.issue(account_id="a-1", username="alice", session_id="s-1", roles=["service", "referee"])
    return token


def test_token_names_the_caller_to_a_verifier() -> None:
    """What was issued is what the verifier reads."""
    keys = KeyRing([a_key()])
    caller = TokenVerifier(keys).verify(issue(keys))
    assert (caller.account_id, caller.username, caller.session_id) == ("a-1", "alice", "s-1")
    assert caller.roles == {"referee", "service"}


def test_token_has_every_promised_claim_and_ends_after_ten_minutes() -> None:
    """The claims and headers are those of RFC 9068, no more and no fewer."""
    keys = KeyRing([a_key()])
    token, end = TokenIssuer(keys, clock=lambda: 1_000_000.7).issue(
        account_id="a-1", username="alice", session_id="s-1", roles=[]
    )
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims.keys() == {"iss", "aud", "sub", "username", "sid", "roles", "iat", "exp", "jti"}
    assert claims["exp"] - claims["iat"] == LIFETIME_SECONDS == 600
    assert end == datetime.fromtimestamp(claims["exp"], UTC)
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "typ": "at+jwt", "kid": keys.signer.kid}


def test_two_tokens_of_one_moment_differ() -> None:
    """Each token has an id of its own."""
    keys = KeyRing([a_key()])
    first, second = issue(keys, clock=lambda: 1e9), issue(keys, clock=lambda: 1e9)
    ids = [jwt.decode(token, options={"verify_signature": False})["jti"] for token in (first, second)]
    assert ids[0] != ids[1]


def test_kid_is_the_thumbprint_of_the_key() -> None:
    """The key id is computed as RFC 7638 says."""
    (public,) = KeyRing([a_key()]).public_keys
    members = json.dumps({"crv": "P-256", "kty": "EC", "x": public.x, "y": public.y}, separators=(",", ":"))
    digest = hashlib.sha256(members.encode()).digest()
    assert public.kid == jwt.utils.base64url_encode(digest).decode()
    assert len(public.x) == len(public.y) == 43


def test_old_tokens_verify_while_keys_overlap() -> None:
    """After a new key signs, tokens of the old one still verify, and no longer once it is dropped."""
    old, new = a_key(), a_key()
    before, during, after = KeyRing([old]), KeyRing([new, old]), KeyRing([new])
    token = issue(before)
    assert TokenVerifier(during).verify(token).username == "alice"
    assert jwt.get_unverified_header(issue(during))["kid"] == after.signer.kid
    with pytest.raises(Exception, match="sign in again"):
        TokenVerifier(after).verify(token)


def test_first_key_of_a_file_signs_and_all_verify(tmp_path: Path) -> None:
    """Several PEM blocks in one file make a ring in their order."""
    first, second = a_key(), a_key()
    file = tmp_path / "keys.pem"
    file.write_bytes(b"# the new one\n" + pem(first) + b"\n" + pem(second))
    keys = read_keys(file)
    assert keys.signer.key.private_numbers() == first.private_numbers()
    assert len(keys.public_keys) == 2
    assert all(keys.find(public.kid) for public in keys.public_keys)
    assert keys.find("another") is None


def test_key_file_of_openssl_is_read_with_its_parameters(tmp_path: Path) -> None:
    """The EC PARAMETERS block before a key is passed over."""
    key = a_key()
    old_style = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    file = tmp_path / "keys.pem"
    file.write_bytes(b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + old_style)
    assert len(read_keys(file).public_keys) == 1


def test_missing_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    """The first start makes a key, the second reads the same one; nobody else can, and no draft is left."""
    file = tmp_path / "secrets" / "signing-key.pem"
    first, second = load_or_create_keys(file), load_or_create_keys(file)
    assert first.signer.kid == second.signer.kid
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_key_file_made_meanwhile_by_another_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two gateways that start at once, both use the key of the quicker one."""
    file = tmp_path / "signing-key.pem"
    winner = load_or_create_keys(file)
    monkeypatch.setattr(Path, "exists", lambda _self: False)
    assert load_or_create_keys(file).signer.kid == winner.signer.kid


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "has no PEM private key in it"),
        (b"not a key", "has no PEM private key in it"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "has a PEM block that is no private key"),
        (pem(a_key(), passphrase=b"secret"), "has a key with a passphrase; store it without one"),
        (pem(rsa.generate_private_key(65537, 2048)), "has a key that is not for ES256; it must be of the curve P-256"),
        (pem(ec.generate_private_key(ec.SECP384R1())), "has a key that is not for ES256; it must be"),
    ],
    ids=["empty", "text", "garbage", "encrypted", "rsa", "p384"],
)
def test_bad_key_file_is_one_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    """A file that cannot be used is told with its name and why, never with its content."""
    file = tmp_path / "keys.pem"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=says) as caught:
        load_or_create_keys(file)
    [problem] = caught.value.problems
    assert problem.startswith(f"the signing key file {file} {says}")


def test_missing_key_file_says_how_to_make_one(tmp_path: Path) -> None:
    """Where keys are not made by themselves, the operator is told the command."""
    path = tmp_path / "absent.pem"
    with pytest.raises(SettingsError) as caught:
        read_keys(path)
    command = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"
    assert caught.value.problems == [f"the signing key file {path} does not exist; make one with '{command}'"]


def test_key_file_that_cannot_be_read_or_written_is_one_sentence(tmp_path: Path) -> None:
    """A folder in the file's place is told by the system's own words."""
    with pytest.raises(SettingsError) as caught:
        read_keys(tmp_path)
    assert caught.value.problems == [f"the signing key file {tmp_path} cannot be read: Is a directory"]
    path = tmp_path / "absent" / "keys.pem"
    with pytest.raises(SettingsError) as caught:
        write_keys(path, [a_key()])
    assert caught.value.problems == [f"the signing key file {path} cannot be written: No such file or directory"]


def test_folder_of_a_made_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Folders that are missing are made, however many."""
    file = tmp_path / "data" / "secrets" / "signing-key.pem"
    load_or_create_keys(file)
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_key_file_in_an_impossible_place_is_one_sentence(tmp_path: Path) -> None:
    """A folder that cannot be made is a problem of the settings, not a traceback."""
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "keys.pem"
    with pytest.raises(SettingsError) as caught:
        load_or_create_keys(path)
    assert caught.value.problems == [f"the signing key file {path} cannot be made: File exists"]


def test_empty_ring_is_refused() -> None:
    """There is no gateway without a key."""
    with pytest.raises(ValueError, match="needs a key"):
        KeyRing([])
