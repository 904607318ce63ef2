-- What an export of an account lists, page by page.

-- name: export_sessions
SELECT session_id, device_name, create_time, rotate_time, expire_time, end_time
FROM sessions
WHERE account_id = :account_id AND session_id > :after
ORDER BY session_id
LIMIT :row_limit;

-- name: export_audit_events
SELECT event_id, event_time, kind, address, details,
    actor_id = :account_id AS done_by_owner, subject_id = :account_id AS done_to_owner
FROM audit_events
WHERE (actor_id = :account_id OR subject_id = :account_id) AND event_id > :after
ORDER BY event_id
LIMIT :row_limit;
