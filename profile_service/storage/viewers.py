"""Who a snapshot is for, by the time that it is taken."""

from __future__ import annotations

from profile_service.visibility import ANYBODY, Viewer
from runtime.database import Session


async def present(session: Session, viewer: Viewer) -> tuple[Viewer, str]:
    """Return the viewer with their language, or empty.

    One whose account was deleted since it asked is somebody who is not signed in.
    """
    if not viewer.account_id:
        return viewer, ""
    row = await session.one("get_account", account_id=viewer.account_id)
    return (ANYBODY, "") if row is None else (viewer, row["locale"])
