"""What a busy editor must know, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .reading import Reading, Relation, label
from .schema import Comparison, SystemEntry
from .wording import (
    SMALLEST_P,
    between,
    count,
    decimal,
    listed,
    of_ten,
    p_value,
    share,
    whole,
)

HEADLINE_MEASURE = "hit_rate@5"
FOUND_MEASURE = "recall@10"


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of the summary: the figure, what it is, and a detail that may be empty."""

    figure: str
    meaning: str
    detail: str


def headline(reading: Reading) -> str:
    """One sentence that answers: are the suggestions any good?"""
    reference = reading.reference
    n_queries = reading.report["truth"]["n_queries"]
    if not reading.is_conclusive:
        return (
            f"Too few to conclude: {count(n_queries, 'article')} with a list cannot tell a good "
            "recommender from a lucky one"
        )
    if reference is None:
        return f"{count(len(reading.fair), 'system')} measured, but not the product’s own order"
    if reference["is_in_sample"]:
        return f"{label(reference)} was fitted on these very lists: its figures prove nothing"
    value = reading.interval(reference, HEADLINE_MEASURE)["mean"]
    if value is None:
        mean = decimal(reading.mean(reference))
        return f"{label(reference)} reaches {reading.primary} of {mean}"
    return (
        f"In {of_ten(value)} articles, at least one of {chosen(reading)} stands in the first five "
        "suggestions"
    )


def chosen(reading: Reading) -> str:
    """What the truth consists of, in the plural."""
    is_lists = reading.report["truth"]["source"] == "lists"
    return "the editors’ choices" if is_lists else "the articles judged as related"


def verdict(reading: Reading) -> list[str]:
    """The reference against the best of the others, and against them all."""
    reference, strongest = reading.reference, reading.strongest
    if reference is None or reference["is_in_sample"] or strongest is None:
        return []
    comparison = reading.comparisons.get(strongest["name"])
    if comparison is None:
        return []
    return [
        f"Measured on “{label(reference)}”, the product’s own order.",
        _duel(reading, reference, strongest, comparison),
        *_standing(reading),
    ]


def _duel(
    reading: Reading, reference: SystemEntry, other: SystemEntry, comparison: Comparison
) -> str:
    theirs = f"“{label(other)}”"
    mine, its = decimal(reading.mean(reference)), decimal(reading.mean(other))
    p = comparison["p_holm"]
    test = "" if p is None else f", p {p_value(p) if p < SMALLEST_P else '= ' + p_value(p)}"
    sentences: dict[Relation | None, str] = {
        "better": (
            f"{theirs} does clearly better ({reading.primary} of {its} against {mine}{test})."
        ),
        "worse": (
            f"It is clearly ahead of the next best, {theirs} "
            f"({reading.primary} of {mine} against {its}{test})."
        ),
        "alike": (
            f"It cannot be told apart from the best of the others, {theirs} "
            f"({reading.primary} of {mine} against {its}{test})."
        ),
    }
    seen = f"Seen, but not to be relied on: {reading.primary} of {mine}, and {its} for {theirs}."
    return sentences.get(reading.relation(other), seen)


def _standing(reading: Reading) -> Iterator[str]:
    """How many others are better, worse, or neither."""
    found = [reading.relation(s) for s in reading.fair if s["name"] in reading.comparisons]
    if not reading.is_conclusive or len(found) < 2:  # noqa: PLR2004 - one is the duel
        return
    words: dict[Relation | None, str] = {
        "better": "clearly better",
        "worse": "clearly worse",
        "alike": "not clearly different",
    }
    counts = [(found.count(relation), words[relation]) for relation in words if relation in found]
    if len(counts) == 1:
        yield f"All {len(found)} other ways of ordering are {counts[0][1]}."
        return
    (first, text), *more = counts
    parts = [f"{first} {'is' if first == 1 else 'are'} {text}", *(f"{n} {t}" for n, t in more)]
    yield f"Of {len(found)} other ways of ordering, {listed(parts)}."


def tiles(reading: Reading) -> list[Tile]:
    """The reference in four figures; empty where it was not measured or must not be quoted."""
    reference = reading.reference
    if reference is None or reference["is_in_sample"]:
        return []
    return [*_accuracy_tiles(reading, reference), *_catalogue_tiles(reading, reference)]


def _accuracy_tiles(reading: Reading, reference: SystemEntry) -> Iterator[Tile]:
    meanings = {
        HEADLINE_MEASURE: f"of articles have at least one of {chosen(reading)} in the first five",
        FOUND_MEASURE: f"of {chosen(reading)} stand in the first ten, on average",
    }
    for measure, meaning in meanings.items():
        interval = reading.interval(reference, measure)
        if interval["mean"] is not None:
            bounds = _in_percent(between(interval, 4))
            yield Tile(share(interval["mean"]), meaning, bounds and f"95 % interval {bounds}")


def _in_percent(bounds: str) -> str:
    """The bounds of an interval as whole per cent; empty stays empty."""
    return "–".join(str(round(100 * float(bound))) for bound in bounds.split("–") if bound)


def _catalogue_tiles(reading: Reading, reference: SystemEntry) -> Iterator[Tile]:
    found = reference["catalogue"]
    if found is None:
        return
    editors = reading.report["editors"]
    if found["coverage"] is not None:
        never = whole(found["n_never_shown"])
        yield Tile(
            share(found["coverage"]),
            "of all articles are suggested somewhere on the site",
            f"{never} never are",
        )
    if found["repeats"] is not None:
        yield Tile(
            share(found["repeats"]),
            "of lists of ten tell one story twice",
            f"editors’ own lists: {share(editors['repeats'])}",
        )
