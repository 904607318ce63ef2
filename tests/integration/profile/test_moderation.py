"""A club that looks at pictures before they are stored."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from grpc import StatusCode

from profile_service import avatars
from profile_service.imaging import VARIANT_SIZES, Processed
from runtime.calls import Caller
from runtime.settings import SettingsError
from tests.integration.profile.conftest import running
from tests.integration.profile.test_avatars import a_picture, download, upload
from tests.provision.fixtures import on_one_engine
from tests.statuses import refused

pytestmark = on_one_engine


async def test_moderation_decides_by_who_and_what_before_anything_is_stored(tmp_path: Path) -> None:
    """It is shown the rebuilt picture and its owner; what it does not want leaves no file and no change."""
    seen: list[tuple[str, set[int]]] = []
    allowed = [True, False]

    async def moderate(caller: Caller, picture: Processed) -> bool:
        seen.append((caller.username, set(picture.variants)))
        return allowed.pop(0)

    async with running(tmp_path, moderate=moderate) as profile:
        anna = await profile.sign_up("anna")
        await upload(profile, anna, a_picture("teal"))
        _, before = await download(profile, "anna")
        with refused(StatusCode.INVALID_ARGUMENT, "IMAGE_REFUSED"):
            await upload(profile, anna, a_picture("orange"))
        _, after = await download(profile, "anna")
        assert after == before
        assert len([path for path in (profile.data_dir / "avatars").rglob("*") if path.is_file()]) == 4
    assert seen == [("anna", set(VARIANT_SIZES))] * 2


async def test_moderation_that_does_not_answer_stores_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody looked at is not shown, and the upload may be tried again."""
    monkeypatch.setattr(avatars, "MODERATION_SECONDS", 0.1)

    async def moderate(_caller: Caller, _picture: Processed) -> bool:
        await asyncio.Event().wait()
        return True

    async with running(tmp_path, moderate=moderate) as profile:
        anna = await profile.sign_up("anna")
        with refused(StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE"):
            await upload(profile, anna, a_picture())
        metadata, _ = await download(profile, "anna")
        assert metadata.generated


CLUB_RULES = """
class NoBoris:
    def __init__(self, refused):
        self.refused = refused

    async def __call__(self, caller, picture):
        return caller.username != self.refused and len(picture.variants) > 0

def without_boris():
    return NoBoris("boris")

def broken():
    raise RuntimeError("no key for the model")

def nothing():
    return None
"""


@pytest.fixture
def club_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Install a club's own module and return its name."""
    (tmp_path / "club_rules.py").write_text(CLUB_RULES, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return "club_rules"


async def test_moderation_that_a_setting_names_decides(tmp_path: Path, club_rules: str) -> None:
    """A club's own package is enough; nobody has to write another way to start the service."""
    async with running(tmp_path, avatar_moderator=f"{club_rules}:without_boris") as profile:
        await upload(profile, await profile.sign_up("anna"), a_picture())
        boris = await profile.sign_up("boris")
        with refused(StatusCode.INVALID_ARGUMENT, "IMAGE_REFUSED"):
            await upload(profile, boris, a_picture())


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("club_rules", "attribute"),
        ("club_rules:absent", "attribute 'absent'"),
        ("club_rules:broken", "no key for the model"),
        ("club_rules:nothing", "nothing that can be called"),
        ("no_such_package:make", "No module named 'no_such_package'"),
        (":", "module name"),
    ],
)
async def test_service_does_not_start_without_the_moderation_that_is_named(
    tmp_path: Path, club_rules: str, name: str, cause: str
) -> None:
    """It says what is wrong, instead of letting pictures pass that nobody looked at."""
    with pytest.raises(SettingsError, match=cause):
        async with running(tmp_path, avatar_moderator=name):
            pytest.fail("it started")
