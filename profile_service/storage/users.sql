-- name: find_lookalike^
SELECT account_id FROM users WHERE look = :look;

-- name: insert_user^
INSERT INTO users (
    account_id, username, look, kind, state, display_name, email, gender, city, club, about, locale, password_hash, roles,
    search_text, city_key, club_key, revision, create_time, update_time
) VALUES (
    :account_id, :username, :look, :kind, 'active', :display_name, :email, 'unspecified', '', '', '', '', :password_hash, :roles,
    :search_text, '', '', 1, now_micros(), now_micros()
)
RETURNING account_id;

-- name: get_user^
SELECT account_id, username, display_name, gender, city, club, about, locale, revision, create_time, update_time,
    avatar_type, avatar_sha256, avatar_size_bytes, avatar_time
FROM users
WHERE username = :username AND state = 'active' AND kind = 'person';

-- name: list_users
SELECT account_id, username, display_name, gender, city, club, about, locale, revision, create_time, update_time,
    avatar_type, avatar_sha256, avatar_size_bytes, avatar_time
FROM users
WHERE username > :after AND state = 'active' AND kind = 'person'
    AND search_text LIKE :pattern ESCAPE '!'
    AND (:city = '' OR city_key = :city)
    AND (:club = '' OR club_key = :club)
ORDER BY username
LIMIT :count;

-- name: update_user^
UPDATE users
SET display_name = COALESCE(:display_name, display_name),
    gender = COALESCE(:gender, gender),
    city = COALESCE(:city, city),
    city_key = COALESCE(:city_key, city_key),
    club = COALESCE(:club, club),
    club_key = COALESCE(:club_key, club_key),
    about = COALESCE(:about, about),
    locale = COALESCE(:locale, locale),
    search_text = COALESCE(:search_text, search_text),
    revision = revision + 1,
    update_time = now_micros()
WHERE account_id = :account_id AND state = 'active' AND (:revision = 0 OR revision = :revision)
RETURNING account_id, username, display_name, gender, city, club, about, locale, revision, create_time, update_time,
    avatar_type, avatar_sha256, avatar_size_bytes, avatar_time;

-- name: get_account^
SELECT account_id, username, email, roles, create_time
FROM users
WHERE account_id = :account_id AND state = 'active';

-- name: get_user_now^
SELECT account_id, username, display_name, gender, city, club, about, locale, revision, create_time, update_time,
    avatar_type, avatar_sha256, avatar_size_bytes, avatar_time, email, now_micros() AS now
FROM users
WHERE username = :username AND state = 'active' AND kind = 'person';

-- name: find_credentials^
SELECT users.account_id, users.username, users.password_hash, bans_in_force.reason AS ban_reason,
    bans_in_force.create_time AS ban_create_time, bans_in_force.expire_time AS ban_expire_time
FROM users
LEFT JOIN bans_in_force ON bans_in_force.account_id = users.account_id
WHERE users.username = :username AND users.state = 'active';

-- name: get_credentials^
SELECT users.account_id, users.username, users.password_hash, bans_in_force.reason AS ban_reason,
    bans_in_force.create_time AS ban_create_time, bans_in_force.expire_time AS ban_expire_time
FROM users
LEFT JOIN bans_in_force ON bans_in_force.account_id = users.account_id
WHERE users.account_id = :account_id AND users.state = 'active';

-- name: replace_password_hash^
UPDATE users SET password_hash = :new WHERE account_id = :account_id AND state = 'active' AND password_hash = :old
RETURNING account_id;

-- name: set_roles^
UPDATE users SET roles = :roles WHERE account_id = :account_id AND state = 'active'
RETURNING account_id;

-- name: set_avatar^
UPDATE users
SET avatar_type = :content_type,
    avatar_sha256 = :sha256,
    avatar_size_bytes = :size_bytes,
    avatar_time = now_micros(),
    revision = revision + 1,
    update_time = now_micros()
WHERE account_id = :account_id AND state = 'active'
RETURNING avatar_type, avatar_sha256, avatar_size_bytes, avatar_time;

-- name: clear_avatar^
UPDATE users
SET avatar_type = NULL, avatar_sha256 = NULL, avatar_size_bytes = NULL, avatar_time = NULL,
    revision = revision + 1, update_time = now_micros()
WHERE account_id = :account_id AND avatar_type IS NOT NULL
RETURNING account_id;

-- name: insert_avatar_variant^
INSERT INTO avatar_variants (account_id, pixels, blob_key, sha256, size_bytes)
VALUES (:account_id, :pixels, :blob_key, :sha256, :size_bytes)
RETURNING pixels;

-- name: list_avatar_keys
SELECT blob_key FROM avatar_variants WHERE account_id = :account_id;

-- name: delete_avatar_variants
DELETE FROM avatar_variants WHERE account_id = :account_id RETURNING blob_key;

-- name: get_avatar_variant^
SELECT variant.blob_key, variant.sha256, variant.size_bytes, users.avatar_type
FROM users
JOIN avatar_variants AS variant ON variant.account_id = users.account_id
WHERE users.username = :username AND users.state = 'active' AND variant.pixels = :pixels;

-- name: erase_user^
UPDATE users
SET state = 'deleted', display_name = '', email = '', gender = 'unspecified', city = '', club = '', about = '',
    locale = '', password_hash = '', roles = '', search_text = '', city_key = '', club_key = '',
    avatar_type = NULL, avatar_sha256 = NULL, avatar_size_bytes = NULL, avatar_time = NULL,
    revision = revision + 1, update_time = now_micros()
WHERE account_id = :account_id AND state = 'active'
RETURNING account_id;
