"""Finds the club's own moderation of pictures, which a setting names."""

from __future__ import annotations

import importlib
from typing import cast

from profile_service.avatars import Moderation, allow_everything
from runtime.settings import SettingsError


def moderation_of(name: str) -> Moderation:
    """Return what the factory `package.module:factory` makes; with no name, what lets everything pass.

    Raises SettingsError, whatever it is that a club's own code does wrong: a picture must not pass unseen for it.
    """
    if not name:
        return allow_everything
    module, _, factory = name.partition(":")
    try:
        moderate = getattr(importlib.import_module(module), factory)()
    except Exception as error:
        raise SettingsError([f"the avatar moderator {name} cannot be made: {error!r}"]) from error
    if not callable(moderate):
        raise SettingsError([f"the avatar moderator {name} makes nothing that can be called"])
    return cast("Moderation", moderate)
