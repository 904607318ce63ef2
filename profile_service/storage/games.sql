-- name: get_game
SELECT game_id, start_time, duration, winner, state, revision, create_time, update_time, red_chance, record
FROM games
WHERE game_id = :game_id;

-- name: get_seats
SELECT seats.game_id, seats.seat_number, seats.role, seats.result, seats.account_id, users.games_audience,
    CASE WHEN users.kind = 'person' AND users.state = 'active' THEN users.username ELSE '' END AS username,
    CASE WHEN users.kind = 'guest' THEN users.display_name ELSE '' END AS nickname
FROM seats
JOIN users ON users.account_id = seats.account_id
WHERE seats.game_id = :game_id
ORDER BY seats.seat_number;

-- name: insert_game!
INSERT INTO games (
    game_id, start_time, duration, winner, season, kind, state, revision, recorder_id, create_time, update_time, record
) VALUES (
    :game_id, :start_time, :duration, :winner, :season, :kind, 'counted', :revision, :recorder_id, now_micros(),
    now_micros(), :record
);

-- name: update_game!
UPDATE games
SET start_time = :start_time, duration = :duration, winner = :winner, season = :season, kind = :kind,
    revision = :revision, record = :record, update_time = now_micros()
WHERE game_id = :game_id;

-- name: void_game!
UPDATE games SET state = 'voided', revision = revision + 1, update_time = now_micros() WHERE game_id = :game_id;

-- name: void_seats!
UPDATE seats SET counted = 0 WHERE game_id = :game_id;

-- name: delete_empty_game!
-- A game in which nobody sits any more, once it is not rated.
DELETE FROM games
WHERE game_id = :game_id AND rated_time IS NULL AND NOT EXISTS (SELECT 1 FROM seats WHERE seats.game_id = games.game_id);

-- name: delete_seats!
DELETE FROM seats WHERE game_id = :game_id;

-- name: insert_seat!
INSERT INTO seats (game_id, seat_number, account_id, role, result, start_time, duration, season, kind)
VALUES (:game_id, :seat_number, :account_id, :role, :result, :start_time, :duration, :season, :kind);

-- name: find_player
-- By the username of a player, or that which stands for a guest.
SELECT account_id, username FROM users WHERE username = :username AND state = 'active' AND kind IN ('person', 'guest');

-- name: insert_guest!
INSERT INTO users (
    account_id, username, kind, state, display_name, email, gender, city, club, about, locale, password_hash, roles,
    search_text, city_key, club_key, revision, create_time, update_time
) VALUES (
    :account_id, :username, 'guest', 'active', :nickname, '', 'unspecified', '', '', '', '', '', '', '', '', '', 1,
    now_micros(), now_micros()
);

-- name: get_player^
SELECT account_id, statistics_audience, games_audience FROM users WHERE username = :username AND state = 'active' AND kind = 'person';

-- name: get_request^
SELECT recorder_id, digest FROM game_requests WHERE request_id = :request_id;

-- name: insert_request!
INSERT INTO game_requests (request_id, recorder_id, digest, create_time)
VALUES (:request_id, :recorder_id, :digest, now_micros())
ON CONFLICT (request_id) DO NOTHING;

-- name: delete_old_requests!
DELETE FROM game_requests WHERE create_time < now_micros() - :age;

-- name: list_game_ids
SELECT game_id, start_time
FROM games
WHERE start_time >= :start_time AND start_time < :end_time AND start_time <= :before_time
    AND (start_time < :before_time OR game_id < :before_id)
    AND (:season = '*' OR season = :season) AND (:kind = '*' OR kind = :kind)
    AND (state = 'counted' OR :show_voided = 1)
ORDER BY start_time DESC, game_id DESC
LIMIT :row_limit;

-- name: list_game_ids_of_player
SELECT game_id, start_time
FROM seats
WHERE account_id = :account_id AND start_time >= :start_time AND start_time < :end_time AND start_time <= :before_time
    AND (start_time < :before_time OR game_id < :before_id)
    AND (:season = '*' OR season = :season) AND (:kind = '*' OR kind = :kind)
    AND (counted = 1 OR :show_voided = 1)
ORDER BY start_time DESC, game_id DESC
LIMIT :row_limit;

-- name: list_games_of
-- Oldest first.
SELECT game_id FROM seats WHERE account_id = :account_id ORDER BY start_time, game_id;

-- name: list_meetings
SELECT one.role, other.role AS other_role, one.result, one.duration
FROM seats AS one
JOIN seats AS other ON other.game_id = one.game_id AND other.account_id = :other_id
WHERE one.account_id = :account_id AND one.counted = 1 AND one.start_time >= :start_time AND one.start_time < :end_time
    AND (:season = '*' OR one.season = :season) AND (:kind = '*' OR one.kind = :kind);

-- name: find_shared_game^
SELECT one.game_id
FROM seats AS one
JOIN seats AS other ON other.game_id = one.game_id AND other.account_id = :other_id
WHERE one.account_id = :account_id
LIMIT 1;

-- name: give_seats!
UPDATE seats SET account_id = :to_id WHERE account_id = :account_id;

-- name: insert_merged_guest!
INSERT INTO merged_guests (guest, account_id) VALUES (:guest, :account_id)
ON CONFLICT (guest) DO UPDATE SET account_id = excluded.account_id;

-- name: find_merged_guest
SELECT guest, account_id FROM merged_guests WHERE guest = :guest;

-- name: delete_guest!
DELETE FROM users WHERE account_id = :account_id AND kind = 'guest';

-- name: list_seasons
SELECT season, COUNT(*) AS game_count, MIN(start_time) AS first_time, MAX(start_time) AS last_time
FROM games
WHERE season <> '' AND state = 'counted'
GROUP BY season
ORDER BY last_time DESC, season
LIMIT :row_limit;

-- name: get_reckoning^
SELECT start_time, game_id FROM reckoning WHERE name = 'totals';

-- name: set_reckoning!
UPDATE reckoning SET start_time = :start_time, game_id = :game_id WHERE name = 'totals';

-- name: get_shown^
SELECT game_id AS account_id FROM reckoning WHERE name = 'leaderboards';

-- name: set_shown!
UPDATE reckoning SET game_id = :account_id WHERE name = 'leaderboards';

-- name: list_accounts_to_show
SELECT DISTINCT account_id
FROM totals
WHERE account_id > :account_id AND account_id <> '*' AND month = '*'
ORDER BY account_id
LIMIT :row_limit;

-- name: list_totals_to_show
SELECT account_id, season, kind, counters FROM totals WHERE account_id = :account_id AND month = '*';

-- name: list_games_to_add_up
SELECT game_id, start_time
FROM games
WHERE state = 'counted' AND start_time >= :start_time AND (start_time > :start_time OR game_id > :game_id)
ORDER BY start_time, game_id
LIMIT :row_limit;

-- name: clear_totals!
DELETE FROM totals;

-- name: clear_leaderboard!
DELETE FROM leaderboard;

-- name: clear_baselines!
DELETE FROM baselines;

-- name: clear_ratings!
DELETE FROM ratings;

-- name: clear_side_biases!
DELETE FROM side_biases;

-- name: clear_rating_changes!
DELETE FROM rating_changes;

-- name: clear_rated!
UPDATE games
SET rated_time = NULL, rated_kind = NULL, red_chance = NULL, bias_mean_before = NULL, bias_variance_before = NULL
WHERE rated_time IS NOT NULL;
