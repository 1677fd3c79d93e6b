"""`recommender models`: which models are here, and whether their files are what they claim."""

from __future__ import annotations
