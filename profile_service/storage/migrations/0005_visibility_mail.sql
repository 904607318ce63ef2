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
