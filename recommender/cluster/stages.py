"""The stages of `index`, in their order: each is a room's work, spread over parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from recommender.cluster import (
    arranging,
    celling,
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


@dataclass(frozen=True, slots=True)
class Arranged:
    """Articles in the order of their ids.

    Attributes:
        parts: Those of each range.
        starts: The first row of each range, and where the last one ends.
        limits: The first id of each range but the first.
        resolved: What the lists of each part that was read mean.
    """

    parts: Parts
    starts: Sequence[int]
    limits: Sequence[str]
    resolved: Parts

    @property
    def n(self) -> int:
        """Number of all articles, linked ones included."""
        return self.starts[-1]


def arrange(place: Workplace, read: Parts, limits: Sequence[str], site_url: str | None) -> Arranged:
    """Resolve lists, and put articles in order, linked ones among them."""
    resolved = _resolved(place, read, limits, site_url)
    scattered = place.stage("scatter", arranging.scatter, [(part, limits) for part in read])
    ranges = range(len(limits) + 1)
    items = [(scattered, resolved, number) for number in ranges]
    parts = place.stage("arrange", arranging.arrange, items)
    return Arranged(parts, arranging.starts_of(parts), limits, resolved)


def _resolved(place: Workplace, read: Parts, limits: Sequence[str], site_url: str | None) -> Parts:
    n = len(read)
    items = [(part, number, site_url, n) for number, part in enumerate(read)]
    named = place.stage("names", naming.name_articles, items)
    answers = place.stage("answers", naming.answer_names, [(named, bucket) for bucket in range(n)])
    asking = [(part, number, answers, site_url, limits) for number, part in enumerate(read)]
    return place.stage("resolve", naming.resolve_part, asking)


def gather_lists(place: Workplace, of: Arranged) -> Part:
    """The editors' lists, by rows."""
    numbered = list(enumerate(zip(of.parts, of.starts, strict=False)))
    items = [(of.resolved, part, i, start, of.limits) for i, (part, start) in numbered]
    sources = place.stage("list-sources", arranging.place_sources, items)
    placed = [(sources, part, i, start) for i, (part, start) in numbered]
    entries = place.stage("list-entries", arranging.place_entries, placed)
    return place.alone("lists", arranging.gather_lists, entries, of.n)


def encode(place: Workplace, of: Arranged, source: Encoder | Model) -> Parts:
    """Vectors, by workers that load the model once."""
    name, tool = encoding.stage_name(source), partial(encoding.Encoding, source)
    return place.stage(name, encoding.encode, [(part, TEXT_RECIPE) for part in of.parts], tool)


def weigh(place: Workplace, of: Arranged) -> tuple[Part, Parts]:
    """The vocabulary, and what each article says in its terms."""
    n_buckets = len(of.parts)
    counted = place.stage("count", wording.count_terms, [(part, n_buckets) for part in of.parts])
    items = [(counted, bucket) for bucket in range(n_buckets)]
    summed = place.stage("sum", wording.sum_terms, items)
    vocabulary = place.alone("vocabulary", wording.gather_vocabulary, summed)
    weighed = [(part, vocabulary, of.n) for part in of.parts]
    return vocabulary, place.stage("weigh", wording.weigh, weighed)


def mention(place: Workplace, of: Arranged, vocabulary: Part, weighed: Parts) -> Part:
    """Who mentions whom."""
    numbered = list(enumerate(zip(weighed, of.starts, strict=False)))
    n_buckets, starts = len(weighed), of.starts
    items = [(part, start, vocabulary, n_buckets) for _, (part, start) in numbered]
    titles = place.stage("titles", mentioning.ask_titles, items)
    asked = place.alone("asked", mentioning.gather_asked, titles)
    holding = [(part, start, asked, n_buckets) for _, (part, start) in numbered]
    held = place.stage("holders", mentioning.hold_words, holding)
    pairs = [(titles, held, bucket, starts) for bucket in range(n_buckets)]
    met = place.stage("pairs", mentioning.meet, pairs)
    items_met = [(met, part, i, start) for i, (part, start) in numbered]
    found = place.stage("verify", mentioning.verify, items_met)
    counts = place.alone("mentioning", mentioning.count_mentioning, found, of.n)
    to_cut = [(found[i], part, counts, start, starts) for i, (part, start) in numbered]
    cut = place.stage("cut", mentioning.cut, to_cut)
    to_tell = [(cut, part, i, start) for i, (part, start) in numbered]
    told = place.stage("others", mentioning.tell_apart, to_tell)
    return place.alone("mentions", mentioning.gather_mentions, told, weighed, of.n)


def settle(
    place: Workplace, of: Arranged, vectors: Parts, weighed: Parts, n_articles: int
) -> tuple[Part, Part, Parts]:
    """The middles of cells, the cell of each article, and groups of cells with their articles."""
    trained = place.alone("train", celling.train, vectors, of.n)
    assigned = place.stage("assign", celling.assign, [(part, trained) for part in vectors])
    cells = place.alone("cells", celling.gather_cells, assigned, trained, n_articles)
    items = [
        (of_vectors, part, start, cells)
        for of_vectors, part, start in zip(vectors, weighed, of.starts, strict=False)
    ]
    sent = place.stage("send", settling.send, items)
    groups = range(cells.facts["n_groups"])
    return trained, cells, place.stage("settle", settling.settle, [(sent, g) for g in groups])


def post(place: Workplace, of: Arranged, weighed: Parts) -> Part:
    """The articles of each term."""
    n_buckets = len(weighed)
    pairs = zip(weighed, of.starts, strict=False)
    items = [(part, start, of.n, n_buckets) for part, start in pairs]
    posts = place.stage("posts", posting.post, items)
    merging = [(posts, bucket, of.n) for bucket in range(n_buckets)]
    merged = place.stage("merge", posting.merge_posts, merging)
    return place.alone("postings", posting.gather_postings, merged)


def search(place: Workplace, settled: Parts, cells: Part, trained: Part, postings: Part) -> Parts:
    """Who comes into question for each article."""
    items = [(settled, g, cells, trained, postings) for g in range(len(settled))]
    return place.stage("search", searching.search, items)


def whole_of(
    place: Workplace, of: Arranged, lists: Part, vectors: Parts, n_articles: int
) -> tuple[Whole, Parts, Parts]:
    """Everything that lists are made of: of the whole, and of each group's articles."""
    vocabulary, weighed = weigh(place, of)
    mentions = mention(place, of, vocabulary, weighed)
    trained, cells, settled = settle(place, of, vectors, weighed, n_articles)
    postings = post(place, of, weighed)
    searched = search(place, settled, cells, trained, postings)
    nearness = place.alone("nearness", searching.gather_nearness, searched, weighed, of.n)
    whole = Whole(
        n=of.n,
        cells=cells,
        vocabulary=vocabulary,
        postings=postings,
        mentions=mentions,
        nearness=nearness,
        lists=lists,
        conditions=nearness.facts["conditions"],
        n_lists=lists.facts["n_lists"],
    )
    return whole, settled, searched
