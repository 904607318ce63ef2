-- What the dispatcher does when alarms ring.

-- name: count_overdue^
-- Whether a hint is due, and how many rows of each other kind are.
SELECT
    EXISTS (SELECT 1 FROM reports WHERE state = 'QUEUED' AND due_time <= now_micros()) AS hinted,
    (SELECT COUNT(*) FROM reports WHERE state = 'RENDERING' AND due_time <= now_micros()) AS stranded,
    (SELECT COUNT(*) FROM reports WHERE state = 'READY' AND due_time <= now_micros())
    + (SELECT COUNT(*) FROM reports WHERE state = 'FAILED' AND due_time <= now_micros())
    + (SELECT COUNT(*) FROM reports WHERE state = 'CANCELLED' AND due_time <= now_micros())
    + (SELECT COUNT(*) FROM share_links WHERE expire_time <= now_micros()) AS expired;

-- name: next_alarm^
-- How long until an alarm rings that has not rung yet, in microseconds; NULL for never.
SELECT MIN(alarm.due_time) - now_micros() AS wait
FROM (
    SELECT MIN(due_time) AS due_time FROM reports WHERE state = 'QUEUED' AND due_time > now_micros()
    UNION ALL
    SELECT MIN(due_time) AS due_time FROM reports WHERE state = 'RENDERING'
    UNION ALL
    SELECT MIN(due_time) AS due_time FROM reports WHERE state = 'READY'
    UNION ALL
    SELECT MIN(due_time) AS due_time FROM reports WHERE state = 'FAILED'
    UNION ALL
    SELECT MIN(due_time) AS due_time FROM reports WHERE state = 'CANCELLED'
) AS alarm;

-- name: rows_by_state
SELECT state, COUNT(*) AS row_count FROM reports GROUP BY state;

-- name: oldest_queued^
-- For how long the oldest QUEUED row has been there, in microseconds; NULL when there is none.
SELECT now_micros() - MIN(create_time) AS age FROM reports WHERE state = 'QUEUED';

-- name: take_hints
-- Several dispatchers take at once, each what no other is just taking. The wait doubles from the first to the longest.
WITH due AS (
    SELECT report_id FROM reports
    WHERE state = 'QUEUED' AND due_time <= now_micros()
    ORDER BY due_time
    LIMIT :row_limit
    /*postgresql FOR UPDATE SKIP LOCKED */
)
UPDATE reports SET
    hint_count = hint_count + 1,
    due_time = now_micros() + CASE
        WHEN hint_count < 10 AND CAST(:first_wait AS BIGINT) << hint_count < :longest_wait
        THEN CAST(:first_wait AS BIGINT) << hint_count
        ELSE :longest_wait
    END
WHERE report_id IN (SELECT report_id FROM due)
RETURNING report_id, fence, hint_count, call_id, traceparent;

-- name: return_hint^
UPDATE reports SET due_time = now_micros() + :wait, hint_count = hint_count - 1
WHERE report_id = :report_id AND state = 'QUEUED' AND fence = :fence AND hint_count = :hint_count
RETURNING report_id;

-- name: ring_forgotten
-- After the transport lost its hints: reports that were hinted and not claimed are due now.
UPDATE reports SET hint_count = 0, due_time = now_micros()
WHERE state = 'QUEUED' AND hint_count > 0
RETURNING report_id;

-- name: requeue_stranded
UPDATE reports SET state = 'QUEUED', hint_count = 0, due_time = now_micros(), update_time = now_micros()
WHERE state = 'RENDERING' AND due_time <= now_micros()
RETURNING report_id;

-- name: requeue_everything
-- After a start of the embedded worker: nobody is rendering, and the hints went with the last process.
UPDATE reports SET
    hint_count = 0, due_time = now_micros(),
    update_time = CASE WHEN state = 'RENDERING' THEN now_micros() ELSE update_time END,
    state = 'QUEUED'
WHERE state IN ('QUEUED', 'RENDERING')
RETURNING report_id;

-- name: begin_purge
-- The rows vanish for their owners before their files do. Should the deletion fail, it is tried again after a wait.
UPDATE reports SET deleted = 1, due_time = now_micros() + :wait
WHERE report_id IN (
    SELECT report_id FROM reports
    WHERE state IN ('READY', 'FAILED', 'CANCELLED') AND due_time <= now_micros()
    ORDER BY due_time
    LIMIT :row_limit
)
RETURNING report_id;

-- name: list_report_keys
SELECT blob_key FROM reports WHERE report_id = :report_id;

-- name: remove_report^
DELETE FROM reports WHERE report_id = :report_id AND deleted = 1 RETURNING report_id;
