"""How much each signal counts, and the readable file in which that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from recommender.bounded_yaml import read_bounded_yaml
from recommender.errors import ConfigError
from recommender.ranking.signals import SIGNALS
from recommender.ranking.site import CONDITIONS, Site
from recommender.section import shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = 1
GREATEST = 1e6  # beyond it, sums overflow; weights are of the order of 1
_HEAD = """\
# How much each signal counts when articles are ranked; `recommender fit` and the README say more.
# Each weight is what one standard deviation among a query's candidates adds to its raw score;
# shifts are added to it, as far as a site has a condition (0 to 1).
"""


@dataclass(frozen=True, slots=True)
class Corpus:
    """What weights were fitted on.

    Attributes:
        name: What it is called.
        sha256: Its hash, as `Recommender.corpus_hash` gives it.
        n_lists: How many lists it has.
    """

    name: str
    sha256: str
    n_lists: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """From raw scores to the share of cases in which an editor lists the article.

    The logit of that share is `bias` + `raw` · (raw score − the pool's log-sum-exp) + `pool` · that
    log-sum-exp + `similarity` · the greatest cosine among the candidates.
    """

    bias: float = 0.0
    raw: float = 1.0
    pool: float = 0.0
    similarity: float = 0.0

    def scores(
        self, raw: NDArray[np.float64], similarities: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Scores of all candidates of one query, 0 to 1, in the order of the raw ones.

        Args:
            raw: Raw scores.
            similarities: Cosines of the same candidates.
        """
        if not len(raw):
            return raw
        total = log_sum_exp(raw)
        of_pool = self.bias + self.pool * total + self.similarity * similarities.max()
        shares: NDArray[np.float64] = 1 / (1 + np.exp(-self.raw * (raw - total) - of_pool))
        return shares


def calibration_features(
    raw: NDArray[np.float64], similarities: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What a `Calibration` weighs, shape `(n, 3)`."""
    total = log_sum_exp(raw)
    same = np.ones(len(raw))
    return np.stack([raw - total, total * same, similarities.max() * same], axis=1)


def log_sum_exp(values: NDArray[np.float64]) -> float:
    """`ln Σ exp(values)` of one or more values, without overflow."""
    greatest = values.max()
    return float(greatest + np.log(np.exp(values - greatest).sum()))


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear ranker.

    Attributes:
        signals: Weight of each signal by name; those that are absent weigh nothing.
        shifts: Condition of a site to what it adds to the weight of a signal, for each unit of it.
        declared: Signals whose weight was declared, because too few corpora carry them to learn it.
        calibration: From raw scores to comparable ones.
        corpora: What they were fitted on; none for weights made by hand.
        made_on: The day, ISO 8601; empty where unknown.
        scores: nDCG@10 and the like, as they were measured when the weights were made.
    """

    signals: Mapping[str, float]
    shifts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    declared: frozenset[str] = frozenset()
    calibration: Calibration = field(default_factory=Calibration)
    corpora: tuple[Corpus, ...] = ()
    made_on: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)

    def vector(self) -> NDArray[np.float64]:
        """The weights in the order of `SIGNALS`."""
        return np.array([self.signals.get(name, 0.0) for name in SIGNALS])

    def without_lists(self) -> Weights:
        """The same for a site that has no lists."""
        kept = {name: w for name, w in self.signals.items() if SIGNALS[name] == "content"}
        return replace(self, signals=kept)

    def at(self, site: Site) -> Weights:
        """The same for a site of this kind alone; signals without a weight do not get one."""
        signals = dict(self.signals)
        for condition, shifts in self.shifts.items():
            for name in signals.keys() & shifts.keys():
                signals[name] += shifts[name] * getattr(site, condition)
        return replace(self, signals=signals, shifts={})

    def to_yaml(self) -> str:
        """The text of a weights file."""
        facts = {
            "format": FORMAT,
            "made_on": self.made_on,
            "fitted_on": [
                {"name": c.name, "sha256": c.sha256, "lists": c.n_lists} for c in self.corpora
            ],
            "scores": dict(self.scores),
            "weights": _rounded(self.signals),
            "shifts": {name: _rounded(shifts) for name, shifts in self.shifts.items()},
            "declared": sorted(self.declared),
            "calibration": {
                name: round(float(getattr(self.calibration, name)), 4)
                for name in ("bias", "raw", "pool", "similarity")
            },
        }
        return _HEAD + yaml.safe_dump(facts, sort_keys=False, allow_unicode=True)

    @classmethod
    def from_file(cls, path: Path) -> Weights:
        """Read a weights file.

        Raises:
            ConfigError: It cannot be read, or is no weights file of this version.
        """
        try:
            facts = read_bounded_yaml(path)
        except ConfigError as error:
            raise _wrong(path, f"cannot be read ({error})") from error
        return _from_facts(facts, path)


def _rounded(weights: Mapping[str, float]) -> dict[str, float]:
    return {name: round(float(weight), 4) for name, weight in weights.items()}


def _from_facts(facts: Any, path: Path) -> Weights:
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise _wrong(path, f"is not a mapping with `format: {FORMAT}`")
    signals = _numbers(facts, "weights", path)
    shifts = _mapping(facts, "shifts", path)
    shifts = {name: _numbers(shifts, name, path) for name in shifts}
    named = [*signals, *(name for of_condition in shifts.values() for name in of_condition)]
    if strange := [name for name in named if name not in SIGNALS]:
        raise _wrong(path, f"names the unknown signal “{strange[0]}”")
    if strange := [name for name in shifts if name not in CONDITIONS]:
        raise _wrong(path, f"names the unknown condition “{strange[0]}”")
    calibration = _numbers(facts, "calibration", path)
    try:
        return Weights(
            signals=signals,
            shifts=shifts,
            declared=frozenset(facts.get("declared") or ()),
            calibration=Calibration(**calibration),
            corpora=tuple(
                Corpus(str(c["name"]), str(c["sha256"]), int(c["lists"]))
                for c in facts.get("fitted_on") or ()
            ),
            made_on=str(facts.get("made_on") or ""),
            scores=_numbers(facts, "scores", path),
        )
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise _wrong(path, f"has other parts than expected ({error})") from error


def _mapping(facts: Mapping[str, Any], key: str, path: Path) -> dict[str, Any]:
    found = facts.get(key) or {}
    if not isinstance(found, dict):
        raise _wrong(path, f"`{key}` is not a mapping")
    return found


def _numbers(facts: Mapping[str, Any], key: str, path: Path) -> dict[str, float]:
    found = _mapping(facts, key, path)
    for name, value in found.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not abs(value) <= GREATEST:
            raise _wrong(
                path,
                f"`{key}.{name}` is {shown(value)}, not a number from {-GREATEST:,.0f} to "
                f"{GREATEST:,.0f}",
            )
    return {str(name): float(value) for name, value in found.items()}


def _wrong(path: Path, what: str) -> ConfigError:
    return ConfigError(
        f"the weights file {path} {what}: expected one that `recommender fit` wrote; "
        "delete it, or run `recommender fit` again.",
        key="weights",
    )
