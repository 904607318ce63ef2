"""Turns what managers and admins see into the contract's messages."""

from __future__ import annotations

from typing import Any

from dossier.admin.v1 import api_key_pb2, audit_event_pb2, managed_account_pb2

from profile_service.audit import Event
from profile_service.bans import Ban
from profile_service.game_messages import timestamp
from profile_service.service_accounts import ApiKey
from profile_service.storage.account_search import FoundAccount
from runtime.contract import role_value

_KIND = "AUDIT_EVENT_KIND_"
_STATE = "ACCOUNT_STATE_"


def kind_word(kind: Any) -> str:
    """Return a kind of event as rows have it; empty for any."""
    return audit_event_pb2.AuditEventKind.Name(kind).removeprefix(_KIND).lower() if kind else ""


def state_word(state: Any) -> str:
    """Return an account's state as the search has it; empty for any."""
    return managed_account_pb2.AccountState.Name(state).removeprefix(_STATE).lower() if state else ""


def account_message(account: FoundAccount) -> managed_account_pb2.ManagedAccount:
    """Return an account as a message."""
    return managed_account_pb2.ManagedAccount(
        username=account.username,
        display_name=account.display_name,
        email=account.email,
        service_account=account.is_service,
        roles=sorted(map(role_value, account.roles)),
        ban=None if account.ban is None else _ban_message(account.ban),
        create_time=timestamp(account.create_time),
        purge_time=None if account.purge_time is None else timestamp(account.purge_time),
    )


def event_message(event: Event) -> audit_event_pb2.AuditEvent:
    """Return an event as a message."""
    kinds: dict[str, Any] = dict(audit_event_pb2.AuditEventKind.items())
    return audit_event_pb2.AuditEvent(
        event_id=event.event_id,
        event_time=timestamp(event.event_time),
        kind=kinds.get(f"{_KIND}{event.kind.upper()}", audit_event_pb2.AUDIT_EVENT_KIND_UNSPECIFIED),
        actor_account_id=event.actor_id,
        actor_username=event.actor_username,
        subject_account_id=event.subject_id,
        subject_username=event.subject_username,
        address=event.address,
        details=event.details,
    )


def api_key_message(key: ApiKey) -> api_key_pb2.ApiKey:
    """Return what is known of a key as a message."""
    return api_key_pb2.ApiKey(
        api_key_id=key.api_key_id,
        display_name=key.display_name,
        create_time=timestamp(key.create_time),
        last_use_time=None if key.last_use_time is None else timestamp(key.last_use_time),
    )


def _ban_message(ban: Ban) -> managed_account_pb2.Ban:
    return managed_account_pb2.Ban(
        reason=ban.reason,
        create_time=timestamp(ban.create_time),
        expire_time=None if ban.expire_time is None else timestamp(ban.expire_time),
    )
