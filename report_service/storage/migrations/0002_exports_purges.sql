-- What is made: PLAYER_REPORT, a PDF, or ACCOUNT_EXPORT, a ZIP file of everything that is kept of the owner.
ALTER TABLE reports ADD COLUMN kind TEXT NOT NULL DEFAULT 'PLAYER_REPORT';

CREATE INDEX reports_by_player ON reports (username);

-- How many reports were deleted because an account was, by the receipt of its deletion, which says nobody's name.
CREATE TABLE account_purges (
    receipt_id TEXT PRIMARY KEY,
    report_count BIGINT NOT NULL,
    foreign_report_count BIGINT NOT NULL,
    export_count BIGINT NOT NULL
);
