-- name: get_totals
SELECT account_id, season, kind, month, counters
FROM totals
WHERE account_id = :account_id AND season = :season AND kind = :kind AND month = :month;

-- name: list_totals_of_game
-- The rows of an account that its game of this season, kind and month counts to.
SELECT account_id, season, kind, month, counters
FROM totals
WHERE account_id = :account_id AND season IN (:season, '*') AND kind IN (:kind, '*') AND month IN (:month, '*');

-- name: get_stats^
-- All that is kept of a player's games of a season and kind, in one row: it is read more often than anything else of games.
-- With the rating come the highest and the lowest one, and whether more is to be rated.
SELECT users.account_id, users.statistics_audience, users.games_audience,
    mine.counters, every.counters AS every_counters, club.counters AS club,
    leaderboard.current_run, leaderboard.longest_wins, leaderboard.longest_losses, leaderboard.latest_results,
    ratings.rated_games, ratings.red, ratings.black, ratings.red_variance, ratings.black_variance, ratings.covariance,
    ratings.elo_red, ratings.elo_black,
    peak.rating_after AS peak_rating, peak.game_id AS peak_id, peak.start_time AS peak_time,
    low.rating_after AS low_rating, low.game_id AS low_id, low.start_time AS low_time,
    EXISTS (SELECT 1 FROM games WHERE rated_time IS NULL AND state = 'counted' AND winner IN ('red', 'black'))
    OR EXISTS (SELECT 1 FROM reckoning WHERE name = 'rewind' AND reckoning.game_id IS NOT NULL) AS pending
FROM users
LEFT JOIN totals AS mine ON mine.account_id = users.account_id AND mine.season = :season AND mine.kind = :kind
    AND mine.month = '*'
LEFT JOIN totals AS every ON every.account_id = users.account_id AND every.season = '*' AND every.kind = '*'
    AND every.month = '*'
LEFT JOIN totals AS club ON club.account_id = '*' AND club.season = :season AND club.kind = :kind AND club.month = '*'
LEFT JOIN leaderboard ON leaderboard.account_id = users.account_id AND leaderboard.season = :season
    AND leaderboard.kind = :kind
LEFT JOIN ratings ON ratings.account_id = users.account_id
/*sqlite
LEFT JOIN rating_changes AS peak ON peak.account_id = ratings.account_id AND (peak.start_time, peak.game_id) = (
    SELECT start_time, game_id
    FROM rating_changes
    WHERE account_id = ratings.account_id
    ORDER BY rating_after DESC, start_time, game_id
    LIMIT 1
)
LEFT JOIN rating_changes AS low ON low.account_id = ratings.account_id AND (low.start_time, low.game_id) = (
    SELECT start_time, game_id
    FROM rating_changes
    WHERE account_id = ratings.account_id
    ORDER BY rating_after, start_time, game_id
    LIMIT 1
)
*/
/*postgresql -- It would look for the highest anew at each of the player's games.
LEFT JOIN LATERAL (
    SELECT rating_after, start_time, game_id
    FROM rating_changes
    WHERE account_id = ratings.account_id
    ORDER BY rating_after DESC, start_time, game_id
    LIMIT 1
) AS peak ON TRUE
LEFT JOIN LATERAL (
    SELECT rating_after, start_time, game_id
    FROM rating_changes
    WHERE account_id = ratings.account_id
    ORDER BY rating_after, start_time, game_id
    LIMIT 1
) AS low ON TRUE
*/
WHERE users.username = :username AND users.state = 'active' AND users.kind = 'person';

-- name: put_totals!
INSERT INTO totals (account_id, season, kind, month, counters)
VALUES (:account_id, :season, :kind, :month, :counters)
ON CONFLICT (account_id, season, kind, month) DO UPDATE SET counters = excluded.counters;

-- name: delete_totals!
DELETE FROM totals WHERE account_id = :account_id AND season = :season AND kind = :kind AND month = :month;

-- name: list_month_totals
SELECT season, kind, month, counters
FROM totals
WHERE account_id = :account_id AND month >= :first_month AND month <= :last_month AND month <> '*'
    AND season <> '*' AND kind <> '*'
    AND (:season = '*' OR season = :season) AND (:kind = '*' OR kind = :kind);

-- name: list_club_scopes
-- Also those of which nothing is left.
SELECT season, kind FROM totals WHERE account_id = '*' AND month = '*'
UNION
SELECT season, kind FROM baselines
ORDER BY season, kind;
