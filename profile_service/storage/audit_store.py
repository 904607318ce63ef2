"""Adds to the audit log."""

from __future__ import annotations

import uuid_utils

from profile_service.audit import Kind
from runtime.database import Session


async def record(
    session: Session, kind: Kind, subject_id: str, *, actor_id: str | None = None, address: str = "", **details: str
) -> None:
    """Add an event to the log, in the transaction of what it tells of.

    Args:
        subject_id: the account that it happened to.
        actor_id: the account that did it, or `audit.NOBODY`. Default: the subject itself.
        address: the prefix of the client's address, empty when it is not known.
        details: what else is worth knowing; never a secret and never an e-mail address.
    """
    await session.one(
        "insert_audit_event",
        event_id=str(uuid_utils.uuid7()),
        kind=kind.value,
        actor_id=subject_id if actor_id is None else actor_id,
        subject_id=subject_id,
        address=address,
        details=" ".join(f"{key}={value}" for key, value in details.items()),
    )
