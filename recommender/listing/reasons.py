"""What two articles have in common → one plain sentence, in the order of what counted most."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from recommender.records import Article, Origin

N_WORDS = 3
N_CLAUSES = 3

LEAST = 0.25
"""What moved the article by less than this share of what moved it most is not named."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An article that is read, one that is recommended, and what ranking knows of both.

    Attributes:
        article: What is read.
        candidate: What is recommended.
        words: Rare words that both have, the weightiest first.
        n_naming: How many other articles name the candidate's title word by word.
        lister: Title of the article whose list holds the candidate and which is most like the one
            that is read; None where there is none.
    """

    article: Article
    candidate: Article
    words: Sequence[str]
    n_naming: int
    lister: str | None


def reason(pair: Pair, contributions: Mapping[str, float], origin: Origin) -> str | None:
    """One sentence; None where nothing that can be said speaks for the candidate.

    Args:
        pair: What it is about.
        contributions: Signal name to what it added to the raw score; empty where ranking had not
            considered the candidate.
        origin: Who put it into the list.
    """
    if origin == "pinned":
        return "It is pinned to this list by the editors."
    clauses = ["was put into this list by an editor"] if origin == "curated" else []
    clauses += _clauses(pair, contributions)[:N_CLAUSES]
    return _sentence(clauses) if clauses else None


def _clauses(pair: Pair, contributions: Mapping[str, float]) -> list[str]:
    """What can be said, that which counted most first."""
    moved = [sum(contributions.get(name, 0.0) for name in names) for names, _ in KINDS]
    least = max(0.0, LEAST * max(moved))
    order = sorted(range(len(KINDS)), key=lambda i: -moved[i])
    said = [KINDS[i][1](pair) for i in order if moved[i] > least]
    return [clause for clause in said if clause]


def _words(pair: Pair) -> str:
    words = [f"“{word}”" for word in pair.words[:N_WORDS]]
    return f"shares the word{'s' * (len(words) > 1)} {_joined(words)}" if words else ""


def _meaning(_: Pair) -> str:
    return "is close in meaning"


def _topics(pair: Pair) -> str:
    shared = _shared(pair.article.topics, pair.candidate.topics)[:N_WORDS]
    return f"has the topic{'s' * (len(shared) > 1)} {_joined(shared)} in common" if shared else ""


def _time(pair: Pair) -> str:
    before, after = pair.article.published_at, pair.candidate.published_at
    if before is None or after is None:
        return ""
    days = round((after - before).total_seconds() / 86_400)
    if not days:
        return "appeared at the same time"
    return f"appeared {abs(days):,} day{'s' * (abs(days) > 1)} {'later' if days > 0 else 'earlier'}"


def _author(pair: Pair) -> str:
    shared = _shared(pair.article.authors, pair.candidate.authors)
    return f"is by {_joined(shared[:N_WORDS])} too" if shared else ""


def _provider(pair: Pair) -> str:
    provider = pair.candidate.provider
    name = provider and (provider.name or provider.domain)
    return f"is from {name} too" if name else ""


def _folder(pair: Pair) -> str:
    folder = pair.candidate.id.rpartition("/")[0]
    is_shared = folder and pair.article.id.startswith(f"{folder}/")
    return f"stands in the same folder, {folder}" if is_shared else ""


def _fame(pair: Pair) -> str:
    n = pair.n_naming
    return f"is named by {n:,} other article{'s' * (n > 1)}" if n else ""


def _mentions(_: Pair) -> str:
    return "is spoken of by articles like this one"


def _lists(pair: Pair) -> str:
    return f"is linked by editors from “{pair.lister}” as well" if pair.lister else ""


def _nothing(_: Pair) -> str:
    return ""


KINDS: Sequence[tuple[tuple[str, ...], Callable[[Pair], str]]] = (
    (
        (
            *("words", "word_rank_back", "letters"),
            *("title_in_query", "query_title_in_text", "query_title_in_lead", "rarest_word"),
        ),
        _words,
    ),
    (("vectors", "vector_rank", "vector_rank_back"), _meaning),
    (("topics",), _topics),
    (("closeness_in_time", "older"), _time),
    (("author",), _author),
    (("provider",), _provider),
    (("folder",), _folder),
    (("named", "page_rank"), _fame),
    (("neighbours_mention", "neighbours_name", "mentioned_together"), _mentions),
    (
        (
            *("listed", "neighbours_list", "neighbours_list_more"),
            *("near_and_listed", "near_and_neighbours_list", "near_and_neighbours_list_more"),
        ),
        _lists,
    ),
    (("body_length",), _nothing),
)
"""Signals that say the same kind of thing, and how it is said."""


def _shared(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """What stands in both, whatever its case, as the first has it."""
    level = {name.casefold() for name in second}
    return [name for name in first if name.casefold() in level]


def _joined(parts: Sequence[str]) -> str:
    *firsts, last = parts
    return f"{', '.join(firsts)} and {last}" if firsts else last


def _sentence(clauses: Sequence[str]) -> str:
    """A comma stands before the last of more than two, as clauses may hold an “and” themselves."""
    *firsts, last = clauses
    comma = "," * (len(firsts) > 1)
    return f"It {', '.join(firsts)}{comma} and {last}." if firsts else f"It {last}."
