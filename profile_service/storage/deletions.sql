-- name: hide_user^
-- The confirmed address stays the account's, so that it can come back as it was: nobody else confirms it within the grace,
-- and it is what an owner who has forgotten the password resets it by, to come back.
UPDATE users SET state = 'leaving', update_time = now_micros() WHERE account_id = :account_id AND state = 'active'
RETURNING username;

-- name: insert_deletion^
INSERT INTO deletions (receipt_id, account_id, mode, step, schedule_time, purge_time)
VALUES (:receipt_id, :account_id, :mode, 'SCHEDULED', now_micros(), now_micros() + :grace)
RETURNING receipt_id, mode, step, schedule_time, purge_time, end_time, session_count, avatar_file_count, seat_count,
    audit_event_count, report_count, foreign_report_count, export_count, seal;

-- name: get_deletion^
SELECT receipt_id, mode, step, schedule_time, purge_time, end_time, session_count, avatar_file_count, seat_count,
    audit_event_count, report_count, foreign_report_count, export_count, seal
FROM deletions
WHERE receipt_id = :receipt_id;

-- name: end_deletion_of^
UPDATE deletions SET step = 'UNDELETED', end_time = now_micros(), account_id = ''
WHERE account_id = :account_id AND step = 'SCHEDULED'
RETURNING receipt_id, mode, step, schedule_time, purge_time, end_time, session_count, avatar_file_count, seat_count,
    audit_event_count, report_count, foreign_report_count, export_count, seal;

-- name: show_user^
UPDATE users SET state = 'active', update_time = now_micros() WHERE account_id = :account_id AND state = 'leaving'
RETURNING username;

-- name: seal_deletion^
UPDATE deletions SET seal = :seal WHERE receipt_id = :receipt_id RETURNING receipt_id;

-- name: list_due_purges
-- Those that this service can go on with now.
SELECT receipt_id, account_id, mode, step
FROM deletions
WHERE step IN ('AVATAR', 'RECORDS', 'LOG') OR (step = 'SCHEDULED' AND purge_time <= now_micros())
ORDER BY purge_time
LIMIT :row_limit;

-- name: begin_purge^
UPDATE deletions SET step = 'REPORTS' WHERE receipt_id = :receipt_id AND step = 'SCHEDULED' RETURNING account_id;

-- name: mark_user_purging^
UPDATE users SET state = 'purging' WHERE account_id = :account_id AND state = 'leaving' RETURNING account_id;

-- name: list_waiting_purges
SELECT deletions.receipt_id, deletions.account_id, users.username
FROM deletions
JOIN users ON users.account_id = deletions.account_id
WHERE deletions.step = 'REPORTS'
ORDER BY deletions.purge_time, deletions.receipt_id
LIMIT :row_limit;

-- name: confirm_purge^
UPDATE deletions
SET step = 'AVATAR', report_count = :report_count, foreign_report_count = :foreign_report_count,
    export_count = :export_count
WHERE receipt_id = :receipt_id AND step = 'REPORTS'
RETURNING receipt_id;

-- name: end_avatar_step^
UPDATE deletions SET step = 'RECORDS', avatar_file_count = :avatar_file_count
WHERE receipt_id = :receipt_id AND step = 'AVATAR'
RETURNING receipt_id;

-- name: delete_sessions_of
DELETE FROM sessions WHERE account_id = :account_id RETURNING session_id;

-- name: give_seats_to_nobody
UPDATE seats SET account_id = 'nobody' WHERE account_id = :account_id RETURNING game_id;

-- name: remove_seats
DELETE FROM seats WHERE account_id = :account_id RETURNING game_id;

-- name: void_empty_game
UPDATE games SET state = 'voided'
WHERE game_id = :game_id AND state = 'counted' AND NOT EXISTS (SELECT 1 FROM seats WHERE seats.game_id = games.game_id)
RETURNING game_id;

-- name: forget_totals!
DELETE FROM totals WHERE account_id = :account_id;

-- name: forget_leaderboard!
DELETE FROM leaderboard WHERE account_id = :account_id;

-- name: forget_rating_changes!
DELETE FROM rating_changes WHERE account_id = :account_id;

-- name: forget_game_requests!
DELETE FROM game_requests WHERE recorder_id = :account_id;

-- name: forget_merged_guests!
DELETE FROM merged_guests WHERE account_id = :account_id;

-- name: forget_recorder
UPDATE games SET recorder_id = '' WHERE recorder_id = :account_id RETURNING game_id;

-- name: retire_username^
INSERT INTO retired_usernames (username_hash) VALUES (:username_hash)
ON CONFLICT (username_hash) DO NOTHING
RETURNING username_hash;

-- name: remove_user^
DELETE FROM users WHERE account_id = :account_id RETURNING look;

-- name: end_records_step^
UPDATE deletions
SET step = 'LOG', account_id = '', session_count = :session_count, seat_count = :seat_count,
    audit_event_count = :audit_event_count
WHERE receipt_id = :receipt_id AND step = 'RECORDS'
RETURNING receipt_id;

-- name: end_deletion^
UPDATE deletions SET step = 'PURGED', end_time = now_micros() WHERE receipt_id = :receipt_id AND step = 'LOG'
RETURNING receipt_id, mode, step, schedule_time, purge_time, end_time, session_count, avatar_file_count, seat_count,
    audit_event_count, report_count, foreign_report_count, export_count, seal;
