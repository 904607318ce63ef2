-- What workers do. Every change names the state that it leaves, and but for the claim the fence that it holds.

-- name: claim_report^
UPDATE reports SET
    state = 'RENDERING', fence = fence + 1, attempt_count = attempt_count + 1,
    due_time = now_micros() + :lease, update_time = now_micros()
WHERE
    report_id = :report_id AND deleted = 0 AND attempt_count < :max_attempts
    AND (state = 'QUEUED' OR (state = 'RENDERING' AND :take_over = 1))
RETURNING
    report_id, owner_id, username, include_email, state, fence, attempt_count, create_time, update_time, expire_time,
    blob_key, size_bytes, sha256, failure_reason, kind, format, locale, season, game_kind,
    start_time, end_time, game_id, call_id, traceparent;

-- name: exhaust_report^
UPDATE reports SET
    state = 'FAILED', fence = fence + 1, failure_reason = 'ATTEMPTS_EXHAUSTED', update_time = now_micros(),
    expire_time = now_micros() + :retention, due_time = now_micros() + :retention
WHERE
    report_id = :report_id AND deleted = 0 AND attempt_count >= :max_attempts
    AND (state = 'QUEUED' OR (state = 'RENDERING' AND :take_over = 1))
RETURNING report_id;

-- name: complete_report^
UPDATE reports SET
    state = 'READY', blob_key = :blob_key, size_bytes = :size_bytes, sha256 = :sha256, update_time = now_micros(),
    expire_time = now_micros() + :retention, due_time = now_micros() + :retention
WHERE report_id = :report_id AND state = 'RENDERING' AND fence = :fence
RETURNING report_id;

-- name: find_completed^
-- Whether a completion whose answer got lost was done.
SELECT report_id FROM reports WHERE report_id = :report_id AND state = 'READY' AND blob_key = :blob_key;

-- name: fail_report^
UPDATE reports SET
    state = 'FAILED', failure_reason = :failure_reason, update_time = now_micros(),
    expire_time = now_micros() + :retention, due_time = now_micros() + :retention
WHERE report_id = :report_id AND state = 'RENDERING' AND fence = :fence
RETURNING report_id;

-- name: retry_report^
UPDATE reports SET
    state = 'QUEUED', attempt_count = attempt_count - :forgiven, hint_count = 0,
    due_time = now_micros() + :backoff, update_time = now_micros()
WHERE report_id = :report_id AND state = 'RENDERING' AND fence = :fence
RETURNING report_id;
