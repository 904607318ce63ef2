-- What a session is called in its owner's list.
ALTER TABLE sessions ADD COLUMN device_name TEXT NOT NULL DEFAULT '';
