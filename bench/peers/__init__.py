"""The report of a player by other engines, to compare ours with: the same content, each in the way it is used."""
