-- name: insert_audit_event^
INSERT INTO audit_events (event_id, event_time, kind, actor_id, subject_id, address, details)
VALUES (:event_id, now_micros(), :kind, :actor_id, :subject_id, :address, :details)
RETURNING event_time;

-- name: blank_audit_events
-- An address is that of who acted, and details are about whom it happened to.
UPDATE audit_events
SET address = CASE WHEN actor_id = :account_id THEN '' ELSE address END,
    details = CASE WHEN subject_id = :account_id THEN '' ELSE details END
WHERE actor_id = :account_id OR subject_id = :account_id
RETURNING event_id;

-- name: get_export_event^
SELECT event_id FROM audit_events WHERE subject_id = :account_id AND kind = 'export_made' AND details = :details;
