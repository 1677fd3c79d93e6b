"""Benchmarks: each a module that writes a result file and prints a table from it."""
