"""Which weights rank a site: its own, if it has some, else the shipped ones."""

from __future__ import annotations

from functools import cache

from recommender.ranking.weights import Weights
from recommender.settings import Settings
from recommender.shipped import models_folder


def site_weights(settings: Settings) -> Weights:
    """The weights of the file that the settings name, or the shipped ones without such a file.

    Shipped weights leave the editors' lists aside: how much these say, only `fit` finds out.

    Raises:
        ConfigError: The file is no weights file.
    """
    if settings.weights.exists():
        return Weights.from_file(settings.weights)
    return shipped_weights().without_lists()


@cache
def shipped_weights() -> Weights:
    """The weights that come with this version, those for editors' lists included."""
    return Weights.from_file(models_folder() / "ranking" / "shipped.yaml")
