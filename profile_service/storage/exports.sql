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

-- name: export_games
SELECT game_id, start_time, duration, seat_number, role, result
FROM seats
WHERE account_id = :account_id
    AND (start_time < :before_time OR (start_time = :before_time AND game_id < :before_id))
ORDER BY start_time DESC, game_id DESC
LIMIT :row_limit;
