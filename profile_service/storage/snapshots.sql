-- What snapshots read beside that which other lists and statistics have.

-- name: get_now^
SELECT now_micros() AS now;

-- name: list_weeks_of_player
-- Weeks begin on Monday. 1970, before which there is no game, began on a Thursday.
SELECT start_time - (start_time + 259200000000) % 604800000000 AS week_time,
    COUNT(CASE WHEN result = 'win' THEN 1 END) AS wins, COUNT(CASE WHEN result = 'loss' THEN 1 END) AS losses,
    COUNT(CASE WHEN result = 'draw' THEN 1 END) AS draws, CAST(SUM(duration) AS BIGINT) AS play_time
FROM seats
WHERE account_id = :account_id AND counted = 1 AND result <> 'void'
    AND start_time >= :start_time AND start_time < :end_time
    AND (:season = '*' OR season = :season) AND (:kind = '*' OR kind = :kind)
GROUP BY week_time
ORDER BY week_time;

-- name: list_companions
-- With and against whom the player sat most, from the player's side. Others are found by the player's own games alone.
WITH met AS (
    SELECT other.account_id,
        CASE WHEN (one.role IN ('civilian', 'sheriff')) = (other.role IN ('civilian', 'sheriff')) THEN 1 ELSE 0 END AS together,
        COUNT(CASE WHEN one.result <> 'void' THEN 1 END) AS sessions,
        COUNT(CASE WHEN one.result = 'win' THEN 1 END) AS wins,
        COUNT(CASE WHEN one.result = 'loss' THEN 1 END) AS losses,
        COUNT(CASE WHEN one.result = 'draw' THEN 1 END) AS draws,
        COUNT(CASE WHEN one.result = 'void' THEN 1 END) AS voids,
        CAST(SUM(CASE WHEN one.result <> 'void' THEN one.duration ELSE 0 END) AS BIGINT) AS play_time
    FROM seats AS one
    JOIN seats AS other ON other.game_id = one.game_id AND other.account_id <> one.account_id
    WHERE one.account_id = :account_id AND one.counted = 1
        AND one.start_time >= :start_time AND one.start_time < :end_time
        AND (:season = '*' OR one.season = :season) AND (:kind = '*' OR one.kind = :kind)
    GROUP BY other.account_id, together
),
ranked AS (
    SELECT users.username, users.display_name, met.together, met.sessions, met.wins, met.losses, met.draws, met.voids,
        met.play_time,
        ROW_NUMBER() OVER (PARTITION BY met.together ORDER BY met.sessions DESC, met.wins DESC, users.username) AS place
    FROM met
    JOIN users ON users.account_id = met.account_id
    WHERE met.sessions > 0 AND users.kind = 'person' AND users.state = 'active'
        AND (users.games_audience <= :sight OR users.account_id = :viewer_id)
)
SELECT username, display_name, together, sessions, wins, losses, draws, voids, play_time
FROM ranked
WHERE place <= :row_limit
ORDER BY together, place;

-- name: list_seat_names
SELECT seats.seat_number, users.display_name
FROM seats
JOIN users ON users.account_id = seats.account_id
WHERE seats.game_id = :game_id AND users.display_name <> ''
ORDER BY seats.seat_number;
