"""Candidates → list: who comes into question, what speaks for each, and in which order. Pure."""
