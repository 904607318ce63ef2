-- What happened to accounts, who did it and from where. Rows are added in the transaction that they tell of, and stay.
CREATE TABLE audit_events (
    event_id TEXT PRIMARY KEY,
    event_time BIGINT NOT NULL,
    kind TEXT NOT NULL,
    -- Who did it; empty: nobody who is signed in, such as the operator on the server's own machine.
    actor_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    address TEXT NOT NULL,
    details TEXT NOT NULL
);

CREATE INDEX audit_events_by_time ON audit_events (event_time, event_id);
CREATE INDEX audit_events_by_subject ON audit_events (subject_id, event_time, event_id);
CREATE INDEX audit_events_by_actor ON audit_events (actor_id, event_time, event_id);

/*sqlite
CREATE TRIGGER audit_events_are_never_deleted
BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'an audit event is never deleted');
END;

-- The purge of an account blanks what is personal in its events: the address and the details.
CREATE TRIGGER audit_events_are_only_blanked
BEFORE UPDATE ON audit_events
WHEN NEW.event_id <> OLD.event_id OR NEW.event_time <> OLD.event_time OR NEW.kind <> OLD.kind
    OR NEW.actor_id <> OLD.actor_id OR NEW.subject_id <> OLD.subject_id
    OR NEW.address NOT IN ('', OLD.address) OR NEW.details NOT IN ('', OLD.details)
BEGIN
    SELECT RAISE(ABORT, 'an audit event is never changed, but for blanking its address and details');
END;
*/
/*postgresql
CREATE FUNCTION refuse_change_of_audit_event() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an audit event is never deleted, and never changed but for blanking its address and details';
END $$;

CREATE TRIGGER audit_events_are_never_deleted
BEFORE DELETE ON audit_events
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_event();

-- As above.
CREATE TRIGGER audit_events_are_only_blanked
BEFORE UPDATE ON audit_events
FOR EACH ROW
WHEN (
    NEW.event_id <> OLD.event_id OR NEW.event_time <> OLD.event_time OR NEW.kind <> OLD.kind
    OR NEW.actor_id <> OLD.actor_id OR NEW.subject_id <> OLD.subject_id
    OR NEW.address NOT IN ('', OLD.address) OR NEW.details NOT IN ('', OLD.details)
)
EXECUTE FUNCTION refuse_change_of_audit_event();
*/

CREATE TABLE bans (
    account_id TEXT PRIMARY KEY REFERENCES users (account_id),
    reason TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    -- When it ends by itself; NULL: never.
    expire_time BIGINT
);

CREATE VIEW bans_in_force AS
SELECT account_id, reason, create_time, expire_time
FROM bans
WHERE expire_time IS NULL OR expire_time > now_micros();

CREATE TABLE api_keys (
    api_key_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES users (account_id),
    display_name TEXT NOT NULL,
    -- SHA-256 of the key, which is 256 random bits and so needs no slow hash.
    digest TEXT NOT NULL UNIQUE,
    create_time BIGINT NOT NULL,
    last_use_time BIGINT
);

CREATE INDEX api_keys_by_account ON api_keys (account_id, create_time);

-- The API key that opened the session, NULL: a password did.
ALTER TABLE sessions ADD COLUMN api_key_id TEXT;

-- Programs sign in with API keys from here on; the secrets that they signed in with before cannot be turned into keys.
UPDATE users SET password_hash = '' WHERE kind = 'service';
