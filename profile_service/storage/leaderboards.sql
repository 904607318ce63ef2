-- name: get_leaderboard_row
SELECT account_id, season, kind, audience, sessions, wins, losses, points_order, points_per_game, win_bound, wins_above, rating_bound,
    current_run, longest_wins, longest_losses, latest_results, latest_time, latest_game
FROM leaderboard
WHERE account_id = :account_id AND season = :season AND kind = :kind;

-- name: get_runs
-- The rows that a game of this season and kind counts to.
SELECT account_id, season, kind, current_run, longest_wins, longest_losses, latest_results, latest_time, latest_game
FROM leaderboard
WHERE account_id = :account_id AND season IN (:season, '*') AND kind IN (:kind, '*');

-- name: put_leaderboard_row!
INSERT INTO leaderboard (
    account_id, season, kind, audience, sessions, wins, losses, civilian_games, sheriff_games, mafia_games, don_games,
    points, points_order, points_per_game, win_bound, wins_above, rating_bound, current_run, longest_wins,
    longest_losses, latest_results, latest_time, latest_game
) VALUES (
    :account_id, :season, :kind, :audience, :sessions, :wins, :losses, :civilian_games, :sheriff_games, :mafia_games,
    :don_games, :points, :points_order, :points_per_game, :win_bound, :wins_above,
    (
        SELECT bound_after
        FROM rating_changes
        WHERE account_id = :account_id AND (:season = '*' OR season = :season) AND (:kind = '*' OR kind = :kind)
        ORDER BY start_time DESC, game_id DESC
        LIMIT 1
    ),
    :current_run, :longest_wins, :longest_losses, :latest_results, :latest_time, :latest_game
)
ON CONFLICT (account_id, season, kind) DO UPDATE SET
    audience = excluded.audience, sessions = excluded.sessions, wins = excluded.wins, losses = excluded.losses,
    civilian_games = excluded.civilian_games, sheriff_games = excluded.sheriff_games, mafia_games = excluded.mafia_games,
    don_games = excluded.don_games, points = excluded.points, points_order = excluded.points_order,
    points_per_game = excluded.points_per_game, win_bound = excluded.win_bound, wins_above = excluded.wins_above,
    rating_bound = excluded.rating_bound, current_run = excluded.current_run, longest_wins = excluded.longest_wins,
    longest_losses = excluded.longest_losses, latest_results = excluded.latest_results,
    latest_time = excluded.latest_time, latest_game = excluded.latest_game;

-- name: delete_leaderboard_row!
DELETE FROM leaderboard WHERE account_id = :account_id AND season = :season AND kind = :kind;

-- name: update_rating_bound!
UPDATE leaderboard
SET rating_bound = (
    SELECT bound_after
    FROM rating_changes
    WHERE account_id = :account_id AND (:season = '*' OR season = :season) AND (:kind = '*' OR kind = :kind)
    ORDER BY start_time DESC, game_id DESC
    LIMIT 1
)
WHERE account_id = :account_id AND season = :season AND kind = :kind;

-- name: list_all_results
SELECT account_id, result, start_time, game_id, season, kind
FROM seats
WHERE account_id = :account_id AND counted = 1
ORDER BY start_time, game_id;

-- name: list_results
SELECT result, start_time, game_id
FROM seats
WHERE account_id = :account_id AND counted = 1 AND start_time >= :start_time AND start_time < :end_time
    AND (:season = '*' OR season = :season) AND (:kind = '*' OR kind = :kind)
ORDER BY start_time, game_id;

-- name: list_latest_results
SELECT result
FROM seats
WHERE account_id = :account_id AND counted = 1 AND start_time >= :start_time AND start_time < :end_time
    AND (:season = '*' OR season = :season) AND (:kind = '*' OR kind = :kind)
ORDER BY start_time DESC, game_id DESC
LIMIT :row_limit;

-- name: get_audience
SELECT account_id, CASE WHEN state = 'active' AND kind = 'person' THEN statistics_audience ELSE 3 END AS audience
FROM users
WHERE account_id = :account_id;

-- name: update_audience!
UPDATE leaderboard
SET audience = (
    SELECT CASE WHEN state = 'active' AND users.kind = 'person' THEN statistics_audience ELSE 3 END
    FROM users
    WHERE users.account_id = :account_id
)
WHERE account_id = :account_id;

-- name: get_baselines^
SELECT season, kind, civilian, sheriff, mafia, don FROM baselines WHERE season = :season AND kind = :kind;

-- name: put_baselines^
INSERT INTO baselines (season, kind, civilian, sheriff, mafia, don)
VALUES (:season, :kind, :civilian, :sheriff, :mafia, :don)
ON CONFLICT (season, kind) DO UPDATE SET
    civilian = excluded.civilian, sheriff = excluded.sheriff, mafia = excluded.mafia, don = excluded.don
RETURNING season;

-- name: delete_baselines!
DELETE FROM baselines WHERE season = :season AND kind = :kind;

-- name: update_wins_above!
UPDATE leaderboard
SET wins_above = wins
    - civilian_games * CAST(:civilian AS DOUBLE PRECISION) - sheriff_games * CAST(:sheriff AS DOUBLE PRECISION)
    - mafia_games * CAST(:mafia AS DOUBLE PRECISION) - don_games * CAST(:don AS DOUBLE PRECISION)
WHERE season = :season AND kind = :kind AND win_bound IS NOT NULL;

-- name: list_board_by_rating
SELECT leaderboard.account_id, rating_bound AS value, rating_bound AS place, sessions, wins, losses, users.username, users.display_name
FROM leaderboard
JOIN users ON users.account_id = leaderboard.account_id
WHERE leaderboard.season = :season AND leaderboard.kind = :kind AND rating_bound <= :value
    AND (rating_bound < :value OR leaderboard.account_id > :after)
    AND sessions >= :minimum AND (audience <= :sight OR leaderboard.account_id = :viewer_id)
ORDER BY rating_bound DESC, leaderboard.account_id
LIMIT :row_limit;

-- name: list_board_by_rating_backwards
SELECT leaderboard.account_id, rating_bound AS place
FROM leaderboard
WHERE season = :season AND kind = :kind AND rating_bound >= :value
    AND (rating_bound > :value OR account_id < :before)
    AND sessions >= :minimum AND (audience <= :sight OR account_id = :viewer_id)
ORDER BY rating_bound, account_id DESC
LIMIT :row_limit;

-- name: count_ahead_by_rating^
SELECT COUNT(*) AS places,
    COUNT(CASE WHEN rating_bound > :value OR (rating_bound = :value AND account_id < :before) THEN 1 END) AS ahead
FROM leaderboard
WHERE season = :season AND kind = :kind AND rating_bound IS NOT NULL
    AND sessions >= :minimum AND (audience <= :sight OR account_id = :viewer_id);

-- name: count_board_by_rating^
SELECT COUNT(*) AS places
FROM leaderboard
WHERE season = :season AND kind = :kind AND rating_bound IS NOT NULL
    AND sessions >= :minimum AND (audience <= :sight OR account_id = :viewer_id);

-- name: list_board_by_win_rate
SELECT leaderboard.account_id, win_bound AS value, win_bound AS place, sessions, wins, losses, users.username, users.display_name
FROM leaderboard
JOIN users ON users.account_id = leaderboard.account_id
WHERE leaderboard.season = :season AND leaderboard.kind = :kind AND win_bound <= :value
    AND (win_bound < :value OR leaderboard.account_id > :after)
    AND sessions >= :minimum AND (audience <= :sight OR leaderboard.account_id = :viewer_id)
ORDER BY win_bound DESC, leaderboard.account_id
LIMIT :row_limit;

-- name: list_board_by_win_rate_backwards
SELECT leaderboard.account_id, win_bound AS place
FROM leaderboard
WHERE season = :season AND kind = :kind AND win_bound >= :value
    AND (win_bound > :value OR account_id < :before)
    AND sessions >= :minimum AND (audience <= :sight OR account_id = :viewer_id)
ORDER BY win_bound, account_id DESC
LIMIT :row_limit;

-- name: count_ahead_by_win_rate^
SELECT COUNT(*) AS places,
    COUNT(CASE WHEN win_bound > :value OR (win_bound = :value AND account_id < :before) THEN 1 END) AS ahead
FROM leaderboard
WHERE season = :season AND kind = :kind AND win_bound IS NOT NULL
    AND sessions >= :minimum AND (audience <= :sight OR account_id = :viewer_id);

-- name: count_board_by_win_rate^
SELECT COUNT(*) AS places
FROM leaderboard
WHERE season = :season AND kind = :kind AND win_bound IS NOT NULL
    AND sessions >= :minimum AND (audience <= :sight OR account_id = :viewer_id);

-- name: list_board_by_points
SELECT leaderboard.account_id, points AS value, points_order AS place, sessions, wins, losses, users.username,
    users.display_name
FROM leaderboard
JOIN users ON users.account_id = leaderboard.account_id
WHERE leaderboard.season = :season AND leaderboard.kind = :kind AND points_order <= :value
    AND (points_order < :value OR leaderboard.account_id > :after)
    AND sessions >= :minimum AND (audience <= :sight OR leaderboard.account_id = :viewer_id)
ORDER BY points_order DESC, leaderboard.account_id
LIMIT :row_limit;

-- name: list_board_by_points_backwards
SELECT leaderboard.account_id, points_order AS place
FROM leaderboard
WHERE season = :season AND kind = :kind AND points_order >= :value
    AND (points_order > :value OR account_id < :before)
    AND sessions >= :minimum AND (audience <= :sight OR account_id = :viewer_id)
ORDER BY points_order, account_id DESC
LIMIT :row_limit;

-- name: count_ahead_by_points^
SELECT COUNT(*) AS places,
    COUNT(CASE WHEN points_order > :value OR (points_order = :value AND account_id < :before) THEN 1 END) AS ahead
FROM leaderboard
WHERE season = :season AND kind = :kind AND points_order IS NOT NULL
    AND sessions >= :minimum AND (audience <= :sight OR account_id = :viewer_id);

-- name: count_board_by_points^
SELECT COUNT(*) AS places
FROM leaderboard
WHERE season = :season AND kind = :kind AND points_order IS NOT NULL
    AND sessions >= :minimum AND (audience <= :sight OR account_id = :viewer_id);

-- name: list_board_by_wins_above
SELECT leaderboard.account_id, wins_above AS value, wins_above AS place, sessions, wins, losses, users.username, users.display_name
FROM leaderboard
JOIN users ON users.account_id = leaderboard.account_id
WHERE leaderboard.season = :season AND leaderboard.kind = :kind AND wins_above <= :value
    AND (wins_above < :value OR leaderboard.account_id > :after)
    AND sessions >= :minimum AND (audience <= :sight OR leaderboard.account_id = :viewer_id)
ORDER BY wins_above DESC, leaderboard.account_id
LIMIT :row_limit;

-- name: list_board_by_wins_above_backwards
SELECT leaderboard.account_id, wins_above AS place
FROM leaderboard
WHERE season = :season AND kind = :kind AND wins_above >= :value
    AND (wins_above > :value OR account_id < :before)
    AND sessions >= :minimum AND (audience <= :sight OR account_id = :viewer_id)
ORDER BY wins_above, account_id DESC
LIMIT :row_limit;

-- name: count_ahead_by_wins_above^
SELECT COUNT(*) AS places,
    COUNT(CASE WHEN wins_above > :value OR (wins_above = :value AND account_id < :before) THEN 1 END) AS ahead
FROM leaderboard
WHERE season = :season AND kind = :kind AND wins_above IS NOT NULL
    AND sessions >= :minimum AND (audience <= :sight OR account_id = :viewer_id);

-- name: count_board_by_wins_above^
SELECT COUNT(*) AS places
FROM leaderboard
WHERE season = :season AND kind = :kind AND wins_above IS NOT NULL
    AND sessions >= :minimum AND (audience <= :sight OR account_id = :viewer_id);

-- name: list_board_by_points_per_game
SELECT leaderboard.account_id, points_per_game AS value, points_per_game AS place, sessions, wins, losses,
    users.username, users.display_name
FROM leaderboard
JOIN users ON users.account_id = leaderboard.account_id
WHERE leaderboard.season = :season AND leaderboard.kind = :kind AND points_per_game <= :value
    AND (points_per_game < :value OR leaderboard.account_id > :after)
    AND sessions >= :minimum AND (audience <= :sight OR leaderboard.account_id = :viewer_id)
ORDER BY points_per_game DESC, leaderboard.account_id
LIMIT :row_limit;

-- name: list_board_by_points_per_game_backwards
SELECT leaderboard.account_id, points_per_game AS place
FROM leaderboard
WHERE season = :season AND kind = :kind AND points_per_game >= :value
    AND (points_per_game > :value OR account_id < :before)
    AND sessions >= :minimum AND (audience <= :sight OR account_id = :viewer_id)
ORDER BY points_per_game, account_id DESC
LIMIT :row_limit;

-- name: count_ahead_by_points_per_game^
SELECT COUNT(*) AS places,
    COUNT(CASE WHEN points_per_game > :value OR (points_per_game = :value AND account_id < :before) THEN 1 END) AS ahead
FROM leaderboard
WHERE season = :season AND kind = :kind AND points_per_game IS NOT NULL
    AND sessions >= :minimum AND (audience <= :sight OR account_id = :viewer_id);

-- name: count_board_by_points_per_game^
SELECT COUNT(*) AS places
FROM leaderboard
WHERE season = :season AND kind = :kind AND points_per_game IS NOT NULL
    AND sessions >= :minimum AND (audience <= :sight OR account_id = :viewer_id);
