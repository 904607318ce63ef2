-- Which games a report covers, beside the season, of those that were made: as far as their rows are still there. Of the others
-- it is not known any more; they are told as of all games of their season.
ALTER TABLE issued_reports ADD COLUMN game_kind TEXT NOT NULL DEFAULT '';

ALTER TABLE issued_reports ADD COLUMN start_time BIGINT;

ALTER TABLE issued_reports ADD COLUMN end_time BIGINT;

UPDATE issued_reports SET
    game_kind = reports.game_kind, start_time = reports.start_time, end_time = reports.end_time
FROM reports
WHERE reports.report_id = issued_reports.report_id;
