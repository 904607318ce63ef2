-- A table without rows, which its size tells, is bytes that anybody can write: they prove nothing about whom it is.
UPDATE issued_reports SET
    username = '', season = '', game_kind = '', start_time = NULL, end_time = NULL
WHERE format = 'CSV'
    AND ((kind = 'PLAYER_REPORT' AND size_bytes = 138) OR (kind = 'SEASON_REPORT' AND size_bytes = 92));
