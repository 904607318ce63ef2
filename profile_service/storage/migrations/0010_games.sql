-- What is told of a game beside who sat there: the contract's Game as bytes, without usernames, so that nothing in it is personal.
-- NULL: the game was recorded when nothing more was told than the other columns and the seats say.
ALTER TABLE games ADD COLUMN record BYTEA;
ALTER TABLE games ADD COLUMN season TEXT NOT NULL DEFAULT '';
ALTER TABLE games ADD COLUMN kind TEXT NOT NULL DEFAULT 'club';
ALTER TABLE games ADD COLUMN state TEXT NOT NULL DEFAULT 'counted';
ALTER TABLE games ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE games ADD COLUMN update_time BIGINT NOT NULL DEFAULT 0;
-- As what the game was rated: when it began, its kind, what the rating gave red before it, and the bias of the kind then. NULL: it is
-- not rated. A corrected game keeps them until its old rating is undone.
ALTER TABLE games ADD COLUMN rated_time BIGINT;
ALTER TABLE games ADD COLUMN rated_kind TEXT;
ALTER TABLE games ADD COLUMN red_chance DOUBLE PRECISION;
ALTER TABLE games ADD COLUMN bias_mean_before DOUBLE PRECISION;
ALTER TABLE games ADD COLUMN bias_variance_before DOUBLE PRECISION;
-- The same game sent twice is known by what it says, no longer by a digest.
ALTER TABLE games DROP COLUMN digest;

UPDATE games SET update_time = create_time;

CREATE INDEX games_by_season ON games (season, start_time) WHERE season <> '';
-- Games that will be rated next; the first is where the rating goes on.
CREATE INDEX games_unrated ON games (start_time, game_id)
WHERE rated_time IS NULL AND state = 'counted' AND winner IN ('red', 'black');
CREATE INDEX games_rated ON games (rated_time, game_id) WHERE rated_time IS NOT NULL;

ALTER TABLE seats ADD COLUMN season TEXT NOT NULL DEFAULT '';
ALTER TABLE seats ADD COLUMN kind TEXT NOT NULL DEFAULT 'club';
-- 0: the game was voided.
ALTER TABLE seats ADD COLUMN counted BIGINT NOT NULL DEFAULT 1;

-- Which request recorded what, for a day, so that a request_id that is used twice by mistake is seen.
CREATE TABLE game_requests (
    request_id TEXT PRIMARY KEY,
    recorder_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    create_time BIGINT NOT NULL
);

CREATE INDEX game_requests_by_time ON game_requests (create_time);

-- Whose games those of a guest became, so that a game that is told again is still the same.
CREATE TABLE merged_guests (
    guest TEXT PRIMARY KEY,
    account_id TEXT NOT NULL
);

-- What an account's games add up to: named whole numbers as JSON. One row for each season, kind and month, and for all of them,
-- which '*' stands for. The account '*' is the club: everybody's together.
CREATE TABLE totals (
    account_id TEXT NOT NULL,
    season TEXT NOT NULL,
    kind TEXT NOT NULL,
    month TEXT NOT NULL,
    counters TEXT NOT NULL,
    PRIMARY KEY (account_id, season, kind, month)
);

-- By what leaderboards are ordered, and what they show. `audience` is who may see the player's statistics: 3 is nobody, for guests
-- and for those who are leaving.
CREATE TABLE leaderboard (
    account_id TEXT NOT NULL,
    season TEXT NOT NULL,
    kind TEXT NOT NULL,
    audience BIGINT NOT NULL,
    sessions BIGINT NOT NULL,
    wins BIGINT NOT NULL,
    losses BIGINT NOT NULL,
    civilian_games BIGINT NOT NULL,
    sheriff_games BIGINT NOT NULL,
    mafia_games BIGINT NOT NULL,
    don_games BIGINT NOT NULL,
    points BIGINT NOT NULL,
    -- Points and what parts those who have the same, as digits that sort like them.
    points_order TEXT NOT NULL,
    points_per_game DOUBLE PRECISION,
    win_bound DOUBLE PRECISION,
    wins_above DOUBLE PRECISION,
    rating_bound DOUBLE PRECISION,
    current_run BIGINT NOT NULL,
    longest_wins BIGINT NOT NULL,
    longest_losses BIGINT NOT NULL,
    latest_results TEXT NOT NULL,
    latest_time BIGINT NOT NULL,
    latest_game TEXT NOT NULL,
    PRIMARY KEY (account_id, season, kind)
);

CREATE INDEX leaderboard_by_rating ON leaderboard (season, kind, rating_bound DESC, account_id, audience, sessions);
CREATE INDEX leaderboard_by_win_rate ON leaderboard (season, kind, win_bound DESC, account_id, audience, sessions);
CREATE INDEX leaderboard_by_points ON leaderboard (season, kind, points_order DESC, account_id, audience, sessions);
CREATE INDEX leaderboard_by_points_per_game
ON leaderboard (season, kind, points_per_game DESC, account_id, audience, sessions);
CREATE INDEX leaderboard_by_wins_above ON leaderboard (season, kind, wins_above DESC, account_id, audience, sessions);

-- The club's win rates that `wins_above` was reckoned with.
CREATE TABLE baselines (
    season TEXT NOT NULL,
    kind TEXT NOT NULL,
    civilian DOUBLE PRECISION NOT NULL,
    sheriff DOUBLE PRECISION NOT NULL,
    mafia DOUBLE PRECISION NOT NULL,
    don DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (season, kind)
);

-- What the rating believes of each player after the latest rated game.
CREATE TABLE ratings (
    account_id TEXT PRIMARY KEY,
    rated_games BIGINT NOT NULL,
    red DOUBLE PRECISION NOT NULL,
    black DOUBLE PRECISION NOT NULL,
    red_variance DOUBLE PRECISION NOT NULL,
    black_variance DOUBLE PRECISION NOT NULL,
    covariance DOUBLE PRECISION NOT NULL,
    elo_red DOUBLE PRECISION NOT NULL,
    elo_black DOUBLE PRECISION NOT NULL
);

-- How much more often red wins than the ratings alone would say, by kind of game.
CREATE TABLE side_biases (
    kind TEXT PRIMARY KEY,
    rated_games BIGINT NOT NULL,
    mean DOUBLE PRECISION NOT NULL,
    variance DOUBLE PRECISION NOT NULL
);

-- What one game did to one player's rating: what was believed before, by which it can be undone, and what is shown of it.
CREATE TABLE rating_changes (
    account_id TEXT NOT NULL,
    start_time BIGINT NOT NULL,
    game_id TEXT NOT NULL,
    season TEXT NOT NULL,
    kind TEXT NOT NULL,
    role TEXT NOT NULL,
    result TEXT NOT NULL,
    chance DOUBLE PRECISION NOT NULL,
    rated_games BIGINT NOT NULL,
    red DOUBLE PRECISION NOT NULL,
    black DOUBLE PRECISION NOT NULL,
    red_variance DOUBLE PRECISION NOT NULL,
    black_variance DOUBLE PRECISION NOT NULL,
    covariance DOUBLE PRECISION NOT NULL,
    elo_red DOUBLE PRECISION NOT NULL,
    elo_black DOUBLE PRECISION NOT NULL,
    rating_before DOUBLE PRECISION NOT NULL,
    rating_after DOUBLE PRECISION NOT NULL,
    deviation_before DOUBLE PRECISION NOT NULL,
    deviation_after DOUBLE PRECISION NOT NULL,
    elo_before DOUBLE PRECISION NOT NULL,
    elo_after DOUBLE PRECISION NOT NULL,
    bound_after DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (account_id, start_time, game_id)
);

CREATE INDEX rating_changes_by_time ON rating_changes (start_time, game_id);
CREATE INDEX rating_changes_by_rating ON rating_changes (account_id, rating_after);

-- How far what is reckoned has come. `totals`: games up to this one are added up, all of them when it is NULL. `leaderboards`: the
-- rows of the players up to this one, whose id stands in place of a game's, are written; all of them when it is NULL. `rewind`:
-- ratings from this game on are to be undone, none when it is NULL.
CREATE TABLE reckoning (
    name TEXT PRIMARY KEY,
    start_time BIGINT,
    game_id TEXT
);

INSERT INTO reckoning (name, start_time, game_id) VALUES ('totals', 0, ''), ('leaderboards', NULL, NULL), ('rewind', NULL, NULL);
