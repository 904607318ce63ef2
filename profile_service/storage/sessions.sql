-- name: insert_session^
INSERT INTO sessions (session_id, account_id, salt, counter, create_time, rotate_time, expire_time)
SELECT :session_id, account_id, :salt, 1, now_micros(), now_micros(), now_micros() + :lifetime
FROM users
WHERE account_id = :account_id AND state = 'active'
RETURNING expire_time;

-- name: get_session^
SELECT sessions.session_id, sessions.account_id, sessions.salt, sessions.counter, sessions.create_time,
    sessions.rotate_time, sessions.expire_time, sessions.end_time, users.username, users.roles, now_micros() AS now
FROM sessions
JOIN users ON users.account_id = sessions.account_id
WHERE sessions.session_id = :session_id AND users.state = 'active';

-- name: rotate_session^
UPDATE sessions
SET counter = counter + 1, rotate_time = :now, expire_time = :expire_time
WHERE session_id = :session_id AND counter = :counter AND end_time IS NULL
RETURNING counter;

-- name: end_session^
UPDATE sessions SET end_time = now_micros() WHERE session_id = :session_id AND end_time IS NULL
RETURNING session_id;

-- name: end_sessions_of
UPDATE sessions SET end_time = now_micros() WHERE account_id = :account_id AND end_time IS NULL
RETURNING session_id;

-- name: delete_sessions_before
DELETE FROM sessions WHERE account_id = :account_id AND (expire_time < :before OR end_time < :before)
RETURNING session_id;
