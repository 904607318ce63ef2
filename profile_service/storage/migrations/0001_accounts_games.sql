CREATE TABLE users (
    account_id TEXT PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    display_name TEXT NOT NULL,
    email TEXT NOT NULL,
    gender TEXT NOT NULL,
    city TEXT NOT NULL,
    club TEXT NOT NULL,
    about TEXT NOT NULL,
    locale TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    roles TEXT NOT NULL,
    search_text TEXT NOT NULL,
    city_key TEXT NOT NULL,
    club_key TEXT NOT NULL,
    revision BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    avatar_type TEXT,
    avatar_sha256 TEXT,
    avatar_size_bytes BIGINT,
    avatar_time BIGINT
);

CREATE TABLE avatar_variants (
    account_id TEXT NOT NULL REFERENCES users (account_id),
    pixels BIGINT NOT NULL,
    blob_key TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    PRIMARY KEY (account_id, pixels)
);

CREATE TABLE sessions (
    session_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES users (account_id),
    salt BYTEA NOT NULL,
    counter BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    rotate_time BIGINT NOT NULL,
    expire_time BIGINT NOT NULL,
    end_time BIGINT
);

CREATE INDEX sessions_by_account ON sessions (account_id);

CREATE TABLE games (
    game_id TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    start_time BIGINT NOT NULL,
    duration BIGINT NOT NULL,
    winner TEXT NOT NULL,
    recorder_id TEXT NOT NULL,
    create_time BIGINT NOT NULL
);

CREATE INDEX games_by_time ON games (start_time, game_id);

CREATE TABLE seats (
    game_id TEXT NOT NULL REFERENCES games (game_id),
    seat_number BIGINT NOT NULL,
    account_id TEXT NOT NULL REFERENCES users (account_id),
    role TEXT NOT NULL,
    result TEXT NOT NULL,
    start_time BIGINT NOT NULL,
    duration BIGINT NOT NULL,
    PRIMARY KEY (game_id, seat_number)
);

CREATE INDEX seats_by_player ON seats (account_id, start_time, game_id);
