-- name: list_weeks_of_season
-- By the same weeks as those of a player; wins are red's.
SELECT start_time - (start_time + 259200000000) % 604800000000 AS week_time,
    COUNT(CASE WHEN winner = 'red' THEN 1 END) AS wins, COUNT(CASE WHEN winner = 'black' THEN 1 END) AS losses,
    COUNT(CASE WHEN winner = 'draw' THEN 1 END) AS draws, COUNT(CASE WHEN winner = 'void' THEN 1 END) AS voids,
    CAST(SUM(CASE WHEN winner <> 'void' THEN duration ELSE 0 END) AS BIGINT) AS play_time,
    MIN(start_time) AS first_time, MAX(start_time) AS last_time
FROM games
WHERE state = 'counted' AND (:season = '*' OR season = :season) AND (:kind = '*' OR kind = :kind)
GROUP BY week_time
ORDER BY week_time;

-- name: list_chances
SELECT red_chance, winner
FROM games
WHERE state = 'counted' AND red_chance IS NOT NULL AND winner IN ('red', 'black')
    AND (:season = '*' OR season = :season) AND (:kind = '*' OR kind = :kind);

-- name: count_players_of_season^
-- The audience 3 is that of guests, and of those who are leaving.
SELECT COUNT(*) AS players FROM leaderboard WHERE season = :season AND kind = :kind AND audience < 3;

-- name: get_standing_extras
-- What the board by points does not show. The club's rates are those of now, which the column wins_above follows a little
-- later, and the rating is that over all games.
SELECT leaderboard.account_id,
    CASE WHEN leaderboard.win_bound IS NOT NULL THEN leaderboard.wins
        - leaderboard.civilian_games * CAST(:civilian AS DOUBLE PRECISION)
        - leaderboard.sheriff_games * CAST(:sheriff AS DOUBLE PRECISION)
        - leaderboard.mafia_games * CAST(:mafia AS DOUBLE PRECISION)
        - leaderboard.don_games * CAST(:don AS DOUBLE PRECISION)
        END AS wins_above,
    every.rating_bound
FROM leaderboard
LEFT JOIN leaderboard AS every ON every.account_id = leaderboard.account_id AND every.season = '*' AND every.kind = '*'
WHERE leaderboard.account_id = :account_id AND leaderboard.season = :season AND leaderboard.kind = :kind;

-- name: get_most_games^
SELECT users.username, users.display_name, leaderboard.sessions AS value
FROM leaderboard
JOIN users ON users.account_id = leaderboard.account_id
WHERE leaderboard.season = :season AND leaderboard.kind = :kind AND leaderboard.sessions > 0
    AND (leaderboard.audience <= :sight OR leaderboard.account_id = :viewer_id)
ORDER BY leaderboard.sessions DESC, leaderboard.wins DESC, users.username
LIMIT 1;

-- name: get_most_points^
-- Who is the first on the board by points.
SELECT users.username, users.display_name, leaderboard.points AS value
FROM leaderboard
JOIN users ON users.account_id = leaderboard.account_id
WHERE leaderboard.season = :season AND leaderboard.kind = :kind AND leaderboard.sessions > 0
    AND (leaderboard.audience <= :sight OR leaderboard.account_id = :viewer_id)
ORDER BY leaderboard.points_order DESC, leaderboard.account_id
LIMIT 1;

-- name: get_best_win_rate^
-- Who is the first on the board by win rate.
SELECT users.username, users.display_name,
    CAST(leaderboard.wins AS DOUBLE PRECISION) / (leaderboard.wins + leaderboard.losses) AS value
FROM leaderboard
JOIN users ON users.account_id = leaderboard.account_id
WHERE leaderboard.season = :season AND leaderboard.kind = :kind AND leaderboard.win_bound IS NOT NULL
    AND (leaderboard.audience <= :sight OR leaderboard.account_id = :viewer_id)
ORDER BY leaderboard.win_bound DESC, leaderboard.account_id
LIMIT 1;

-- name: get_most_wins_above_club^
SELECT users.username, users.display_name,
    leaderboard.wins - leaderboard.civilian_games * CAST(:civilian AS DOUBLE PRECISION)
    - leaderboard.sheriff_games * CAST(:sheriff AS DOUBLE PRECISION)
    - leaderboard.mafia_games * CAST(:mafia AS DOUBLE PRECISION)
    - leaderboard.don_games * CAST(:don AS DOUBLE PRECISION) AS value
FROM leaderboard
JOIN users ON users.account_id = leaderboard.account_id
WHERE leaderboard.season = :season AND leaderboard.kind = :kind AND leaderboard.win_bound IS NOT NULL
    AND (leaderboard.audience <= :sight OR leaderboard.account_id = :viewer_id)
ORDER BY value DESC, leaderboard.wins DESC, users.username
LIMIT 1;

-- name: get_longest_wins^
SELECT users.username, users.display_name, leaderboard.longest_wins AS value
FROM leaderboard
JOIN users ON users.account_id = leaderboard.account_id
WHERE leaderboard.season = :season AND leaderboard.kind = :kind AND leaderboard.longest_wins > 0
    AND (leaderboard.audience <= :sight OR leaderboard.account_id = :viewer_id)
ORDER BY leaderboard.longest_wins DESC, leaderboard.wins DESC, users.username
LIMIT 1;
