-- name: insert_mail^
INSERT INTO mails (
    mail_id, kind, account_id, recipient, recipient_key, login, network, attempt_count, due_time, create_time
) VALUES (
    :mail_id, :kind, :account_id, :recipient, :recipient_key, :login, :network, 0, now_micros(), now_micros()
)
RETURNING mail_id;

-- name: count_confirmations^
SELECT COUNT(*) AS mails
FROM mails
WHERE kind = 'confirm_email' AND create_time > now_micros() - :span
    AND (account_id = :account_id OR recipient_key = :recipient_key);

-- name: count_mails_of^
SELECT COUNT(*) AS mails FROM mails WHERE kind = :kind AND account_id = :account_id AND create_time > now_micros() - :span;

-- name: get_mail_owner^
SELECT account_id, username, email, confirmed_email_key
FROM users
WHERE account_id = :account_id AND state IN ('active', 'leaving') AND kind = 'person';

-- name: count_resets^
SELECT COUNT(CASE WHEN network = :network THEN 1 END) AS of_network, COUNT(due_time) AS waiting
FROM mails
WHERE kind = 'reset_password' AND create_time > now_micros() - :span;

-- name: list_due_kinds
SELECT DISTINCT kind FROM mails WHERE due_time <= now_micros();

-- name: claim_mail^
UPDATE mails
SET attempt_count = attempt_count + 1, due_time = now_micros() + :lease
WHERE mail_id = (
    SELECT mail_id FROM mails WHERE kind = :kind AND due_time <= now_micros() ORDER BY due_time, mail_id LIMIT 1
)
RETURNING mail_id, kind, account_id, recipient, recipient_key, login, attempt_count;

-- name: postpone_mail^
UPDATE mails SET due_time = now_micros() + :wait WHERE mail_id = :mail_id AND due_time IS NOT NULL
RETURNING mail_id;

-- name: finish_mail^
UPDATE mails SET due_time = NULL, recipient = '', login = '' WHERE mail_id = :mail_id
RETURNING mail_id;

-- name: delete_old_mails
DELETE FROM mails WHERE due_time IS NULL AND create_time < now_micros() - :kept
RETURNING mail_id;

-- name: delete_mails_of
-- One that resets a password names its account by what was typed.
DELETE FROM mails
WHERE account_id = :account_id
    OR login IN (SELECT username FROM users WHERE account_id = :account_id)
    OR login IN (SELECT confirmed_email_key FROM users WHERE account_id = :account_id AND confirmed_email_key <> '')
RETURNING mail_id;

-- name: insert_mail_token^
INSERT INTO mail_tokens (token_hash, kind, mail_id, account_id, email, create_time, expire_time)
VALUES (:token_hash, :kind, :mail_id, :account_id, :email, now_micros(), now_micros() + :lifetime)
RETURNING token_hash;

-- name: count_mails_with_tokens^
SELECT COUNT(DISTINCT mail_id) AS mails
FROM mail_tokens
WHERE account_id = :account_id AND kind = :kind AND mail_id <> :mail_id AND create_time > now_micros() - :span;

-- name: find_mail_token^
SELECT mail_tokens.account_id, users.username
FROM mail_tokens
JOIN users ON users.account_id = mail_tokens.account_id
WHERE token_hash = :token_hash AND mail_tokens.kind = :kind AND expire_time > now_micros()
    AND (users.state = 'active' OR (users.state = 'leaving' AND :kind = 'reset_password'));

-- name: use_mail_token^
DELETE FROM mail_tokens WHERE token_hash = :token_hash AND kind = :kind AND expire_time > now_micros()
RETURNING account_id, email;

-- name: delete_mail_tokens_of
DELETE FROM mail_tokens WHERE account_id = :account_id AND (:kind = '' OR kind = :kind)
RETURNING token_hash;

-- name: delete_old_mail_tokens
DELETE FROM mail_tokens WHERE expire_time <= now_micros()
RETURNING token_hash;
