"""Texts → terms: what words, letters, labels and titles say. Knows neither vectors nor disks."""
