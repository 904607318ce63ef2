-- name: count_try
-- Adds one try and locks the row until the transaction ends. `tries` are those not yet forgotten, begun ones included.
INSERT INTO attempts AS counted (counter, forgotten_time, next_time, known_until)
VALUES (:counter, now_micros() + :forgotten_after, 0, 0)
ON CONFLICT (counter) DO UPDATE
SET forgotten_time = :forgotten_after
    + CASE WHEN counted.forgotten_time > now_micros() THEN counted.forgotten_time ELSE now_micros() END
RETURNING (forgotten_time - now_micros() + :forgotten_after - 1) / :forgotten_after AS tries,
    next_time - now_micros() AS wait, known_until > now_micros() AS known;

-- name: set_wait
UPDATE attempts SET next_time = now_micros() + :wait WHERE counter = :counter
RETURNING counter;

-- name: take_try_back
UPDATE attempts SET forgotten_time = forgotten_time - :forgotten_after WHERE counter = :counter
RETURNING counter;

-- name: empty_counter
UPDATE attempts SET forgotten_time = now_micros(), next_time = 0, known_until = now_micros() + :known_for
WHERE counter = :counter
RETURNING counter;

-- name: delete_idle_attempts
DELETE FROM attempts WHERE forgotten_time < now_micros() AND known_until < now_micros()
RETURNING counter;

-- name: delete_surplus_attempts
-- Those beyond the newest ones; the limit is there for its OFFSET.
DELETE FROM attempts
WHERE counter IN (SELECT counter FROM attempts ORDER BY forgotten_time DESC LIMIT 10000 OFFSET :keep)
RETURNING counter;
