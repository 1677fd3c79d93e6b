"""The block of YAML, TOML or JSON above an article's body, read as it was written."""
