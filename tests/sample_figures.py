"""Figures of sample reports: measures by definition, and what else follows from lists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evaluation.report.schema import (
    Catalogue,
    Comparison,
    Interval,
    Map,
    Pairs,
    Reliability,
    ReliabilityBin,
    Truth,
)

MEASURES = ("nDCG@5", "nDCG@10", "recall@5", "recall@10", "MRR@100", "hit_rate@5", "hit_rate@10")
DEPTH = 100

Truths = list[list[tuple[int, int]]]
"""Article and grade of each query's entries."""


def values_of(ranks: list[list[int]], truth: Truths) -> dict[str, list[float]]:
    """Every measure of every query, by definition."""
    found: dict[str, list[float]] = {name: [] for name in MEASURES}
    for places, entries in zip(ranks, truth, strict=True):
        relevant = [p for p, (_, grade) in zip(places, entries, strict=True) if grade]
        for name in MEASURES:
            kind, k = name.split("@")
            found[name].append(round(_value(kind, int(k), relevant), 6))
    return found


def _value(kind: str, k: int, relevant: list[int]) -> float:
    hits = [place for place in relevant if place < k]
    if kind == "recall":
        return len(hits) / len(relevant)
    if kind == "MRR":
        return 1 / (1 + min(hits)) if hits else 0.0
    if kind == "hit_rate":
        return float(bool(hits))
    ideal = sum(1 / np.log2(i + 2) for i in range(min(k, len(relevant))))
    return float(sum(1 / np.log2(place + 2) for place in hits) / ideal)


def interval(values: Sequence[float], *, is_conclusive: bool) -> Interval:
    """A mean and its normal interval."""
    mean = round(float(np.mean(values)), 6)
    if not is_conclusive:
        return Interval(mean=mean, low=None, high=None)
    half = 1.96 * float(np.std(values)) / len(values) ** 0.5
    return Interval(mean=mean, low=round(mean - half, 6), high=round(mean + half, 6))


def comparison(name: str, rows: NDArray[np.float64], *, is_conclusive: bool) -> Comparison:
    """Paired differences, clear where zero lies outside the normal interval."""
    mean = round(float(rows.mean()), 6)
    half = 1.96 * float(rows.std()) / len(rows) ** 0.5
    is_clear = abs(mean) > half
    return Comparison(
        system=name,
        difference=mean,
        low=round(mean - half, 6) if is_conclusive else None,
        high=round(mean + half, 6) if is_conclusive else None,
        p=(0.0001 if is_clear else 0.4) if is_conclusive else None,
        p_holm=(0.0004 if is_clear else 0.8) if is_conclusive else None,
        is_significant=is_clear if is_conclusive else None,
        wins=int((rows > 0).sum()),
        ties=int((rows == 0).sum()),
        losses=int((rows < 0).sum()),
    )


def catalogue(n_articles: int, lists: Sequence[Sequence[int]], *, has_dates: bool) -> Catalogue:
    """What the lists show, as far as it follows from them."""
    times = np.bincount([a for row in lists for a in row], minlength=n_articles)
    order = np.argsort(-times, kind="stable")
    taken = np.concatenate([[0], np.cumsum(times[order])]) / max(1, times.sum())
    at = np.linspace(0, len(times), 21)
    return Catalogue(
        n_lists=len(lists),
        coverage=round(float((times > 0).mean()), 6),
        n_never_shown=int((times == 0).sum()),
        gini=0.43,
        lorenz=[round(float(s), 6) for s in np.interp(at, np.arange(len(taken)), taken)],
        most_shown=[(int(i), int(times[i])) for i in order[:10]],
        diversity=0.61,
        repeats=0.0123,
        median_age_days=12.5 if has_dates else None,
        same_provider=0.5,
        shared_topic=0.75,
    )


def reliability(ranks: list[list[int]]) -> Reliability:
    """Two bins, the first five places and the second five; all of a bin have one score."""
    found = []
    for places, score in ((range(5, 10), 0.1), (range(5), 0.3)):
        n_places = 5 * len(ranks)
        listed = sum(place in places for row in ranks for place in row) / n_places
        half = 1.96 * (listed * (1 - listed) / n_places) ** 0.5
        found.append(
            ReliabilityBin(
                n_places=n_places,
                lowest=score,
                highest=score,
                score=score,
                listed=round(listed, 6),
                low=round(max(0.0, listed - half), 6),
                high=round(listed + half, 6),
            )
        )
    gaps = [abs(one["score"] - one["listed"]) for one in found]
    squares = [
        one["listed"] * (1 - one["score"]) ** 2 + (1 - one["listed"]) * one["score"] ** 2
        for one in found
    ]
    return Reliability(
        n_places=10 * len(ranks),
        score=0.2,
        listed=round(sum(one["listed"] for one in found) / 2, 6),
        calibration_error=round(sum(gaps) / 2, 6),
        brier=round(sum(squares) / 2, 6),
        bins=found,
    )


def pairs(rng: np.random.Generator) -> Pairs:
    """Two humps."""
    edges = [round(float(edge), 3) for edge in np.linspace(-0.2, 1.0, 25)]
    curated = np.histogram(np.clip(rng.normal(0.45, 0.15, 300), -0.2, 1), edges)[0]
    random = np.histogram(np.clip(rng.normal(0.15, 0.1, 5000), -0.2, 1), edges)[0]
    return Pairs(
        edges=edges,
        curated=curated.tolist(),
        random=random.tolist(),
        curated_mean=0.45,
        random_mean=0.15,
        separation=0.934,
    )


def site_map(n_articles: int, truth: Truths, rng: np.random.Generator) -> Map:
    """The last article is not drawn."""
    n = n_articles - 1
    return Map(
        articles=list(range(n)),
        x=rng.integers(0, 1001, n).tolist(),
        y=rng.integers(100, 901, n).tolist(),
        links=[(q, a) for q, t in enumerate(truth) for a, grade in t if grade and max(q, a) < n],
        n_left_out=1,
    )


def truth_entry(truth: Truths, n_articles: int, source: str) -> Truth:
    """Counts, and two entries that name nothing."""
    lengths = [sum(grade > 0 for _, grade in entries) for entries in truth]
    return Truth(
        source=source,
        n_queries=len(truth),
        n_judged=sum(lengths),
        mean_length=round(float(np.mean(lengths)), 6),
        longest=max(lengths),
        best_precision={
            str(k): round(float(np.mean(np.minimum(lengths, k)) / k), 6) for k in (5, 10)
        },
        n_without_list=n_articles - len(truth),
        n_not_recommendable=1,
        has_zero_grades=any(grade == 0 for entries in truth for _, grade in entries),
        n_unresolved=2,
        unresolved=["a.md:3: “gone” names no article.", "b.md:9: “<b>lost</b>” names no article."],
    )


def made() -> dict[str, object]:
    """As in a real report."""
    return {
        "at": "2025-01-01T12:00:00+00:00",
        "recommender": "0.1.0",
        "python": "3.11.7",
        "machine": "x86_64, 2 cores",
        "packages": {"numpy": "2.4.6", "scipy": "1.17.1"},
    }


def settings(names: list[str], seed: int) -> dict[str, object]:
    """As in a real report."""
    return {
        "systems": names,
        "judgements": None,
        "folds": 5,
        "split": "groups",
        "seed": seed,
        "tolerance_days": 2.0,
        "n_resamples": 2000,
        "n_permutations": 10_000,
        "depth": DEPTH,
        "list_length": 10,
        "min_queries": 30,
    }
