-- What goes when an account does: whatever it asked for, and whatever is about it. A username is never another account's.

-- name: hide_reports_of_account
-- As delete_report does: the files are deleted when a worker that was at it has surely ended.
UPDATE reports SET
    state = 'CANCELLED', fence = fence + 1, deleted = 1, update_time = now_micros(),
    due_time = now_micros()
    + CASE WHEN attempt_count > 0 AND state NOT IN ('READY', 'FAILED') THEN CAST(:lease AS BIGINT) ELSE 0 END
WHERE (owner_id = :account_id OR username = :username) AND deleted = 0
RETURNING kind, owner_id;

-- name: add_to_purge^
INSERT INTO account_purges (receipt_id, report_count, foreign_report_count, export_count)
VALUES (:receipt_id, :report_count, :foreign_report_count, :export_count)
ON CONFLICT (receipt_id) DO UPDATE SET
    report_count = account_purges.report_count + excluded.report_count,
    foreign_report_count = account_purges.foreign_report_count + excluded.foreign_report_count,
    export_count = account_purges.export_count + excluded.export_count
RETURNING report_count, foreign_report_count, export_count;

-- name: count_left^
SELECT
    (SELECT COUNT(*) FROM reports WHERE owner_id = :account_id OR username = :username)
    + (SELECT COUNT(*) FROM issued_reports WHERE username = :username) AS row_count;
