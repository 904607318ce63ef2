-- name: find_service_account^
SELECT account_id FROM users WHERE username = :username AND state = 'active' AND kind = 'service';

-- name: insert_api_key^
INSERT INTO api_keys (api_key_id, account_id, display_name, digest, create_time)
SELECT :api_key_id, :account_id, :display_name, :digest, now_micros()
WHERE (SELECT COUNT(*) FROM api_keys WHERE account_id = :account_id) < :most
RETURNING api_key_id, display_name, create_time, last_use_time;

-- name: list_api_keys
SELECT api_key_id, display_name, create_time, last_use_time
FROM api_keys
WHERE account_id = :account_id
ORDER BY create_time, api_key_id;

-- name: delete_api_key^
DELETE FROM api_keys WHERE api_key_id = :api_key_id
RETURNING account_id;

-- name: delete_api_keys_of
DELETE FROM api_keys WHERE account_id = :account_id
RETURNING api_key_id;

-- name: find_api_key^
SELECT api_keys.api_key_id, api_keys.account_id, bans_in_force.reason AS ban_reason,
    bans_in_force.create_time AS ban_create_time, bans_in_force.expire_time AS ban_expire_time
FROM api_keys
JOIN users ON users.account_id = api_keys.account_id
LEFT JOIN bans_in_force ON bans_in_force.account_id = users.account_id
WHERE api_keys.digest = :digest AND users.state = 'active';

-- name: note_use_of_api_key^
UPDATE api_keys SET last_use_time = now_micros() WHERE api_key_id = :api_key_id
RETURNING last_use_time;
