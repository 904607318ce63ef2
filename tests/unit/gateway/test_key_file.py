"""Signing keys that change while a gateway runs."""

from __future__ import annotations

import os
import time
from pathlib import Path

import jwt
import pytest

from gateway import key_file
from gateway.key_file import CHECK_SECONDS, PUBLISHED_SECONDS, ROTATION_SECONDS, KeyFile, rotate
from gateway.tokens import TokenIssuer, load_or_create_keys, new_key, read_keys, write_keys
from runtime.settings import SettingsError
from runtime.tokens import TokenVerifier


class Clock:
    """A monotonic clock that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with one key."""
    path = tmp_path / "signing-key.pem"
    load_or_create_keys(path)
    return path


def a_token(keys: KeyFile) -> str:
    return TokenIssuer(keys).issue(account_id="a-1", username="alice", session_id="s-1", roles=[])[0]


def kid_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def test_new_key_is_published_before_it_signs(path: Path, clock: Clock) -> None:
    """A new first key verifies at once and signs when all have fetched it; the one before it goes on verifying."""
    keys = KeyFile(path, read_keys(path), clock=clock)
    before = a_token(keys)
    kid = rotate(path)
    clock.now += CHECK_SECONDS
    assert keys.find(kid) is not None
    assert [key.kid for key in keys.public_keys] == [kid, kid_of(before)]
    clock.now += PUBLISHED_SECONDS - 0.1
    assert kid_of(a_token(keys)) == kid_of(before)
    clock.now += 0.1
    assert kid_of(a_token(keys)) == kid
    verifier = TokenVerifier(keys)
    assert verifier.verify(before).username == verifier.verify(a_token(keys)).username == "alice"


def test_change_is_seen_within_a_second_and_not_looked_for_at_each_token(path: Path, clock: Clock) -> None:
    """The file is looked at once a second, however many tokens there are."""
    keys = KeyFile(path, read_keys(path), clock=clock)
    assert keys.find("any") is None
    kid = rotate(path)
    clock.now += CHECK_SECONDS - 0.01
    assert keys.find(kid) is None
    clock.now += 0.01
    assert keys.find(kid) is not None


def test_key_that_lost_its_place_signs_no_more(path: Path, clock: Clock) -> None:
    """A key that was taken out of the file, as after it leaked, neither signs nor verifies from then on."""
    keys = KeyFile(path, read_keys(path), clock=clock)
    before = a_token(keys)
    write_keys(path, [new_key()])
    clock.now += CHECK_SECONDS
    assert keys.find(kid_of(before)) is None
    assert kid_of(a_token(keys)) != kid_of(before)
    assert TokenVerifier(keys).verify(a_token(keys)).username == "alice"


def test_keys_that_change_their_places_change_at_once(path: Path, clock: Clock) -> None:
    """A key that was published all along signs as soon as it is the first."""
    first, second = new_key(), new_key()
    write_keys(path, [first, second])
    os.utime(path, (0, 0))  # Published long ago.
    keys = KeyFile(path, read_keys(path), clock=clock)
    kids = [key.kid for key in keys.public_keys]
    assert kid_of(a_token(keys)) == kids[0]
    write_keys(path, [second, first])
    clock.now += CHECK_SECONDS
    assert kid_of(a_token(keys)) == kids[1]


@pytest.mark.parametrize("content", [b"", b"not a key", None])
def test_file_that_went_bad_leaves_the_keys_as_they_were(path: Path, clock: Clock, content: bytes | None) -> None:
    """A slip of the operator's hand signs nobody out: the last good keys go on until the file is good again."""
    keys = KeyFile(path, read_keys(path), clock=clock)
    before = a_token(keys)
    good = path.read_bytes()
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    clock.now += CHECK_SECONDS
    assert kid_of(a_token(keys)) == kid_of(before)
    path.write_bytes(good)
    clock.now += CHECK_SECONDS
    assert TokenVerifier(keys).verify(before).username == "alice"


def test_rotating_again_too_soon_is_refused(path: Path) -> None:
    """The key before the last goes only when no token of it can still be good."""
    first = read_keys(path).signer.kid
    second = rotate(path)
    with pytest.raises(SettingsError, match="is not over; try again in 13 min"):
        rotate(path)
    some_time_ago = time.time() - 290
    os.utime(path, (some_time_ago, some_time_ago))
    with pytest.raises(SettingsError, match="is not over; try again in 8 min"):
        rotate(path)
    long_ago = time.time() - ROTATION_SECONDS
    os.utime(path, (long_ago, long_ago))
    third = rotate(path)
    kids = [key.kid for key in read_keys(path).public_keys]
    assert kids == [third, second]
    assert first not in kids
    assert path.stat().st_mode & 0o777 == 0o600


def test_command_puts_a_new_key_first(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command says which key will sign, and in one sentence why it could not."""
    monkeypatch.setattr("sys.argv", ["key_file", str(path)])
    key_file._main()
    assert f"The key {read_keys(path).signer.kid} signs in two minutes." in capsys.readouterr().out
    with pytest.raises(SystemExit, match="dossier: the last change"):
        key_file._main()


def test_gateway_that_starts_while_a_key_is_new_signs_with_the_one_before(path: Path, clock: Clock) -> None:
    """A restart in the two minutes of publication signs with nothing that verifiers have not seen."""
    before = a_token(KeyFile(path, read_keys(path), clock=clock))
    kid = rotate(path)
    keys = KeyFile(path, read_keys(path), clock=clock)
    assert kid_of(a_token(keys)) == kid_of(before)
    clock.now += PUBLISHED_SECONDS
    assert kid_of(a_token(keys)) == kid
