-- What owners do with their reports. Ownership stands in every WHERE: a foreign report is an absent one.

-- name: find_by_request^
SELECT
    report_id, owner_id, username, include_email, state, fence, attempt_count, create_time, update_time, expire_time,
    blob_key, size_bytes, sha256, failure_reason, kind, format, locale, season, game_kind,
    start_time, end_time, game_id, request_digest
FROM reports
WHERE owner_id = :owner_id AND request_id = :request_id AND deleted = 0;

-- name: count_of_owner^
SELECT
    COUNT(*) AS kept,
    COALESCE(SUM(CASE WHEN state IN ('QUEUED', 'RENDERING') THEN 1 ELSE 0 END), 0) AS active
FROM reports
WHERE owner_id = :owner_id AND deleted = 0;

-- name: insert_report^
INSERT INTO reports (
    report_id, owner_id, username, include_email, request_id, request_digest, state, fence, attempt_count, hint_count,
    due_time, create_time, update_time, expire_time, blob_key, size_bytes, sha256, failure_reason, deleted,
    kind, format, locale, season, game_kind, start_time, end_time, game_id, call_id, traceparent
) VALUES (
    :report_id, :owner_id, :username, :include_email, :request_id, :request_digest, 'QUEUED', 0, 0, 0,
    now_micros(), now_micros(), now_micros(), NULL, '', 0, '', '', 0,
    :kind, :format, :locale, :season, :game_kind, :start_time, :end_time, :game_id, :call_id, :traceparent
)
RETURNING
    report_id, owner_id, username, include_email, state, fence, attempt_count, create_time, update_time, expire_time,
    blob_key, size_bytes, sha256, failure_reason, kind, format, locale, season, game_kind,
    start_time, end_time, game_id;

-- name: get_report^
SELECT
    report_id, owner_id, username, include_email, state, fence, attempt_count, create_time, update_time, expire_time,
    blob_key, size_bytes, sha256, failure_reason, kind, format, locale, season, game_kind,
    start_time, end_time, game_id
FROM reports
WHERE report_id = :report_id AND owner_id = :owner_id AND deleted = 0;

-- name: list_reports
-- Newest first, from before the position given.
SELECT
    report_id, owner_id, username, include_email, state, fence, attempt_count, create_time, update_time, expire_time,
    blob_key, size_bytes, sha256, failure_reason, kind, format, locale, season, game_kind,
    start_time, end_time, game_id
FROM reports
WHERE
    owner_id = :owner_id AND deleted = 0
    AND (create_time < :before_time OR (create_time = :before_time AND report_id < :before_id))
ORDER BY create_time DESC, report_id DESC
LIMIT :row_limit;

-- name: cancel_report^
UPDATE reports SET
    state = 'CANCELLED', fence = fence + 1, update_time = now_micros(),
    expire_time = now_micros() + :retention, due_time = now_micros() + :retention
WHERE report_id = :report_id AND owner_id = :owner_id AND deleted = 0 AND state IN ('QUEUED', 'RENDERING')
RETURNING
    report_id, owner_id, username, include_email, state, fence, attempt_count, create_time, update_time, expire_time,
    blob_key, size_bytes, sha256, failure_reason, kind, format, locale, season, game_kind,
    start_time, end_time, game_id;

-- name: delete_report^
-- A worker that was at it may still be writing: the files are deleted when it has surely ended.
UPDATE reports SET
    state = 'CANCELLED', fence = fence + 1, deleted = 1, update_time = now_micros(),
    due_time = now_micros()
    + CASE WHEN attempt_count > 0 AND state NOT IN ('READY', 'FAILED') THEN CAST(:lease AS BIGINT) ELSE 0 END
WHERE report_id = :report_id AND owner_id = :owner_id AND deleted = 0
RETURNING report_id;
