-- name: insert_audit_event^
INSERT INTO audit_events (event_id, event_time, kind, actor_id, subject_id, address, details)
VALUES (:event_id, now_micros(), :kind, :actor_id, :subject_id, :address, :details)
RETURNING event_time;
