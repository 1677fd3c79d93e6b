"""The systems that a report measures, one small class each."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from recommender import ConfigError, Weights

from .base import CannotRank, System
from .outside import OutsideRun
from .plain import Newest, Popular, Random
from .ranking import Fitted, Shipped, ShippedWithPolicy, Weighted
from .vectors import Embedding, LinkedFirst
from .words import Bm25, TfIdf, TfIdfBody, Topics

__all__ = ["PRODUCT", "SYSTEMS", "CannotRank", "OutsideRun", "System", "standard_systems"]

PRODUCT = Shipped.name
"""The product's own order: what the others are compared with, and what `--fail-under` is about."""

SYSTEMS: dict[str, type[System]] = {
    system.name: system
    for system in (
        Random,
        Newest,
        Popular,
        LinkedFirst,
        Topics,
        TfIdf,
        TfIdfBody,
        Bm25,
        Embedding,
        Shipped,
        ShippedWithPolicy,
        Fitted,
    )
}
"""Name to class, in the order of tables."""


def standard_systems(
    names: Iterable[str] | None = None, weights: Weights | None = None
) -> list[System]:
    """Systems by name.

    Args:
        names: In the order given; None: all of them, in the order of tables.
        weights: What `shipped` ranks by and `fitted` starts from; None: the shipped weights.

    Raises:
        ConfigError: There is no system of a name.
    """
    chosen = list(SYSTEMS if names is None else names)
    for name in chosen:
        if name not in SYSTEMS:
            near = difflib.get_close_matches(name, SYSTEMS, n=1)
            advice = f"did you mean “{near[0]}”?" if near else f"expected {', '.join(SYSTEMS)}."
            raise ConfigError(f"there is no system “{name}”: {advice}", key="systems")
    return [_made(SYSTEMS[name], weights) for name in chosen]


def _made(system: type[System], weights: Weights | None) -> System:
    return system(weights) if issubclass(system, Weighted) else system()
