-- What the feed asks: always the same statement, so the list is padded to a fixed length.

-- name: watched_reports
SELECT
    report_id, owner_id, username, include_email, state, fence, attempt_count, create_time, update_time, expire_time,
    blob_key, size_bytes, sha256, failure_reason, kind, format, locale, season, game_kind,
    start_time, end_time, game_id
FROM reports
WHERE deleted = 0 AND report_id IN (
    :id_0, :id_1, :id_2, :id_3, :id_4, :id_5, :id_6, :id_7, :id_8, :id_9, :id_10, :id_11, :id_12, :id_13,
    :id_14, :id_15, :id_16, :id_17, :id_18, :id_19, :id_20, :id_21, :id_22, :id_23, :id_24, :id_25, :id_26,
    :id_27, :id_28, :id_29, :id_30, :id_31, :id_32, :id_33, :id_34, :id_35, :id_36, :id_37, :id_38, :id_39,
    :id_40, :id_41, :id_42, :id_43, :id_44, :id_45, :id_46, :id_47, :id_48, :id_49
);
