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
