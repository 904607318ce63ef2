"""Ratings: what results say of players' strength."""
