-- Links to reports. A foreign report is an absent one, and a link whose time is over a deleted one.

-- name: count_share_links^
SELECT COUNT(*) AS live FROM share_links WHERE report_id = :report_id AND expire_time > now_micros();

-- name: insert_share_link^
-- It ends with its report, where it is known when that will be.
INSERT INTO share_links (link_id, report_id, owner_username, create_time, expire_time)
SELECT
    :link_id, report_id, :owner_username, now_micros(),
    CASE WHEN expire_time < now_micros() + :ttl THEN expire_time ELSE now_micros() + :ttl END
FROM reports
WHERE report_id = :report_id AND owner_id = :owner_id AND deleted = 0
RETURNING link_id, report_id, create_time, expire_time;

-- name: list_share_links
SELECT link_id, report_id, create_time, expire_time
FROM share_links
WHERE report_id = :report_id AND expire_time > now_micros()
ORDER BY create_time, link_id;

-- name: delete_share_link^
DELETE FROM share_links
WHERE
    link_id = :link_id AND expire_time > now_micros()
    AND report_id IN (SELECT report_id FROM reports WHERE owner_id = :owner_id AND deleted = 0)
RETURNING link_id;

-- name: get_shared_report^
SELECT
    report_id, owner_id, username, include_email, state, fence, attempt_count, reports.create_time, update_time,
    reports.expire_time, blob_key, size_bytes, sha256, failure_reason, kind, format, locale, season, game_kind,
    start_time, end_time, game_id, owner_username
FROM share_links
INNER JOIN reports USING (report_id)
WHERE link_id = :link_id AND deleted = 0;

-- name: delete_ended_share_links
DELETE FROM share_links WHERE expire_time <= now_micros()
RETURNING link_id;
