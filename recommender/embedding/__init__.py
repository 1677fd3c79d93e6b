"""Texts → vectors. The only room that knows torch, and only when there is something to encode."""
