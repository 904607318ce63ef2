-- What is kept of reports that were made, when they are gone themselves.

-- name: issue_report^
-- In the transaction that made it READY. Exports are nobody's business.
INSERT INTO issued_reports (
    report_id, kind, format, issue_time, sha256, size_bytes, username, season, game_kind, start_time, end_time, game_id
)
SELECT
    report_id, kind, format, update_time, sha256, size_bytes, username, season, game_kind, start_time, end_time, game_id
FROM reports
WHERE report_id = :report_id AND kind <> 'ACCOUNT_EXPORT'
RETURNING report_id;

-- name: issue_blank_report^
-- As issue_report, of bytes that prove neither about whom nor of which games they are.
INSERT INTO issued_reports (report_id, kind, format, issue_time, sha256, size_bytes, username, season, game_id)
SELECT report_id, kind, format, update_time, sha256, size_bytes, '', '', ''
FROM reports
WHERE report_id = :report_id
RETURNING report_id;

-- name: get_issued_report^
SELECT
    report_id, kind, format, issue_time, sha256, size_bytes, username, season, game_kind, start_time, end_time, game_id
FROM issued_reports
WHERE report_id = :report_id;

-- name: find_issued_file^
-- The first of those with these bytes. What they do not have in common, the bytes do not prove.
SELECT
    issued.report_id, issued.kind, issued.format, issued.issue_time, issued.sha256, issued.size_bytes,
    CASE WHEN told.usernames = 1 THEN issued.username ELSE '' END AS username,
    CASE WHEN told.seasons = 1 THEN issued.season ELSE '' END AS season,
    CASE WHEN told.game_kinds = 1 THEN issued.game_kind ELSE '' END AS game_kind,
    CASE WHEN told.starts = 1 THEN issued.start_time END AS start_time,
    CASE WHEN told.ends = 1 THEN issued.end_time END AS end_time,
    CASE WHEN told.games = 1 THEN issued.game_id ELSE '' END AS game_id
FROM issued_reports AS issued
CROSS JOIN (
    SELECT
        COUNT(DISTINCT username) AS usernames, COUNT(DISTINCT season) AS seasons,
        COUNT(DISTINCT game_kind) AS game_kinds, COUNT(DISTINCT COALESCE(CAST(start_time AS TEXT), '')) AS starts,
        COUNT(DISTINCT COALESCE(CAST(end_time AS TEXT), '')) AS ends, COUNT(DISTINCT game_id) AS games
    FROM issued_reports
    WHERE sha256 = :sha256
) AS told
WHERE issued.sha256 = :sha256
ORDER BY issued.issue_time, issued.report_id
LIMIT 1;

-- name: list_issued_about
-- Newest first, from before the position given.
SELECT
    report_id, kind, format, issue_time, sha256, size_bytes, username, season, game_kind, start_time, end_time, game_id
FROM issued_reports
WHERE
    username = :username
    AND (issue_time < :before_time OR (issue_time = :before_time AND report_id < :before_id))
ORDER BY issue_time DESC, report_id DESC
LIMIT :row_limit;

-- name: forget_issued_to
UPDATE issued_reports SET username = '' WHERE username = :username
RETURNING report_id;
