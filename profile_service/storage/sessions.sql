-- name: insert_session^
-- One writer at a time is what keeps a change of the password, or a ban, out from between the check and the insertion.
INSERT INTO sessions (session_id, account_id, salt, counter, device_name, create_time, rotate_time, expire_time)
SELECT :session_id, account_id, :salt, 1, :device_name, now_micros(), now_micros(), now_micros() + :lifetime
FROM users
WHERE account_id = :account_id AND state = 'active' AND password_hash = :password_hash
    AND account_id NOT IN (SELECT account_id FROM bans_in_force)
RETURNING expire_time;

-- name: insert_session_with_api_key^
INSERT INTO sessions (
    session_id, account_id, salt, counter, device_name, create_time, rotate_time, expire_time, api_key_id
)
SELECT :session_id, users.account_id, :salt, 1, :device_name, now_micros(), now_micros(), now_micros() + :lifetime,
    api_keys.api_key_id
FROM api_keys
JOIN users ON users.account_id = api_keys.account_id
WHERE api_keys.api_key_id = :api_key_id AND users.account_id = :account_id AND users.state = 'active'
    AND users.account_id NOT IN (SELECT account_id FROM bans_in_force)
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

-- name: list_sessions
SELECT session_id, device_name, create_time, rotate_time, expire_time, end_time
FROM sessions
WHERE account_id = :account_id AND end_time IS NULL AND expire_time > now_micros()
ORDER BY rotate_time DESC, session_id DESC
LIMIT :row_limit;

-- name: end_session^
UPDATE sessions SET end_time = now_micros() WHERE session_id = :session_id AND end_time IS NULL
RETURNING account_id;

-- name: end_session_of^
UPDATE sessions SET end_time = now_micros()
WHERE session_id = :session_id AND account_id = :account_id AND end_time IS NULL AND expire_time > now_micros()
RETURNING session_id;

-- name: end_other_sessions_of
UPDATE sessions SET end_time = now_micros()
WHERE account_id = :account_id AND session_id <> :kept_session_id AND end_time IS NULL
RETURNING session_id;

-- name: end_surplus_sessions
-- Those beyond the newest ones; the limit is there for its OFFSET.
UPDATE sessions SET end_time = now_micros()
WHERE session_id IN (
    SELECT session_id FROM sessions
    WHERE account_id = :account_id AND end_time IS NULL AND expire_time > now_micros()
    ORDER BY rotate_time DESC, session_id DESC
    LIMIT 1000 OFFSET :keep
)
RETURNING session_id;

-- name: delete_surplus_sessions
-- Of the ended ones those beyond the newest, however quickly they were opened and ended.
DELETE FROM sessions
WHERE session_id IN (
    SELECT session_id FROM sessions
    WHERE account_id = :account_id AND end_time IS NOT NULL
    ORDER BY end_time DESC, session_id DESC
    LIMIT 1000 OFFSET :keep
)
RETURNING session_id;

-- name: end_sessions_of
UPDATE sessions SET end_time = now_micros() WHERE account_id = :account_id AND end_time IS NULL
RETURNING session_id;

-- name: end_sessions_of_api_key
UPDATE sessions SET end_time = now_micros() WHERE api_key_id = :api_key_id AND end_time IS NULL
RETURNING session_id;

-- name: delete_sessions_before
DELETE FROM sessions WHERE account_id = :account_id AND (expire_time < :before OR end_time < :before)
RETURNING session_id;
