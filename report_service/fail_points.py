"""The names of report_service's fail points, see `runtime.fail_points`."""

from __future__ import annotations

# In a report's life.
NAMES = (
    "create_before_commit",
    "create_after_commit",
    "dispatch_before_publish",
    "dispatch_after_publish",
    "worker_after_claim",
    "worker_mid_render",
    "worker_after_write",
    "worker_before_completion",
    "worker_after_completion",
    "worker_before_ack",
    "purge_before_files",
    "purge_before_row",
)
# When everything about an account is purged.
ACCOUNT_NAMES = (
    "account_purge_before_rows",
    "account_purge_after_rows",
    "account_purge_before_word",
    "account_purge_after_word",
)
ALL_NAMES = NAMES + ACCOUNT_NAMES
