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

-- name: clear_tries
UPDATE attempts SET forgotten_time = now_micros(), next_time = 0 WHERE counter = :counter
RETURNING counter;

-- name: know_source
INSERT INTO attempts (counter, forgotten_time, next_time, known_until)
VALUES (:counter, now_micros(), 0, now_micros() + :known_for)
ON CONFLICT (counter) DO UPDATE
SET forgotten_time = excluded.forgotten_time, next_time = 0, known_until = excluded.known_until
RETURNING counter;

-- name: is_known^
SELECT counter FROM attempts WHERE counter = :counter AND known_until > now_micros();

-- name: delete_idle_attempts
DELETE FROM attempts WHERE forgotten_time < now_micros() AND known_until < now_micros()
RETURNING counter;

-- name: delete_surplus_attempts
-- Those beyond the newest ones, known sources last: whoever makes counters by the thousand must not have the owners' go. The
-- limit is there for its OFFSET.
DELETE FROM attempts
WHERE counter IN (
    SELECT counter FROM attempts
    ORDER BY CASE WHEN known_until > forgotten_time THEN known_until ELSE forgotten_time END DESC
    LIMIT 10000 OFFSET :keep
)
RETURNING counter;
