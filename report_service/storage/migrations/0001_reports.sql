-- A report request is one row: its state, a fence that grows at every claim, and one alarm (due_time).
-- Times are microseconds since 1970. Enumerations are the names of the contract without their prefix.
CREATE TABLE reports (
    report_id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL,
    username TEXT NOT NULL,
    include_email INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    request_digest TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('QUEUED', 'RENDERING', 'READY', 'FAILED', 'CANCELLED')),
    fence BIGINT NOT NULL,
    attempt_count INTEGER NOT NULL,
    hint_count INTEGER NOT NULL,
    due_time BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    expire_time BIGINT,
    blob_key TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    failure_reason TEXT NOT NULL,
    deleted INTEGER NOT NULL
);

CREATE UNIQUE INDEX reports_by_request ON reports (owner_id, request_id) WHERE request_id <> '' AND deleted = 0;

CREATE INDEX reports_by_owner ON reports (owner_id, create_time, report_id);

CREATE INDEX reports_by_alarm ON reports (state, due_time);
