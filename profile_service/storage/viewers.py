"""Who a snapshot is for, by the time that it is taken."""

from __future__ import annotations

from profile_service.visibility import ANYBODY, Viewer
from runtime.database import Session


async def present(session: Session, viewer: Viewer) -> Viewer:
    """Return the viewer, or somebody who is not signed in when the account was deleted since it asked."""
    if not viewer.account_id or await session.one("get_account", account_id=viewer.account_id) is not None:
        return viewer
    return ANYBODY
