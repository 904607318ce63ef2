-- name: get_rewind^
SELECT start_time, game_id FROM reckoning WHERE name = 'rewind';

-- name: set_rewind^
UPDATE reckoning SET start_time = :start_time, game_id = :game_id WHERE name = 'rewind' RETURNING name;

-- name: get_latest_rated^
SELECT rated_time, game_id FROM games WHERE rated_time IS NOT NULL ORDER BY rated_time DESC, game_id DESC LIMIT 1;

-- name: list_unrated_games
SELECT game_id, start_time
FROM games
WHERE rated_time IS NULL AND state = 'counted' AND winner IN ('red', 'black')
ORDER BY start_time, game_id
LIMIT :row_limit;

-- name: list_rated_games_from
-- The newest first: those are undone first.
SELECT game_id, rated_time, rated_kind, bias_mean_before, bias_variance_before
FROM games
WHERE rated_time IS NOT NULL AND rated_time >= :start_time AND (rated_time > :start_time OR game_id >= :game_id)
ORDER BY rated_time DESC, game_id DESC
LIMIT :row_limit;

-- name: list_changes_of_games
SELECT account_id, start_time, game_id, season, kind, rated_games, red, black, red_variance, black_variance, covariance,
    elo_red, elo_black
FROM rating_changes
WHERE start_time = :rated_time AND game_id = :game_id;

-- name: delete_changes_of_game!
DELETE FROM rating_changes WHERE start_time = :rated_time AND game_id = :game_id;

-- name: get_rating
SELECT account_id, rated_games, red, black, red_variance, black_variance, covariance, elo_red, elo_black
FROM ratings
WHERE account_id = :account_id;

-- name: put_rating!
INSERT INTO ratings (account_id, rated_games, red, black, red_variance, black_variance, covariance, elo_red, elo_black)
VALUES (:account_id, :rated_games, :red, :black, :red_variance, :black_variance, :covariance, :elo_red, :elo_black)
ON CONFLICT (account_id) DO UPDATE SET
    rated_games = excluded.rated_games, red = excluded.red, black = excluded.black,
    red_variance = excluded.red_variance, black_variance = excluded.black_variance, covariance = excluded.covariance,
    elo_red = excluded.elo_red, elo_black = excluded.elo_black;

-- name: delete_rating!
DELETE FROM ratings WHERE account_id = :account_id;

-- name: get_side_bias
SELECT kind, rated_games, mean, variance FROM side_biases WHERE kind = :kind;

-- name: put_side_bias!
INSERT INTO side_biases (kind, rated_games, mean, variance)
VALUES (:kind, :rated_games, :mean, :variance)
ON CONFLICT (kind) DO UPDATE SET
    rated_games = excluded.rated_games, mean = excluded.mean, variance = excluded.variance;

-- name: delete_side_bias!
DELETE FROM side_biases WHERE kind = :kind;

-- name: mark_rated!
UPDATE games
SET rated_time = :rated_time, rated_kind = :rated_kind, red_chance = :red_chance, bias_mean_before = :bias_mean_before,
    bias_variance_before = :bias_variance_before
WHERE game_id = :game_id;

-- name: insert_change!
INSERT INTO rating_changes (
    account_id, start_time, game_id, season, kind, role, result, chance, rated_games, red, black, red_variance,
    black_variance, covariance, elo_red, elo_black, rating_before, rating_after, deviation_before, deviation_after,
    elo_before, elo_after, bound_after
) VALUES (
    :account_id, :start_time, :game_id, :season, :kind, :role, :result, :chance, :rated_games, :red, :black,
    :red_variance, :black_variance, :covariance, :elo_red, :elo_black, :rating_before, :rating_after,
    :deviation_before, :deviation_after, :elo_before, :elo_after, :bound_after
);

-- name: list_rating_changes
SELECT start_time, game_id, role, result, chance, rating_before, rating_after, deviation_before, deviation_after,
    elo_before, elo_after
FROM rating_changes
WHERE account_id = :account_id AND start_time <= :before_time
    AND (start_time < :before_time OR game_id < :before_id)
ORDER BY start_time DESC, game_id DESC
LIMIT :row_limit;
