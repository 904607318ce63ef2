-- name: insert_audit_event^
INSERT INTO audit_events (event_id, event_time, kind, actor_id, subject_id, address, details)
VALUES (:event_id, now_micros(), :kind, :actor_id, :subject_id, :address, :details)
RETURNING event_time;

-- name: insert_limit_event^
-- In one statement and the transaction of the try, so that it takes as long where there is no such account.
INSERT INTO audit_events (event_id, event_time, kind, actor_id, subject_id, address, details)
SELECT :event_id, now_micros(), :kind, CASE WHEN account_id = :account THEN account_id ELSE '' END, account_id, :address,
    :details
FROM users
WHERE (username = :account OR account_id = :account) AND users.kind = 'person'
    AND NOT EXISTS (
        SELECT 1
        FROM audit_events AS told
        WHERE told.subject_id = users.account_id AND told.kind = :kind AND told.details = :details
            AND told.event_time > now_micros() - :span
    )
RETURNING event_id;

-- name: blank_audit_events
-- An address is that of who acted, who may be the owner too where nobody was signed in; details are about whom it happened
-- to.
UPDATE audit_events
SET address = CASE WHEN actor_id IN (:account_id, '') THEN '' ELSE address END,
    details = CASE WHEN subject_id = :account_id THEN '' ELSE details END
WHERE actor_id = :account_id OR subject_id = :account_id
RETURNING event_id;

-- name: get_export_event^
SELECT event_id FROM audit_events WHERE subject_id = :account_id AND kind = 'export_made' AND details = :details;

-- name: find_limiting_event^
-- How long the newest events, after so many others, still count.
SELECT event_time + :span - now_micros() AS wait
FROM audit_events
WHERE subject_id = :account_id AND event_time > now_micros() - :span
ORDER BY event_time DESC
LIMIT 1 OFFSET :others;

-- name: find_account_ever^
SELECT account_id FROM users WHERE username = :username;

-- name: list_audit_events
SELECT page.event_id, page.event_time, page.kind, page.actor_id, page.subject_id, page.address, page.details,
    actor.username AS actor_username, subject.username AS subject_username
FROM (
    SELECT event_id, event_time, kind, actor_id, subject_id, address, details
    FROM audit_events
    WHERE (:kind = '' OR kind = :kind)
        AND event_time >= :start_time AND event_time < :end_time
        AND (event_time < :before_time OR (event_time = :before_time AND event_id < :before_id))
    ORDER BY event_time DESC, event_id DESC
    LIMIT :count
) AS page
LEFT JOIN users AS actor ON actor.account_id = page.actor_id AND actor.state = 'active'
LEFT JOIN users AS subject ON subject.account_id = page.subject_id AND subject.state = 'active'
ORDER BY page.event_time DESC, page.event_id DESC;

-- name: list_audit_events_of_account
SELECT page.event_id, page.event_time, page.kind, page.actor_id, page.subject_id, page.address, page.details,
    actor.username AS actor_username, subject.username AS subject_username
FROM (
    SELECT event_id, event_time, kind, actor_id, subject_id, address, details
    FROM audit_events
    WHERE (subject_id = :account_id OR actor_id = :account_id)
        AND (:kind = '' OR kind = :kind)
        AND event_time >= :start_time AND event_time < :end_time
        AND (event_time < :before_time OR (event_time = :before_time AND event_id < :before_id))
    ORDER BY event_time DESC, event_id DESC
    LIMIT :count
) AS page
LEFT JOIN users AS actor ON actor.account_id = page.actor_id AND actor.state = 'active'
LEFT JOIN users AS subject ON subject.account_id = page.subject_id AND subject.state = 'active'
ORDER BY page.event_time DESC, page.event_id DESC;
