"""What clients carry for us, signed or sealed."""

from __future__ import annotations

import base64
import hashlib
import string

import pytest
from cryptography.fernet import Fernet
from hypothesis import example, given
from hypothesis import strategies as st

from runtime.seals import Broken, Seal, Signature

SECRET = b"a secret of the replicas, of which there are some"
SIGNATURE = Signature(SECRET, purpose="share links")
URL_SAFE = set(string.ascii_letters + string.digits + "-_")


@given(st.binary(max_size=64))
@example(b"")
def test_signed_data_come_back_and_always_look_the_same(data: bytes) -> None:
    """The text can stand in an address as it is."""
    text = SIGNATURE.sign(data)
    assert SIGNATURE.open(text) == data
    assert text == SIGNATURE.sign(data)
    assert set(text) <= URL_SAFE


@given(st.binary(max_size=40), st.data())
def test_signed_data_are_refused_when_any_bit_is_flipped(data: bytes, draw: st.DataObject) -> None:
    """Neither the data nor their digest can be bent."""
    text = SIGNATURE.sign(data)
    signed = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    bit = draw.draw(st.integers(0, len(signed) * 8 - 1))
    signed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Broken):
        SIGNATURE.open(base64.urlsafe_b64encode(signed).decode().rstrip("="))


@given(st.binary(max_size=40), st.data())
def test_signed_text_is_refused_when_any_letter_is_another(data: bytes, draw: st.DataObject) -> None:
    """One text alone stands for what was signed, also where a decoder would take several for the same bytes."""
    text = SIGNATURE.sign(data)
    place = draw.draw(st.integers(0, len(text) - 1))
    letter = draw.draw(st.characters(codec="utf-8").filter(lambda letter: letter != text[place]))
    for changed in (text[:place] + letter + text[place + 1 :], text[:place] + letter + text[place:], text[:place]):
        with pytest.raises(Broken):
            SIGNATURE.open(changed)


@pytest.mark.parametrize("text", ["", "x", "é", "\0", "\udcff", "=" * 100, "A" * 43, "A" * 255])
def test_what_was_never_signed_is_refused(text: str) -> None:
    """Rubbish of any length is no signature."""
    with pytest.raises(Broken):
        SIGNATURE.open(text)


@pytest.mark.parametrize(
    "other",
    [Signature(b"another secret of some length, too", purpose="share links"), Signature(SECRET, purpose="else")],
)
def test_signature_of_another_secret_or_purpose_is_refused(other: Signature) -> None:
    """What is signed for one thing is good for nothing else."""
    with pytest.raises(Broken):
        SIGNATURE.open(other.sign(b"data"))


def test_sealed_data_of_earlier_versions_are_opened() -> None:
    """Replicas of two versions read each other's page tokens, so the key of a purpose stays."""
    key = hashlib.sha256(b"dossier page tokens\0" + SECRET).digest()
    text = Fernet(base64.urlsafe_b64encode(key)).encrypt(b"data").decode()
    assert Seal(SECRET, purpose="page tokens").open(text, max_age_seconds=60) == b"data"
    with pytest.raises(Broken):
        Seal(SECRET, purpose="share links").open(text, max_age_seconds=60)
