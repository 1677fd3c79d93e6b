"""Ranked candidates → the list that callers get: its head, its items, why each stands there."""
