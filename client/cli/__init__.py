"""The `dossier` command. Its modules import the client library only when a command runs."""
