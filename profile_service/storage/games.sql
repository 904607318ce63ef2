-- name: insert_game^
INSERT INTO games (game_id, digest, start_time, duration, winner, recorder_id, create_time)
VALUES (:game_id, :digest, :start_time, :duration, :winner, :recorder_id, now_micros())
RETURNING create_time;

-- name: insert_seat^
INSERT INTO seats (game_id, seat_number, account_id, role, result, start_time, duration)
VALUES (:game_id, :seat_number, :account_id, :role, :result, :start_time, :duration)
RETURNING seat_number;

-- name: get_player^
SELECT account_id, statistics_audience, games_audience FROM users WHERE username = :username AND state = 'active' AND kind = 'person';

-- name: get_game_digest^
SELECT digest FROM games WHERE game_id = :game_id;

-- name: get_game
SELECT games.game_id, games.start_time, games.duration, games.winner, games.create_time,
    seats.seat_number, seats.role, seats.result, users.account_id, users.games_audience,
    CASE WHEN users.state = 'active' THEN users.username ELSE '' END AS username
FROM games
JOIN seats ON seats.game_id = games.game_id
JOIN users ON users.account_id = seats.account_id
WHERE games.game_id = :game_id
ORDER BY seats.seat_number;

-- name: list_games
SELECT page.game_id, page.start_time, page.duration, page.winner, page.create_time,
    seats.seat_number, seats.role, seats.result, users.account_id, users.games_audience,
    CASE WHEN users.state = 'active' THEN users.username ELSE '' END AS username
FROM (
    SELECT game_id, start_time, duration, winner, create_time
    FROM games
    WHERE start_time >= :start_time AND start_time < :end_time
        AND (start_time < :before_time OR (start_time = :before_time AND game_id < :before_id))
    ORDER BY start_time DESC, game_id DESC
    LIMIT :count
) AS page
JOIN seats ON seats.game_id = page.game_id
JOIN users ON users.account_id = seats.account_id
ORDER BY page.start_time DESC, page.game_id DESC, seats.seat_number;

-- name: list_games_of_player
SELECT page.game_id, page.start_time, page.duration, games.winner, games.create_time,
    seats.seat_number, seats.role, seats.result, users.account_id, users.games_audience,
    CASE WHEN users.state = 'active' THEN users.username ELSE '' END AS username
FROM (
    SELECT game_id, start_time, duration
    FROM seats
    WHERE account_id = :account_id AND start_time >= :start_time AND start_time < :end_time
        AND (start_time < :before_time OR (start_time = :before_time AND game_id < :before_id))
    ORDER BY start_time DESC, game_id DESC
    LIMIT :count
) AS page
JOIN games ON games.game_id = page.game_id
JOIN seats ON seats.game_id = page.game_id
JOIN users ON users.account_id = seats.account_id
ORDER BY page.start_time DESC, page.game_id DESC, seats.seat_number;

-- name: list_played_games
SELECT game_id, start_time, duration, seat_number, role, result
FROM seats
WHERE account_id = :account_id
ORDER BY start_time DESC, game_id DESC
LIMIT :count;

-- name: tally_by_role
SELECT role,
    COUNT(*) AS sessions,
    SUM(CASE WHEN result = 'win' THEN 1 ELSE 0 END) AS wins,
    SUM(CASE WHEN result = 'loss' THEN 1 ELSE 0 END) AS losses,
    SUM(duration) AS play_time
FROM seats
WHERE account_id = :account_id AND start_time >= :start_time AND start_time < :end_time
GROUP BY role;
