"""Joins judgements, answers and figures into the one document of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender import Article, Problem

from .answers import Answers
from .catalogue import LIST_LENGTH, Shown
from .collection import Collection
from .figures import Exam, Mean
from .measures import RECALL_K
from .pictures import pair_similarities, site_map
from .plan import Plan
from .qrels import Judgements
from .reliability import reliability
from .report import schema
from .scoreboard import Scoreboard
from .stories import Stories
from .systems import System
from .task import NOBODY
from .views import ALL, AS_OF, FOLDER, LINKED, Rows

N_UNRESOLVED_NAMED = 100
N_EXCERPT = 300
N_DIGITS = 6

_ONE_KIND = "every list names articles of the folder only"
WHY_ABSENT = {AS_OF: "no article has a date", FOLDER: _ONE_KIND, LINKED: _ONE_KIND}
WHY_EMPTY = {
    AS_OF: "no list names an article that was published by then",
    FOLDER: "no list names another article of the folder",
    LINKED: "no list names a linked article",
}


class Cited:
    """The articles that a report speaks of, numbered as they come up."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._numbers: dict[int, int] = {}

    def number(self, row: int) -> int:
        """Position of an article in the report."""
        return self._numbers.setdefault(int(row), len(self._numbers))

    def numbers(self, rows: Sequence[int] | NDArray[np.integer]) -> list[int]:
        """The same for many; places that nobody takes are left out."""
        return [self.number(row) for row in np.asarray(rows).tolist() if row != NOBODY]

    def entries(self) -> list[schema.ArticleEntry]:
        """All of them, in order of their numbers."""
        return [_article(self._collection.articles[row]) for row in self._numbers]


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that was found out, before it becomes a document.

    Attributes:
        plan: What was asked for.
        collection: The articles.
        judgements: What is right.
        exams: View to queries and truth.
        answers: System to lists.
        scores: The figures.
        asked: Rows that lists were made for.
        unresolved: List entries that name no article.
    """

    plan: Plan
    collection: Collection
    judgements: Judgements
    exams: Mapping[str, Exam]
    answers: Mapping[str, Answers]
    scores: Scoreboard
    asked: Rows
    unresolved: Sequence[Problem]

    def corpus(self, name: str, sha256: str, lists: Mapping[str, Sequence[str]]) -> schema.Corpus:
        """What was read."""
        collection = self.collection
        dates = sorted(a.published_at for a in collection.articles if a.published_at)
        return schema.Corpus(
            name=name,
            sha256=sha256,
            n_articles=int((~collection.is_linked).sum()),
            n_linked=int(collection.is_linked.sum()),
            n_candidates=int(collection.is_candidate.sum()),
            n_lists=len(lists),
            n_links=sum(map(len, lists.values())),
            first_date=dates[0].date().isoformat() if dates else None,
            last_date=dates[-1].date().isoformat() if dates else None,
        )

    def truth(self) -> schema.Truth:
        """What the systems are judged by, over the queries that count."""
        judgements = self.judgements
        lengths = [_n_relevant(grades) for grades in self.exams[ALL].truth.values()]
        return schema.Truth(
            source=judgements.source,
            n_queries=len(lengths),
            n_judged=sum(lengths),
            mean_length=round(float(np.mean(lengths)), N_DIGITS),
            longest=max(lengths),
            best_precision={
                str(k): round(float(np.mean(np.minimum(lengths, k)) / k), N_DIGITS) for k in (5, 10)
            },
            n_without_list=judgements.n_without_list,
            n_not_recommendable=judgements.n_not_recommendable,
            has_zero_grades=judgements.has_zero_grades,
            n_unresolved=len(self.unresolved),
            unresolved=[problem.message for problem in self.unresolved[:N_UNRESOLVED_NAMED]],
        )

    def part(self, view: str) -> schema.Part:
        """How many queries a view has, or why there are none."""
        exam = self.exams.get(view)
        if exam is None or not len(exam.queries):
            reason = WHY_ABSENT[view] if exam is None else WHY_EMPTY[view]
            return schema.Part(n_queries=0, n_left_out=0, reason=reason)
        return schema.Part(n_queries=len(exam.queries), n_left_out=exam.n_left_out, reason=None)

    def systems(self, stories: Stories, cited: Cited, corpus_hash: str) -> list[schema.SystemEntry]:
        """One entry a system, in the order of the plan."""
        return [self._system(system, stories, cited, corpus_hash) for system in self.plan.systems]

    def _system(
        self, system: System, stories: Stories, cited: Cited, corpus_hash: str
    ) -> schema.SystemEntry:
        name = system.name
        answer = self.answers[name]
        values = self.scores.values[ALL].get(name, {})
        return schema.SystemEntry(
            name=name,
            label=system.label,
            reason=answer.reason,
            is_in_sample=corpus_hash in system.fitted_on,
            is_cross_validated=system.learns,
            measures=self._means(ALL, name) or self._no_means(),
            as_of=self._means(AS_OF, name),
            folder=self._means(FOLDER, name),
            linked=self._means(LINKED, name),
            per_query={
                measure: values[measure].round(N_DIGITS).tolist()
                for measure in self.scores.measures
                if values
            },
            recall=[
                round(float(values[f"recall@{k}"].mean()), N_DIGITS) for k in RECALL_K if values
            ],
            catalogue=None if answer.reason else self._catalogue(name, stories, cited),
            seconds=round(answer.seconds, 3),
            reliability=reliability(self.exams[ALL], answer),
        )

    def _means(self, view: str, name: str) -> schema.Measures | None:
        found = self.scores.means.get(view, {}).get(name)
        return None if found is None else {m: _interval(mean) for m, mean in found.items()}

    def _no_means(self) -> schema.Measures:
        return {
            name: schema.Interval(mean=None, low=None, high=None) for name in self.scores.measures
        }

    def _catalogue(self, name: str, stories: Stories, cited: Cited) -> schema.Catalogue:
        lists = self.answers[name].lists[ALL][self.asked, :LIST_LENGTH]
        return self._looked_at(self.asked, lists, stories, cited)

    def editors(self, stories: Stories, cited: Cited) -> schema.Catalogue:
        """What the editors' own lists show."""
        exam = self.exams[ALL]
        lists = np.full((len(exam.queries), LIST_LENGTH), NOBODY, dtype=np.int32)
        for i, query in enumerate(exam.queries.tolist()):
            chosen = _relevant(exam.truth[query])[:LIST_LENGTH]
            lists[i, : len(chosen)] = chosen
        return self._looked_at(exam.queries, lists, stories, cited)

    def _looked_at(
        self, queries: Rows, lists: NDArray[np.int32], stories: Stories, cited: Cited
    ) -> schema.Catalogue:
        is_answered = lists[:, 0] != NOBODY
        shown = Shown(self.collection, stories, queries[is_answered], lists[is_answered])
        found = shown.catalogue()
        found["most_shown"] = [(cited.number(row), n) for row, n in found["most_shown"]]
        return found

    def comparisons(self) -> list[schema.Comparison]:
        """Every system against the reference."""
        return [
            schema.Comparison(
                system=system,
                difference=round(found.mean.mean, N_DIGITS),
                low=_rounded(found.mean.low),
                high=_rounded(found.mean.high),
                p=_rounded(found.p),
                p_holm=_rounded(found.p_holm),
                is_significant=found.is_significant,
                wins=found.wins,
                ties=found.ties,
                losses=found.losses,
            )
            for system, found in self.scores.differences.items()
        ]

    def queries(self, cited: Cited) -> list[schema.QueryEntry]:
        """Every query, with what is right and what each system gave."""
        exam = self.exams[ALL]
        given = {name: a.lists[ALL] for name, a in self.answers.items() if a.reason is None}
        return [
            schema.QueryEntry(
                article=cited.number(query),
                group=int(group),
                truth=[(cited.number(row), grade) for row, grade in exam.truth[query].items()],
                lists={
                    name: cited.numbers(lists[query, :LIST_LENGTH]) for name, lists in given.items()
                },
            )
            for query, group in zip(exam.queries.tolist(), exam.groups.tolist(), strict=True)
        ]

    def pairs(self) -> schema.Pairs | None:
        """Similarity of curated and random pairs."""
        rng = np.random.default_rng([self.plan.seed, 3])
        return pair_similarities(self.collection, self._links(), rng)

    def map(self, cited: Cited) -> schema.Map | None:
        """The map, with articles by their numbers."""
        rng = np.random.default_rng([self.plan.seed, 4])
        drawn = site_map(self.collection, self._links(), self.plan.seed, rng)
        if drawn is not None:
            drawn["articles"] = cited.numbers(drawn["articles"])
        return drawn

    def _links(self) -> dict[int, list[int]]:
        return {query: _relevant(grades) for query, grades in self.exams[ALL].truth.items()}


def _article(article: Article) -> schema.ArticleEntry:
    cut = len(article.excerpt) > N_EXCERPT
    return schema.ArticleEntry(
        id=article.id,
        title=article.title,
        excerpt=article.excerpt[: N_EXCERPT - 1] + "…" if cut else article.excerpt,
        url=article.url,
        published=article.published_at.date().isoformat() if article.published_at else None,
        provider=article.provider.name or article.provider.domain if article.provider else None,
        topics=list(article.topics),
        is_linked=article.is_linked,
    )


def _relevant(grades: Mapping[int, int]) -> list[int]:
    return [row for row, grade in grades.items() if grade]


def _n_relevant(grades: Mapping[int, int]) -> int:
    return len(_relevant(grades))


def _interval(mean: Mean) -> schema.Interval:
    return schema.Interval(
        mean=_rounded(mean.mean), low=_rounded(mean.low), high=_rounded(mean.high)
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, N_DIGITS)
