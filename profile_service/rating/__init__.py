"""Ratings of players from decided games: pure rules, without storage, wire or clock."""
