"""What an evaluation is asked to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from recommender import ConfigError

from .systems import System

Split = Literal["groups", "time"]

N_RESAMPLES = 2000
N_PERMUTATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How to evaluate.

    Attributes:
        systems: What is measured, in the order of tables; names are unique.
        judgements: A TSV or TREC qrels file to judge by; None: the hand-curated lists.
        folds: How many folds learning systems are cross-validated with, at least 2; fewer where
            there are fewer groups.
        split: `groups` of reciprocal links, or `time`: learn from older lists only.
        seed: Of everything that is drawn.
        tolerance_days: How much newer than the query an article may be in the as-of figures: lists
            are often made a day or two later, and dates carry time zones.
        n_resamples: Of the bootstrap.
        n_permutations: Of the randomisation test.
    """

    systems: Sequence[System]
    judgements: Path | None = None
    folds: int = 5
    split: Split = "groups"
    seed: int = 0
    tolerance_days: float = 2.0
    n_resamples: int = N_RESAMPLES
    n_permutations: int = N_PERMUTATIONS

    def __post_init__(self) -> None:
        """Refuse two systems of one name.

        Raises:
            ConfigError: A name is taken.
        """
        names = [system.name for system in self.systems]
        for name in names:
            if names.count(name) > 1:
                raise ConfigError(f"the name “{name}” is taken by another system.", key="systems")
