-- name: find_standing^
-- Of an account that is hidden too: it may come back.
SELECT users.account_id, users.kind, users.roles, bans_in_force.account_id IS NOT NULL AS banned
FROM users
LEFT JOIN bans_in_force ON bans_in_force.account_id = users.account_id
WHERE users.username = :username AND users.state IN ('active', 'leaving');

-- name: get_standing^
SELECT users.account_id, users.kind, users.roles, bans_in_force.account_id IS NOT NULL AS banned
FROM users
LEFT JOIN bans_in_force ON bans_in_force.account_id = users.account_id
WHERE users.account_id = :account_id AND users.state = 'active';

-- name: find_another_admin^
-- A person: a program that has the role from before programs could not have it leads no club.
SELECT account_id
FROM users
WHERE ' ' || roles || ' ' LIKE '% admin %' AND state = 'active' AND kind = 'person' AND account_id <> :account_id
    AND account_id NOT IN (SELECT account_id FROM bans_in_force)
LIMIT 1;

-- name: put_ban^
INSERT INTO bans (account_id, reason, create_time, expire_time)
SELECT :account_id, :reason, now_micros(), :expire_time
WHERE CAST(:expire_time AS BIGINT) IS NULL OR :expire_time > now_micros()
ON CONFLICT (account_id) DO UPDATE
SET reason = excluded.reason, create_time = excluded.create_time, expire_time = excluded.expire_time
RETURNING account_id;

-- name: lift_ban^
DELETE FROM bans WHERE account_id = :account_id AND (expire_time IS NULL OR expire_time > now_micros())
RETURNING account_id;

-- name: delete_ban^
DELETE FROM bans WHERE account_id = :account_id
RETURNING account_id;
