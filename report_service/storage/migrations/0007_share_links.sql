-- Links that download a report without signing in. A row alone opens nothing: the address holds a signature that is kept nowhere.
-- Whoever deletes a report deletes its links with it, also a process of a version that knows of none.
CREATE TABLE share_links (
    link_id TEXT PRIMARY KEY,
    report_id TEXT NOT NULL REFERENCES reports (report_id) ON DELETE CASCADE,
    -- The username of who made it, by which it is asked whether the account is still there; empty of a program, which has no
    -- profile to ask for.
    owner_username TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    expire_time BIGINT NOT NULL
);

CREATE INDEX share_links_by_report ON share_links (report_id, create_time, link_id);

CREATE INDEX share_links_by_expiry ON share_links (expire_time);
