-- What is made of whom, of which games, in which language and file type. A player's report of all games as PDF is what there
-- was before. An export has no format; the column says nothing of it.
ALTER TABLE reports ADD COLUMN format TEXT NOT NULL DEFAULT 'PDF';

ALTER TABLE reports ADD COLUMN locale TEXT NOT NULL DEFAULT '';

ALTER TABLE reports ADD COLUMN season TEXT NOT NULL DEFAULT '';

-- Empty means all kinds of games.
ALTER TABLE reports ADD COLUMN game_kind TEXT NOT NULL DEFAULT '';

ALTER TABLE reports ADD COLUMN start_time BIGINT;

ALTER TABLE reports ADD COLUMN end_time BIGINT;

ALTER TABLE reports ADD COLUMN game_id TEXT NOT NULL DEFAULT '';

-- What was made, kept for good: a row is written when its report turns READY and outlives report and file. It never says who
-- asked. The username is empty when it is about no player, and from the purge of the account on.
CREATE TABLE issued_reports (
    report_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    format TEXT NOT NULL,
    issue_time BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    username TEXT NOT NULL,
    season TEXT NOT NULL,
    game_id TEXT NOT NULL
);

CREATE INDEX issued_reports_by_file ON issued_reports (sha256);

CREATE INDEX issued_reports_by_player ON issued_reports (username);

INSERT INTO issued_reports (
    report_id, kind, format, issue_time, sha256, size_bytes, username, season, game_id
)
SELECT report_id, kind, format, update_time, sha256, size_bytes, username, season, game_id
FROM reports
WHERE state = 'READY' AND kind = 'PLAYER_REPORT';
