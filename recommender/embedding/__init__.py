"""Texts → vectors. The only room that knows torch, and only when there is much to encode."""
