"""The parts of the database that are written beside each other; see `Database.write`.

What decides by one part and writes another, such as hiding a player from the leaderboards, names none and is alone.
"""

# Users but for guests, with their sessions, keys, mails, bans, avatars and deletions.
ACCOUNTS = "accounts"
# Games and seats, guests, and all that is reckoned from games.
GAMES = "games"
# Counters of tries at passwords and of accounts opened.
ATTEMPTS = "attempts"
