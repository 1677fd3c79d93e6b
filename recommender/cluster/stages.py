"""The stages of `index`, in their order: each is a room's work, spread over parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from recommender.cluster import (
    arranging,
    celling,
    claiming,
    encoding,
    mentioning,
    naming,
    posting,
    searching,
    settling,
    wording,
)
from recommender.cluster.whole import Whole
from recommender.embedding.texts import TEXT_RECIPE

if TYPE_CHECKING:
    from recommender.cluster.tasks import Part
    from recommender.cluster.workplace import Workplace
    from recommender.embedding.encoder import Encoder
    from recommender.embedding.registry import Model

    Parts = Sequence[Part]
    Buckets = Sequence[tuple[int]]


@dataclass(frozen=True, slots=True)
class Arranged:
    """Articles in the order of their ids.

    Attributes:
        parts: Those of each range.
        starts: The first row of each range, and where the last one ends.
        limits: The first id of each range but the first.
        resolved: What the lists of each part that was read mean.
        kept: Those that were read and have an address of their own, part by part.
    """

    parts: Parts
    starts: Sequence[int]
    limits: Sequence[str]
    resolved: Parts
    kept: Parts

    @property
    def n(self) -> int:
        """Number of all articles, linked ones included."""
        return self.starts[-1]


def arrange(place: Workplace, read: Parts, limits: Sequence[str], site_url: str | None) -> Arranged:
    """Resolve lists, and put articles in order, linked ones among them."""
    buckets = [(number,) for number in range(len(limits) + 1)]
    kept = _kept(place, read, buckets, site_url)
    resolved = _resolved(place, kept, buckets, limits, site_url)
    scattered = place.stage("scatter", arranging.scatter, _each(kept), (limits,))
    parts = place.stage("arrange", arranging.arrange, buckets, (scattered, resolved))
    return Arranged(parts, arranging.starts_of(parts), limits, resolved, kept)


def _kept(place: Workplace, read: Parts, buckets: Buckets, site_url: str | None) -> Parts:
    """What was read, without those whose web address another one has."""
    numbered = [(part, number) for number, part in enumerate(read)]
    claims = place.stage("claims", claiming.claim, numbered, (site_url, len(buckets)))
    decided = place.stage("decide", claiming.decide, buckets, (claims,))
    if not any(part.facts["n"] for part in decided):
        return read
    return place.stage("keep", claiming.keep, numbered, (decided,))


def _resolved(
    place: Workplace, read: Parts, buckets: Buckets, limits: Sequence[str], site_url: str | None
) -> Parts:
    numbered = [(part, number) for number, part in enumerate(read)]
    named = place.stage("names", naming.name_articles, numbered, (site_url, len(buckets)))
    answers = place.stage("answers", naming.answer_names, buckets, (named,))
    return place.stage("resolve", naming.resolve_part, numbered, (answers, site_url, limits))


def gather_lists(place: Workplace, of: Arranged) -> Part:
    """The editors' lists, by rows."""
    items = _placed(of.parts, of)
    sources = place.stage("list-sources", arranging.place_sources, items, (of.resolved, of.limits))
    entries = place.stage("list-entries", arranging.place_entries, items, (sources,))
    return place.alone("editors-lists", arranging.gather_lists, entries, of.n)


def encode(place: Workplace, of: Arranged, source: Encoder | Model) -> Parts:
    """Vectors, by workers that load the model once."""
    name, tool = encoding.stage_name(source), partial(encoding.Encoding, source)
    return place.stage(name, encoding.encode, _each(of.parts), (TEXT_RECIPE,), tool)


def weigh(place: Workplace, of: Arranged) -> tuple[Part, Parts]:
    """The vocabulary, and what each article says in its terms."""
    counted = place.stage("count", wording.count_terms, _each(of.parts), (len(of.parts),))
    summed = place.stage("sum", wording.sum_terms, _numbers(counted), (counted,))
    vocabulary = place.alone("vocabulary", wording.gather_vocabulary, summed)
    return vocabulary, place.stage("weigh", wording.weigh, _each(of.parts), (vocabulary, of.n))


def mention(place: Workplace, of: Arranged, vocabulary: Part, weighed: Parts) -> Part:
    """Who mentions whom."""
    n, starts = len(weighed), of.starts
    started = [(part, start) for part, _, start in _placed(weighed, of)]
    titles = place.stage("titles", mentioning.ask_titles, started, (vocabulary, n))
    asked = place.alone("asked", mentioning.gather_asked, titles)
    held = place.stage("holders", mentioning.hold_words, started, (asked, n))
    met = place.stage("pairs", mentioning.meet, _numbers(weighed), (titles, held, starts))
    all_titles = place.alone("all-titles", mentioning.gather_titles, weighed)
    found = place.stage("verify", mentioning.verify, _placed(weighed, of), (all_titles, met))
    counts = place.alone("mentioning", mentioning.count_mentioning, found, of.n)
    items = [(of_one, *place_) for of_one, place_ in zip(found, started, strict=True)]
    cut = place.stage("cut", mentioning.cut, items, (counts, starts))
    told = place.stage("others", mentioning.tell_apart, _placed(weighed, of), (cut,))
    return place.alone("mentions", mentioning.gather_mentions, told, weighed, of.n)


def settle(
    place: Workplace, of: Arranged, vectors: Parts, weighed: Parts, n_articles: int
) -> tuple[Part, Part, Parts]:
    """The middles of cells, the cell of each article, and groups of cells with their articles."""
    trained = place.alone("train", celling.train, vectors, of.n)
    assigned = place.stage("assign", celling.assign, _each(vectors), (trained, of.n))
    cells = place.alone("cells", celling.gather_cells, assigned, trained, n_articles)
    items = list(zip(weighed, of.starts, strict=False))
    sent = place.stage("send", settling.send, items, (cells,))
    groups = [(group,) for group in range(cells.facts["n_groups"])]
    return trained, cells, place.stage("settle", settling.settle, groups, (sent, cells))


def post(place: Workplace, of: Arranged, weighed: Parts) -> Part:
    """The articles of each term."""
    items = list(zip(weighed, of.starts, strict=False))
    posts = place.stage("posts", posting.post, items, (of.n, len(weighed)))
    merged = place.stage("merge", posting.merge_posts, _numbers(posts), (posts, of.n))
    return place.alone("postings", posting.gather_postings, merged)


def gather_vectors(place: Workplace, of: Arranged, vectors: Parts) -> Part:
    """All vectors, for those who compare some of them."""
    dim = vectors[0].facts["dim"]
    return place.alone("all-vectors", encoding.gather_vectors, vectors, of.n, dim)


def whole_of(
    place: Workplace, of: Arranged, lists: Part, vectors: Parts, n_articles: int
) -> tuple[Whole, Parts, Parts]:
    """Everything that lists are made of: of the whole, and of each group's articles."""
    vocabulary, weighed = weigh(place, of)
    mentions = mention(place, of, vocabulary, weighed)
    trained, cells, settled = settle(place, of, vectors, weighed, n_articles)
    postings = post(place, of, weighed)
    all_vectors = gather_vectors(place, of, vectors)
    shared = all_vectors, cells, trained, postings
    searched = place.stage("search", searching.search, _each(settled), shared)
    nearness = place.alone("nearness", searching.gather_nearness, searched, weighed, of.n)
    whole = Whole(
        n=of.n,
        vectors=all_vectors,
        cells=cells,
        vocabulary=vocabulary,
        postings=postings,
        mentions=mentions,
        nearness=nearness,
        lists=lists,
        conditions=tuple(nearness.facts["conditions"]),
        n_lists=lists.facts["n_lists"],
    )
    return whole, settled, searched


def _each(parts: Parts) -> list[tuple[Part]]:
    return [(part,) for part in parts]


def _numbers(parts: Parts) -> list[tuple[int]]:
    return [(number,) for number in range(len(parts))]


def _placed(parts: Parts, of: Arranged) -> list[tuple[Part, int, int]]:
    """Parts with their numbers and their first rows."""
    return [(part, number, of.starts[number]) for number, part in enumerate(parts)]
