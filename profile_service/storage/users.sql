-- name: find_lookalike^
SELECT account_id FROM users WHERE look = :look;

-- name: insert_user^
INSERT INTO users (
    account_id, username, look, kind, state, display_name, email, gender, city, club, about, locale, password_hash, roles,
    search_text, city_key, club_key, revision, create_time, update_time
)
SELECT :account_id, :username, :look, :kind, 'active', :display_name, :email, 'unspecified', '', '', '', '', :password_hash,
    :roles, :search_text, '', '', 1, now_micros(), now_micros()
WHERE NOT EXISTS (SELECT 1 FROM retired_usernames WHERE username_hash = :username_hash)
RETURNING account_id;

-- name: get_user^
SELECT account_id, username, display_name, gender, city, club, about, locale, revision, create_time, update_time,
    avatar_type, avatar_sha256, avatar_size_bytes, avatar_time,
    email, confirmed_email_key, email_audience, gender_audience, city_audience, club_audience, about_audience,
    statistics_audience, games_audience
FROM users
WHERE username = :username AND state = 'active' AND kind = 'person';

-- name: list_users
SELECT account_id, username, display_name, gender, city, club, about, locale, revision, create_time, update_time,
    avatar_type, avatar_sha256, avatar_size_bytes, avatar_time,
    email, confirmed_email_key, email_audience, gender_audience, city_audience, club_audience, about_audience,
    statistics_audience, games_audience
FROM users
WHERE username > :after AND state = 'active' AND kind = 'person'
    AND search_text LIKE :pattern ESCAPE '!'
    -- The rule of `Viewer.sees`, so that a filter does not tell what an answer hides.
    AND (:city = '' OR (city_key = :city AND (city_audience <= :sight OR account_id = :viewer_id)))
    AND (:club = '' OR (club_key = :club AND (club_audience <= :sight OR account_id = :viewer_id)))
ORDER BY username
LIMIT :count;

-- name: update_user^
-- Of a person, as with the avatar and the audiences: a program has an account and no profile.
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
WHERE account_id = :account_id AND state = 'active' AND kind = 'person' AND (:revision = 0 OR revision = :revision)
RETURNING account_id, username, display_name, gender, city, club, about, locale, revision, create_time, update_time,
    avatar_type, avatar_sha256, avatar_size_bytes, avatar_time,
    email, confirmed_email_key, email_audience, gender_audience, city_audience, club_audience, about_audience,
    statistics_audience, games_audience;

-- name: get_account^
SELECT account_id, username, email, confirmed_email_key, pending_email, roles, create_time, locale, email_audience,
    gender_audience, city_audience, club_audience, about_audience, statistics_audience, games_audience
FROM users
WHERE account_id = :account_id AND state = 'active';

-- name: set_visibility^
UPDATE users
SET email_audience = COALESCE(:email, email_audience),
    gender_audience = COALESCE(:gender, gender_audience),
    city_audience = COALESCE(:city, city_audience),
    club_audience = COALESCE(:club, club_audience),
    about_audience = COALESCE(:about, about_audience),
    statistics_audience = COALESCE(:statistics, statistics_audience),
    games_audience = COALESCE(:games, games_audience),
    revision = revision + 1,
    update_time = now_micros()
WHERE account_id = :account_id AND state = 'active' AND kind = 'person'
RETURNING email_audience, gender_audience, city_audience, club_audience, about_audience, statistics_audience,
    games_audience;

-- name: get_user_now^
SELECT account_id, username, display_name, gender, city, club, about, locale, revision, create_time, update_time,
    avatar_type, avatar_sha256, avatar_size_bytes, avatar_time,
    email, confirmed_email_key, email_audience, gender_audience, city_audience, club_audience, about_audience,
    statistics_audience, games_audience, now_micros() AS now
FROM users
WHERE username = :username AND state = 'active' AND kind = 'person';

-- name: find_confirmed^
-- Of an account that is hidden too: its owner may have to choose a password before it can be brought back.
SELECT account_id, username, email
FROM users
WHERE state IN ('active', 'leaving') AND kind = 'person' AND confirmed_email_key <> ''
    AND (username = :username OR confirmed_email_key = :email_key);

-- name: set_pending_email^
UPDATE users SET pending_email = :email
WHERE account_id = :account_id AND state = 'active' AND password_hash = :password_hash
RETURNING account_id, email, confirmed_email_key;

-- name: drop_pending_email^
UPDATE users SET pending_email = '' WHERE account_id = :account_id AND pending_email <> ''
RETURNING account_id;

-- name: confirm_email^
UPDATE users
SET email = :email, confirmed_email_key = :email_key, pending_email = '', revision = revision + 1,
    update_time = now_micros()
WHERE account_id = :account_id AND state = 'active'
    AND (pending_email = :email OR (pending_email = '' AND email = :email))
RETURNING account_id;

-- name: remove_email^
UPDATE users
SET email = '', confirmed_email_key = '', pending_email = '', revision = revision + 1, update_time = now_micros()
WHERE account_id = :account_id
RETURNING account_id;

-- name: reset_password_hash^
UPDATE users SET password_hash = :new WHERE account_id = :account_id AND state IN ('active', 'leaving')
RETURNING account_id;

-- name: find_credentials^
SELECT users.account_id, users.username, users.password_hash, bans_in_force.reason AS ban_reason,
    bans_in_force.create_time AS ban_create_time, bans_in_force.expire_time AS ban_expire_time
FROM users
LEFT JOIN bans_in_force ON bans_in_force.account_id = users.account_id
WHERE users.username = :username AND users.state = 'active';

-- name: find_returning^
-- A ban does not hinder it, and is there afterwards.
SELECT account_id, username, password_hash, NULL AS ban_reason
FROM users
WHERE username = :username AND state IN ('active', 'leaving');

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
UPDATE users SET roles = :roles WHERE account_id = :account_id AND state IN ('active', 'leaving')
RETURNING account_id;

-- name: set_avatar^
UPDATE users
SET avatar_type = :content_type,
    avatar_sha256 = :sha256,
    avatar_size_bytes = :size_bytes,
    avatar_time = now_micros(),
    revision = revision + 1,
    update_time = now_micros()
WHERE account_id = :account_id AND state = 'active' AND kind = 'person'
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
