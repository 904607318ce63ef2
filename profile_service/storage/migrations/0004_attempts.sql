-- Counters of tries at passwords and of accounts opened. A try is forgotten with time, so a counter is kept as the moment
-- at which all of its tries will be.
CREATE TABLE attempts (
    counter BYTEA PRIMARY KEY,
    forgotten_time BIGINT NOT NULL,
    next_time BIGINT NOT NULL,
    known_until BIGINT NOT NULL
);

CREATE INDEX attempts_by_time ON attempts (forgotten_time);

-- What a username looks like, so that no two look alike; see profile_service/usernames.py.
ALTER TABLE users ADD COLUMN look TEXT NOT NULL DEFAULT '';

UPDATE users
SET look = REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(username, '0', 'o'), '1', 'l'), 'i', 'l'), 'rn', 'm'), 'vv', 'w');

CREATE INDEX users_by_look ON users (look);
