-- Who may see which fields: 0 everybody, 1 who is signed in, 2 the owner alone.
ALTER TABLE users ADD COLUMN email_audience BIGINT NOT NULL DEFAULT 2;
ALTER TABLE users ADD COLUMN gender_audience BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN city_audience BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN club_audience BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN about_audience BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN statistics_audience BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN games_audience BIGINT NOT NULL DEFAULT 0;

-- The address in the form in which addresses are compared, once it is confirmed. Empty: `email` identifies nobody.
ALTER TABLE users ADD COLUMN confirmed_email_key TEXT NOT NULL DEFAULT '';
-- The address that shall take the place of `email` when it is confirmed.
ALTER TABLE users ADD COLUMN pending_email TEXT NOT NULL DEFAULT '';

CREATE UNIQUE INDEX users_by_confirmed_email ON users (confirmed_email_key) WHERE confirmed_email_key <> '';

-- Mails to be sent. They hold neither text nor token: both are made when they are sent. Rows are kept for a day after that,
-- as limits count them. A mail is due until its due_time is NULL.
CREATE TABLE mails (
    mail_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    account_id TEXT NOT NULL,
    recipient TEXT NOT NULL,
    recipient_key TEXT NOT NULL,
    login TEXT NOT NULL,
    network TEXT NOT NULL,
    attempt_count BIGINT NOT NULL,
    due_time BIGINT,
    create_time BIGINT NOT NULL
);

CREATE INDEX mails_by_due ON mails (due_time);
CREATE INDEX mails_by_kind ON mails (kind, create_time);

-- Tokens that were sent by mail, as their SHA-256. One is good once: using it deletes the row.
CREATE TABLE mail_tokens (
    token_hash TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    mail_id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES users (account_id),
    email TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    expire_time BIGINT NOT NULL
);

CREATE INDEX mail_tokens_by_account ON mail_tokens (account_id, kind);
