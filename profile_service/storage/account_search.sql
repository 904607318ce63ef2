-- name: search_accounts
-- Those in their grace too, who can be deposed and banned like others.
SELECT users.username, users.display_name, CASE WHEN :sees_email = 1 THEN users.email ELSE '' END AS email, users.kind,
    users.roles, users.create_time, deletions.purge_time,
    bans_in_force.reason AS ban_reason, bans_in_force.create_time AS ban_create_time,
    bans_in_force.expire_time AS ban_expire_time
FROM users
LEFT JOIN bans_in_force ON bans_in_force.account_id = users.account_id
LEFT JOIN deletions ON deletions.account_id = users.account_id
WHERE users.username > :after AND users.state IN ('active', 'leaving')
    AND (
        users.username LIKE :pattern ESCAPE '!'
        OR users.search_text LIKE :pattern ESCAPE '!'
        OR (:sees_email = 1 AND LOWER(users.email) LIKE :pattern ESCAPE '!')
    )
    AND (
        :state = ''
        OR (:state = 'active' AND users.state = 'active' AND bans_in_force.account_id IS NULL)
        OR (:state = 'banned' AND bans_in_force.account_id IS NOT NULL)
        OR (:state = 'leaving' AND users.state = 'leaving')
    )
    AND (:role = '' OR ' ' || users.roles || ' ' LIKE '% ' || :role || ' %')
ORDER BY users.username
LIMIT :count;
