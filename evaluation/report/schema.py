"""The shape of `report.json`, format 1. Keys may be added, never renamed or removed.

Articles and queries are named by their position in `articles` and `queries`. Means, intervals and
values per query are rounded to 6 decimals. A value that is not defined is null, and where a whole
part is, `reason` says in one sentence why.
"""

from __future__ import annotations

from typing import Any, TypedDict

FORMAT = 1

SYSTEM_NAME = r"[a-z0-9][a-z0-9+_-]*"
"""What names of systems look like, so that they are file names and table headings."""


class Interval(TypedDict):
    """A mean over queries with its 95 % interval; `low` and `high` are null where too few."""

    mean: float | None
    low: float | None
    high: float | None


Measures = dict[str, Interval]
"""Measure to mean and interval; the keys are those of `Report.measures`."""


class ArticleEntry(TypedDict):
    """One article that the report speaks of. `excerpt` is cut at 300 characters."""

    id: str
    title: str
    excerpt: str
    url: str | None
    published: str | None
    provider: str | None
    topics: list[str]
    is_linked: bool


class QueryEntry(TypedDict):
    """One article with a hand-curated list.

    `truth`: article and grade, in the editors' order. `group`: number of the group of reciprocal
    links. `lists`: system name to its first ten articles; a system without figures is absent.
    """

    article: int
    group: int
    truth: list[tuple[int, int]]
    lists: dict[str, list[int]]


class Catalogue(TypedDict):
    """What a reader would meet in lists of ten, over all articles that can be read.

    Attributes:
        n_lists: Lists looked at: of all pages, or of those with a list and 20,000 drawn others.
        coverage: Share of all candidates that stand in at least one list, 0 to 1.
        n_never_shown: Candidates that stand in none.
        gini: Inequality of how often candidates are shown, 0 equal to 1 all on one article.
        lorenz: Share of all places that the most shown 0, 5, 10, …, 100 % of candidates take.
        most_shown: Up to ten articles shown most often: article, number of lists.
        diversity: Mean over lists of 1 minus the mean similarity of two articles of the list.
        repeats: Share of lists that tell one story twice, by the report's own test.
        median_age_days: Median days that a shown article is older than the query; negative: newer.
        same_provider: Share of shown articles with the query's provider, among those with one.
        shared_topic: Share of shown articles that share a topic, among those with topics.
    """

    n_lists: int
    coverage: float | None
    n_never_shown: int | None
    gini: float | None
    lorenz: list[float] | None
    most_shown: list[tuple[int, int]]
    diversity: float | None
    repeats: float | None
    median_age_days: float | None
    same_provider: float | None
    shared_topic: float | None


class ReliabilityBin(TypedDict):
    """Suggestions with scores from `lowest` to `highest`.

    `score`: their mean. `listed`: the share that editors had listed; `low` and `high`: its 95 %
    interval, Wilson's for as many independent suggestions as the groups of queries are worth.
    """

    n_places: int
    lowest: float
    highest: float
    score: float
    listed: float
    low: float
    high: float


class Reliability(TypedDict):
    """Whether scores mean what they promise, over the best ten places of every query.

    Attributes:
        n_places: Suggestions with a score.
        score: Their mean score, 0 to 1.
        listed: The share of them that editors had listed, 0 to 1.
        calibration_error: Mean distance of score and listed share, over bins weighed by places.
        brier: Mean squared distance of the score from 1 where listed and 0 where not.
        bins: By rising score, up to ten with about the same sum of scores each.
    """

    n_places: int
    score: float
    listed: float
    calibration_error: float
    brier: float
    bins: list[ReliabilityBin]


class _AddedToSystemEntry(TypedDict, total=False):
    """What reports lack that were made before it was added."""

    reliability: Reliability | None


class SystemEntry(_AddedToSystemEntry):
    """One system. Without figures, `reason` says why, and means are null.

    Attributes:
        name: Stable name, `[a-z0-9+_-]+`.
        label: What an editor calls it.
        reason: Why there are no figures; null where there are.
        is_in_sample: Its weights were fitted on this very corpus: never quote its figures.
        is_cross_validated: It learned from the lists of other folds only.
        measures: Over all candidates.
        as_of: Over candidates published by the query's date; null where the corpus has no dates.
        folder: Judged by articles of the folder only; null where no list names a linked article.
        linked: Judged by linked articles only; null likewise.
        per_query: Measure to one value a query, in the order of `queries`; empty without figures.
        recall: Mean recall at each k of `Report.recall_k`; empty without figures.
        catalogue: What lists of ten show; null without figures.
        seconds: How long it took to rank.
        reliability: Whether its scores mean what they promise; null or absent for a system that
            gives no scores, and with fewer than 30 queries.
    """

    name: str
    label: str
    reason: str | None
    is_in_sample: bool
    is_cross_validated: bool
    measures: Measures
    as_of: Measures | None
    folder: Measures | None
    linked: Measures | None
    per_query: dict[str, list[float]]
    recall: list[float]
    catalogue: Catalogue | None
    seconds: float


class Comparison(TypedDict):
    """One system against the reference on the primary measure, paired by query.

    `difference` is the system's mean minus the reference's. `p` is of a two-sided randomisation
    test over groups, `p_holm` corrected over all comparisons; both null with too few queries.
    A win is a query on which the system is better than the reference.
    """

    system: str
    difference: float
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None
    is_significant: bool | None
    wins: int
    ties: int
    losses: int


class Part(TypedDict):
    """Queries of a part of the evaluation; where it is absent, `reason` says why."""

    n_queries: int
    n_left_out: int
    reason: str | None


class Corpus(TypedDict):
    """What was read. `sha256` is over names and bytes of all article files."""

    name: str
    sha256: str
    n_articles: int
    n_linked: int
    n_candidates: int
    n_lists: int
    n_links: int
    first_date: str | None
    last_date: str | None


class Truth(TypedDict):
    """What the systems are judged by.

    Attributes:
        source: `lists` of the front matter, or the name of a judgements file.
        n_queries: Queries that count.
        n_judged: Judgements of grade 1 or more on them.
        mean_length: `n_judged / n_queries`.
        longest: Length of the longest list.
        best_precision: The best reachable precision@5 and @10, as a mean over queries.
        n_without_list: Articles of the folder without a list: left out.
        n_not_recommendable: Entries that name an article which the site hides: left out.
        has_zero_grades: Whether some articles were judged as not related.
        n_unresolved: Entries that name no article: left out.
        unresolved: The first hundred of these, each a sentence with path and line.
    """

    source: str
    n_queries: int
    n_judged: int
    mean_length: float
    longest: int
    best_precision: dict[str, float]
    n_without_list: int
    n_not_recommendable: int
    has_zero_grades: bool
    n_unresolved: int
    unresolved: list[str]


class Pairs(TypedDict):
    """Similarity of curated pairs against random pairs.

    `edges`: bounds of the bins, one more than bins. `curated`, `random`: pairs a bin.
    `separation`: probability that a curated pair is more similar than a random one, 0 to 1.
    """

    edges: list[float]
    curated: list[int]
    random: list[int]
    curated_mean: float
    random_mean: float
    separation: float


class Map(TypedDict):
    """Articles in two dimensions: near means similar. `x` and `y` are whole numbers 0 to 1000.

    `links`: curated links as positions in `articles` of this map. `n_left_out`: articles that were
    not drawn because there are too many.
    """

    articles: list[int]
    x: list[int]
    y: list[int]
    links: list[tuple[int, int]]
    n_left_out: int


class Report(TypedDict):
    """The whole report.

    Attributes:
        format: 1.
        made: `at` (ISO, UTC), `recommender`, `python`, `machine`, `packages` (name to version).
        settings: Everything that was asked for: `systems`, `folds`, `split`, `seed`,
            `tolerance_days`, `n_resamples`, `n_permutations`, `depth`, `list_length`, `runs`; and
            `policy`, the site's own, that `shipped+policy` was asked under.
        corpus: What was read.
        model: `name`, `fingerprint` and `files` (name to SHA-256) of the embedding model.
        truth: What the systems are judged by.
        is_conclusive: False with fewer than 30 queries: no intervals, no tests.
        primary: The one measure that is tested, `nDCG@10`.
        reference: The system that the others are compared with: the product's own order.
        measures: Names of the measures, in the order of tables.
        recall_k: The k of `SystemEntry.recall`.
        as_of: Its queries, and `tolerance_days` stands in `settings`.
        folder: Queries that are judged by articles of the folder.
        linked: Queries that are judged by linked articles.
        systems: One entry a system, in the order asked for.
        comparisons: One a system with figures, the reference left out.
        editors: What the editors' own lists show, in the terms of `Catalogue`.
        pairs: Similarity of curated and random pairs; null with fewer than two candidates.
        map: The map; null with fewer than three articles.
        articles: Every article that is named above or in a query.
        queries: Every query that counts, ordered by id.
        timings: Stage to seconds.
    """

    format: int
    made: dict[str, Any]
    settings: dict[str, Any]
    corpus: Corpus
    model: dict[str, Any]
    truth: Truth
    is_conclusive: bool
    primary: str
    reference: str
    measures: list[str]
    recall_k: list[int]
    as_of: Part
    folder: Part
    linked: Part
    systems: list[SystemEntry]
    comparisons: list[Comparison]
    editors: Catalogue
    pairs: Pairs | None
    map: Map | None
    articles: list[ArticleEntry]
    queries: list[QueryEntry]
    timings: dict[str, float]
