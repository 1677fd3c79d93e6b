"""The `recommender` command: one file a command, public names only."""
