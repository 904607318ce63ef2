-- name: list_played_games
-- The newest first. A change of rating is that of the moment at which the game begins: one that was moved is yet to be rated there.
SELECT seats.game_id, seats.start_time, seats.duration, seats.seat_number, seats.role, seats.result, seats.season,
    seats.kind, games.winner, games.record, change.rating_before, change.rating_after, change.deviation_after
FROM seats
JOIN games ON games.game_id = seats.game_id
LEFT JOIN rating_changes AS change ON change.account_id = seats.account_id AND change.start_time = seats.start_time
    AND change.game_id = seats.game_id
WHERE seats.account_id = :account_id AND seats.start_time >= :start_time AND seats.start_time < :end_time
    AND seats.start_time <= :before_time AND (seats.start_time < :before_time OR seats.game_id < :before_id)
    AND (:season = '*' OR seats.season = :season) AND (:kind = '*' OR seats.kind = :kind)
    AND (seats.counted = 1 OR :show_voided = 1)
ORDER BY seats.start_time DESC, seats.game_id DESC
LIMIT :row_limit;
