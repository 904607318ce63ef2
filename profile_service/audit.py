"""The audit log: what happened to accounts. `storage.audit_store` adds to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# The actor of what is done on the server's own machine, and of what a stranger does.
NOBODY = ""


class Kind(StrEnum):
    """What can happen to an account. The contract's AuditEventKind has the same words."""

    SIGN_UP = "sign_up"
    SIGN_IN = "sign_in"
    SIGN_IN_LIMITED = "sign_in_limited"
    SIGN_OUT = "sign_out"
    SIGN_OUT_EVERYWHERE = "sign_out_everywhere"
    SESSION_REVOKED = "session_revoked"
    REFRESH_REUSED = "refresh_reused"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - what happened, not a password
    PASSWORD_RESET = "password_reset"  # noqa: S105 - as above
    EMAIL_CHANGED = "email_changed"
    ROLE_GIVEN = "role_given"
    ROLE_TAKEN = "role_taken"
    SERVICE_ACCOUNT_MADE = "service_account_made"
    DELETION_SCHEDULED = "deletion_scheduled"
    UNDELETED = "undeleted"
    PURGED = "purged"
    EXPORT_MADE = "export_made"
    EMAIL_CHANGE_REQUESTED = "email_change_requested"
    BANNED = "banned"
    UNBANNED = "unbanned"
    API_KEY_MADE = "api_key_made"
    API_KEY_REVOKED = "api_key_revoked"
    GAME_CORRECTED = "game_corrected"
    GAME_VOIDED = "game_voided"
    GUEST_MERGED = "guest_merged"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an account. A username is empty when there is none or its account was deleted."""

    event_id: str
    event_time: datetime
    kind: str
    actor_id: str
    actor_username: str
    subject_id: str
    subject_username: str
    address: str
    details: str
