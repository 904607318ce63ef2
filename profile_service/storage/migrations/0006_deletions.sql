-- The deletion of an account is one row: `step` names what is done next, and `account_id` is empty once nothing of the
-- player is left. Nothing in a row says whose it is then, so that rows are kept for ever, as receipts.
CREATE TABLE deletions (
    receipt_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('ERASE', 'ANONYMISE_SEAT')),
    step TEXT NOT NULL CHECK (step IN ('SCHEDULED', 'REPORTS', 'AVATAR', 'RECORDS', 'LOG', 'PURGED', 'UNDELETED')),
    schedule_time BIGINT NOT NULL,
    purge_time BIGINT NOT NULL,
    end_time BIGINT,
    session_count BIGINT NOT NULL DEFAULT 0,
    avatar_file_count BIGINT NOT NULL DEFAULT 0,
    seat_count BIGINT NOT NULL DEFAULT 0,
    audit_event_count BIGINT NOT NULL DEFAULT 0,
    report_count BIGINT NOT NULL DEFAULT 0,
    foreign_report_count BIGINT NOT NULL DEFAULT 0,
    export_count BIGINT NOT NULL DEFAULT 0,
    seal TEXT NOT NULL DEFAULT ''
);

CREATE UNIQUE INDEX deletions_by_account ON deletions (account_id) WHERE account_id <> '';

CREATE INDEX deletions_by_step ON deletions (step, purge_time);

-- Names of purged accounts, which are never given out again, as a keyed hash: the name itself would be personal data.
CREATE TABLE retired_usernames (username_hash TEXT PRIMARY KEY);

-- Who holds the seats of those who left and would have their seats stay. All share it, so that no seat tells of another.
INSERT INTO users (
    account_id, username, kind, state, display_name, email, gender, city, club, about, locale, password_hash, roles,
    search_text, city_key, club_key, revision, create_time, update_time
) VALUES ('nobody', '', 'nobody', 'nobody', '', '', 'unspecified', '', '', '', '', '', '', '', '', '', 0, 0, 0);

-- Accounts that were erased before there was a grace kept their names.
/*sqlite -- No other engine was there then.
INSERT INTO deletions (receipt_id, account_id, mode, step, schedule_time, purge_time)
SELECT SUBSTR(hex, 1, 8) || '-' || SUBSTR(hex, 9, 4) || '-4' || SUBSTR(hex, 14, 3) || '-a' || SUBSTR(hex, 18, 3) || '-'
    || SUBSTR(hex, 21, 12), account_id, 'ANONYMISE_SEAT', 'REPORTS', update_time, update_time
FROM (SELECT account_id, update_time, LOWER(HEX(RANDOMBLOB(16))) AS hex FROM users WHERE state = 'deleted');
*/

UPDATE users SET state = 'purging' WHERE state = 'deleted';
