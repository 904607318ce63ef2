-- name: get_totals
SELECT account_id, season, kind, month, counters
FROM totals
WHERE account_id = :account_id AND season = :season AND kind = :kind AND month = :month;

-- name: put_totals!
INSERT INTO totals (account_id, season, kind, month, counters)
VALUES (:account_id, :season, :kind, :month, :counters)
ON CONFLICT (account_id, season, kind, month) DO UPDATE SET counters = excluded.counters;

-- name: delete_totals!
DELETE FROM totals WHERE account_id = :account_id AND season = :season AND kind = :kind AND month = :month;

-- name: list_month_totals
SELECT season, kind, month, counters
FROM totals
WHERE account_id = :account_id AND month >= :first_month AND month <= :last_month AND month <> '*'
    AND season <> '*' AND kind <> '*'
    AND (:season = '*' OR season = :season) AND (:kind = '*' OR kind = :kind);

-- name: list_club_scopes
SELECT season, kind FROM totals WHERE account_id = '*' AND month = '*' ORDER BY season, kind;
