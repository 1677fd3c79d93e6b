"""Reports to make pages of: realistic, deterministic, and with titles that nobody should trust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sample_figures import (
    DEPTH,
    MEASURES,
    Truths,
    catalogue,
    comparison,
    interval,
    made,
    pairs,
    reliability,
    settings,
    site_map,
    truth_entry,
    values_of,
)

from evaluation.report.schema import (
    ArticleEntry,
    Comparison,
    Corpus,
    Interval,
    Measures,
    Part,
    QueryEntry,
    Report,
    SystemEntry,
)

HOSTILE = (
    "</script><script>alert(1)</script>",
    '<img src=x onerror="alert(2)">',
    "Right \u202eto left\u2066 and back",
    "A very long title " * 556,
    "Rockets 🚀 and families 👩‍👩‍👧‍👦",
    "=cmd()|'/c calc'!A0",
    "“Quotes” 'single' \"double\" `ticks` & ampersands &lt;",
    "A lone surrogate \ud83d, a null \x00 and an escape \x1b[31m",
    "{{ 7 * 7 }} {% raw %} ${alert(3)} <!--",
    "مقال عن الأخبار",
    "",
    "| a | table | *bold* [link](javascript:alert(4)) @everyone www.evil.example\u2028new line",
)
"""Titles of the first articles of every sample."""

LABELS = {
    "embedding": "Embedding similarity",
    "tfidf": "TF-IDF of title and excerpt",
    "bm25": "BM25 of all words",
    "topics": "Same topics, rare ones first",
    "popular": "Linked most often",
    "tfidf-body": "TF-IDF with the body",
    "newest": "Newest first",
    "shipped": "The shipped ranking",
    "outside": "An <outside> run & more",
    "random": "Random",
}
"""System to label, from the most to the least like the reference."""

SCORED = ("embedding", "tfidf")
"""Systems whose scores say how likely an editor is to list what they suggest."""

RECALL_K = (1, 2, 3, 5, 10, 20, 50, 100)
WORDS = ("data", "city", "water", "vote", "school", "phone", "health", "river", "music", "trade")


@dataclass(frozen=True, slots=True)
class Sample:
    """What a sample report shall hold.

    Attributes:
        n_queries: Articles with a list.
        n_articles: All articles, at least as many and at least 24.
        n_systems: Systems with figures, up to ten, the reference among them.
        has_dates: Whether there are dates, and so figures as of them.
        has_linked: Whether lists name linked articles.
        has_zero_grades: Whether some articles were judged as not related.
        in_sample: Systems that were fitted on the sample.
        without_figures: System to the reason.
        reference: Name of the reference.
        is_hostile: Whether the first titles are `HOSTILE`.
        excerpt_length: Characters.
        seed: Of everything.
    """

    n_queries: int = 40
    n_articles: int = 90
    n_systems: int = 4
    has_dates: bool = True
    has_linked: bool = True
    has_zero_grades: bool = False
    in_sample: Sequence[str] = ()
    without_figures: dict[str, str] = field(default_factory=dict)
    reference: str = "embedding"
    is_hostile: bool = True
    excerpt_length: int = 120
    seed: int = 0


def sample_report(sample: Sample | None = None, **changes: object) -> Report:
    """A report that could be real: its figures follow from its lists."""
    sample = sample or Sample(**changes)  # type: ignore[arg-type]
    rng = np.random.default_rng(sample.seed)
    names = list(LABELS)[: sample.n_systems]
    articles = [_article(sample, i, rng) for i in range(sample.n_articles)]
    truth = [_truth(sample, query, rng) for query in range(sample.n_queries)]
    ranks = {name: [_ranks(i, len(t), rng) for t in truth] for i, name in enumerate(names)}
    lists = {
        name: [_list(sample, q, truth[q], ranks[name][q], rng) for q in range(sample.n_queries)]
        for name in names
    }
    values = {name: values_of(ranks[name], truth) for name in names}
    is_conclusive = sample.n_queries >= 30
    chosen = [[article for article, grade in entries if grade] for entries in truth]
    source = "judgements.tsv" if sample.has_zero_grades else "lists"
    systems = [
        _system(sample, name, values[name], ranks[name], lists[name], is_conclusive=is_conclusive)
        for name in names
    ]
    return Report(
        format=1,
        made=made(),
        settings=settings(names, sample.seed),
        corpus=_corpus(sample, truth),
        model={"name": "fake", "fingerprint": "f" * 64, "files": {"model.safetensors": "0" * 64}},
        truth=truth_entry(truth, sample.n_articles, source),
        is_conclusive=is_conclusive,
        primary="nDCG@10",
        reference=sample.reference,
        measures=list(MEASURES),
        recall_k=list(RECALL_K),
        as_of=_part(
            sample.n_queries - 2, is_there=sample.has_dates, otherwise="no article has a date"
        ),
        folder=_part(sample.n_queries - 1, is_there=sample.has_linked, otherwise=NO_LINKED),
        linked=_part(sample.n_queries // 3, is_there=sample.has_linked, otherwise=NO_LINKED),
        systems=[*systems, *(_absent(name, why) for name, why in sample.without_figures.items())],
        comparisons=_comparisons(sample, values, is_conclusive=is_conclusive),
        editors=catalogue(sample.n_articles, chosen, has_dates=sample.has_dates),
        pairs=pairs(rng),
        map=site_map(sample.n_articles, truth, rng),
        articles=articles,
        queries=[
            QueryEntry(
                article=q, group=q, truth=truth[q], lists={name: lists[name][q] for name in names}
            )
            for q in range(sample.n_queries)
        ],
        timings={"reading": 0.1, "ranking": 1.5},
    )


NO_LINKED = "every list names articles of the folder only"


def _article(sample: Sample, i: int, rng: np.random.Generator) -> ArticleEntry:
    words = " ".join(rng.choice(WORDS, 200))
    title = f"Article {i}: {words[:50]}"
    if sample.is_hostile and i < len(HOSTILE):
        title = HOSTILE[i]
    urls = {3: "javascript:alert(5)", 4: "/news/4", 5: "//evil.example/5", 6: None}
    return ArticleEntry(
        id=f"2024/article-{i}",
        title=title,
        excerpt=words[: sample.excerpt_length],
        url=urls.get(i, f"https://www.news.example/2024/article-{i}"),
        published=f"2024-{1 + i % 12:02}-{1 + i % 28:02}" if sample.has_dates else None,
        provider="News & <b>Views</b>" if i % 2 else None,
        topics=[WORDS[i % 10], WORDS[i % 7]],
        is_linked=sample.has_linked and i >= sample.n_articles - 5,
    )


def _truth(sample: Sample, query: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """One to five articles; with zero grades the last of several is one."""
    others = [i for i in range(sample.n_articles) if i != query]
    chosen = rng.choice(others, 1 + int(rng.integers(5)), replace=False).tolist()
    grades = [1] * len(chosen)
    if sample.has_zero_grades and len(grades) > 1:
        grades[-1] = 0
    return list(zip(chosen, grades, strict=True))


def _ranks(system: int, n: int, rng: np.random.Generator) -> list[int]:
    """A place of each entry, 0-based and unique; the later a system, the further down."""
    drawn = rng.exponential(6 + 14 * system, 4 * n).astype(int).tolist()
    unique = list(dict.fromkeys(drawn))
    return [*unique, *range(DEPTH, DEPTH + n)][:n]


def _list(
    sample: Sample,
    query: int,
    truth: list[tuple[int, int]],
    ranks: list[int],
    rng: np.random.Generator,
) -> list[int]:
    """Ten articles with the entries in their places."""
    at = {rank: article for rank, (article, _) in zip(ranks, truth, strict=True) if rank < 10}
    taken = {query, *(article for article, _ in truth)}
    rest = iter([i for i in rng.permutation(sample.n_articles).tolist() if i not in taken])
    return [at[rank] if rank in at else next(rest) for rank in range(10)]


def _system(
    sample: Sample,
    name: str,
    values: dict[str, list[float]],
    ranks: list[list[int]],
    lists: list[list[int]],
    *,
    is_conclusive: bool,
) -> SystemEntry:
    def means(scale: float) -> Measures:
        return {
            m: interval([min(1.0, scale * v) for v in row], is_conclusive=is_conclusive)
            for m, row in values.items()
        }

    flat = [place for places in ranks for place in places]
    return SystemEntry(
        name=name,
        label=LABELS[name],
        reason=None,
        is_in_sample=name in sample.in_sample,
        is_cross_validated=name == "popular",
        measures=means(1.0) | _judged(sample),
        as_of=means(1.1) if sample.has_dates else None,
        folder=means(0.9) if sample.has_linked else None,
        linked=means(0.5) if sample.has_linked else None,
        per_query=values,
        recall=[round(sum(place < k for place in flat) / len(flat), 6) for k in RECALL_K],
        catalogue=catalogue(sample.n_articles, lists, has_dates=sample.has_dates),
        seconds=0.5,
        reliability=reliability(ranks) if is_conclusive and name in SCORED else None,
    )


def _judged(sample: Sample) -> Measures:
    return {"judged@10": Interval(mean=0.25, low=0.2, high=0.3)} if sample.has_zero_grades else {}


def _absent(name: str, reason: str) -> SystemEntry:
    nothing = Interval(mean=None, low=None, high=None)
    return SystemEntry(
        name=name,
        label=f"The system “{name}”",
        reason=reason,
        is_in_sample=False,
        is_cross_validated=False,
        measures=dict.fromkeys(MEASURES, nothing),
        as_of=None,
        folder=None,
        linked=None,
        per_query={},
        recall=[],
        catalogue=None,
        seconds=0.0,
    )


def _comparisons(
    sample: Sample, values: dict[str, dict[str, list[float]]], *, is_conclusive: bool
) -> list[Comparison]:
    if sample.reference not in values:
        return []
    ours = np.array(values[sample.reference]["nDCG@10"])
    found = []
    for name in values:
        if name != sample.reference:
            difference = np.array(values[name]["nDCG@10"]) - ours
            found.append(comparison(name, difference, is_conclusive=is_conclusive))
    return found


def _part(n: int, *, is_there: bool, otherwise: str) -> Part:
    if is_there:
        return Part(n_queries=n, n_left_out=2, reason=None)
    return Part(n_queries=0, n_left_out=0, reason=otherwise)


def _corpus(sample: Sample, truth: Truths) -> Corpus:
    n_linked = 5 if sample.has_linked else 0
    return Corpus(
        name="sample <news>",
        sha256="a" * 64,
        n_articles=sample.n_articles - n_linked,
        n_linked=n_linked,
        n_candidates=sample.n_articles,
        n_lists=sample.n_queries,
        n_links=sum(map(len, truth)),
        first_date="2024-01-01" if sample.has_dates else None,
        last_date="2024-12-28" if sample.has_dates else None,
    )
