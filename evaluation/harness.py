"""The evaluation as a whole: judgements → questions → answers → figures → report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender import Fold, Policy, Problem, Recommender, folds_by_group, reciprocal_groups

from .answers import Answers, Questions
from .assembly import Cited, Findings
from .catalogue import LIST_LENGTH
from .circumstances import circumstances
from .collection import Collection
from .figures import MIN_QUERIES, Exam
from .measures import DEPTH, PRIMARY, RECALL_K
from .plan import Plan
from .qrels import Judgements, from_file, from_lists
from .report.schema import FORMAT, Report
from .scoreboard import measure_names, score
from .splits import folds_by_time
from .stories import Stories
from .systems import PRODUCT
from .task import NOBODY
from .views import ALL, AS_OF, FOLDER, LINKED, Rows, views_of

Progress = Callable[[str, int, int], None]

MAX_OTHERS = 20_000
"""Pages without a list of their own whose lists are looked at; of more, so many are drawn."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A report, with what it was computed from.

    Attributes:
        report: The document that all pages are made from.
        qrels: Query id to article id to grade.
        runs: System name to query id to article ids, best first, up to 100 deep.
    """

    report: Report
    qrels: Mapping[str, Mapping[str, int]]
    runs: Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class _Clock:
    """Seconds of each stage."""

    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.timings[stage] = round(time.perf_counter() - started, 3)


def evaluate(
    engine: Recommender,
    plan: Plan,
    *,
    corpus: str = "articles",
    unresolved: Sequence[Problem] = (),
    progress: Progress | None = None,
    now: datetime | None = None,
) -> Evaluation:
    """Measure systems against the hand-curated lists of an index.

    Args:
        engine: The open index.
        plan: What to measure, and how.
        corpus: What the report calls the articles.
        unresolved: List entries that name no article, as `build` found them.
        progress: Called with the stage ("ranking", "measuring"), what is done and the total.
        now: Aware; the date of the report. None: the present.

    Raises:
        QrelsError: There is no list or judgement to measure by, or the file is broken.
        RunError: An outside run cannot be read.
        ConfigError: The articles cannot be split as asked.
    """
    tell = progress or (lambda *_: None)
    clock = _Clock()
    with clock("reading"):
        collection = Collection.from_engine(engine)
        judgements = _judgements(engine, collection, plan)
        questions, exams = _prepare(collection, judgements, engine.lists, plan)
    with clock("ranking"):
        answers = _ask(questions, plan, tell)
    with clock("measuring"):
        scores = score(
            exams,
            answers,
            plan,
            reference=PRODUCT,
            measures=measure_names(has_zero_grades=judgements.has_zero_grades),
            advance=lambda done, total: tell("measuring", done, total),
        )
    findings = Findings(
        plan, collection, judgements, exams, answers, scores, questions.asked, unresolved
    )
    queries = exams[ALL].queries
    return Evaluation(
        report=_report(findings, engine, corpus, clock, now or datetime.now(UTC)),
        qrels={query: judgements.grades[query] for query in collection.ids(queries)},
        runs={
            name: _run(collection, queries, answer)
            for name, answer in answers.items()
            if answer.reason is None
        },
    )


def _judgements(engine: Recommender, collection: Collection, plan: Plan) -> Judgements:
    candidates = set(engine.candidates)
    queries = {article.id for article in collection.articles if not article.is_linked}
    if plan.judgements is None:
        return from_lists(engine.lists, candidates=candidates, queries=queries)
    return from_file(
        plan.judgements,
        find=lambda reference: engine.find(reference).id,
        candidates=candidates,
        queries=queries,
    )


def _prepare(
    collection: Collection,
    judgements: Judgements,
    lists: Mapping[str, Sequence[str]],
    plan: Plan,
) -> tuple[Questions, dict[str, Exam]]:
    """What is asked, and what is right, over the queries that the split leaves."""
    members = sorted({*judgements.grades, *lists})
    rows = np.array([collection.rows[member] for member in members], dtype=np.int64)
    groups = reciprocal_groups(_links(members, lists, judgements), members)
    folds = _folds(plan, groups, collection.published_at[rows])
    is_query = np.array([member in judgements.grades for member in members], dtype=bool)
    if plan.split == "time":
        is_query &= np.isin(np.arange(len(members)), np.concatenate([f.test for f in folds]))
    queries = rows[is_query]
    readable = np.flatnonzero(collection.is_candidate & ~collection.is_linked)
    left_out = np.setdiff1d(rows, queries) if plan.split == "time" else rows[:0]
    views = views_of(collection, plan.tolerance_days)
    drawn = _drawn(np.setdiff1d(readable, np.union1d(queries, left_out)), plan.seed)
    asked = np.union1d(queries, drawn)
    truth = {
        collection.rows[query]: {collection.rows[doc]: grade for doc, grade in grades.items()}
        for query, grades in judgements.grades.items()
    }
    return (
        Questions(collection, views, asked, rows, folds, lists, plan.seed),
        {
            name: Exam.under(name, view, queries, groups[is_query], truth)
            for name, view in views.items()
        },
    )


def _drawn(rows: Rows, seed: int) -> Rows:
    """All of a site's other pages or, of a very large one, as many as can be looked at."""
    if len(rows) <= MAX_OTHERS:
        return rows
    return np.random.default_rng([seed, 6]).choice(rows, MAX_OTHERS, replace=False)


def _links(
    members: Sequence[str], lists: Mapping[str, Sequence[str]], judgements: Judgements
) -> dict[str, list[str]]:
    """Who names whom, in a list or as a relevant judgement."""
    grades = judgements.grades
    return {
        member: [
            *lists.get(member, ()),
            *(doc for doc, grade in grades.get(member, {}).items() if grade),
        ]
        for member in members
    }


def _folds(plan: Plan, groups: Rows, times: NDArray[np.float64]) -> list[Fold]:
    """None where all lists hang together, so that there are no lists of others."""
    if plan.split == "time":
        return folds_by_time(times, groups, plan.folds)
    n_folds = min(plan.folds, len(np.unique(groups)))
    if n_folds < 2:  # noqa: PLR2004 - one to learn from, one to test
        return []
    return folds_by_group(groups, n_folds, np.random.default_rng(plan.seed))


def _ask(questions: Questions, plan: Plan, tell: Progress) -> dict[str, Answers]:
    answers = {}
    for i, system in enumerate(plan.systems):
        tell("ranking", i, len(plan.systems))
        answers[system.name] = questions.ask(system)
    tell("ranking", len(plan.systems), len(plan.systems))
    return answers


def _run(collection: Collection, queries: Rows, answer: Answers) -> dict[str, list[str]]:
    lists = answer.lists[ALL][queries]
    return {
        query: collection.ids(ranked[ranked != NOBODY])
        for query, ranked in zip(collection.ids(queries), lists, strict=True)
    }


def _report(
    findings: Findings, engine: Recommender, corpus: str, clock: _Clock, now: datetime
) -> Report:
    cited = Cited(findings.collection)
    stories = Stories(findings.collection)
    with clock("looking at lists"):
        systems = findings.systems(stories, cited, engine.corpus_hash)
        editors = findings.editors(stories, cited)
    with clock("drawing the map"):
        site_map = findings.map(cited)
    return Report(
        format=FORMAT,
        made=circumstances(now),
        settings=_settings(findings.plan, engine.policy),
        corpus=findings.corpus(corpus, engine.corpus_hash, engine.lists),
        model={
            "name": engine.model.name,
            "fingerprint": engine.model.fingerprint,
            "files": dict(engine.model.files),
        },
        truth=findings.truth(),
        is_conclusive=findings.exams[ALL].is_conclusive,
        primary=PRIMARY,
        reference=PRODUCT,
        measures=list(findings.scores.measures),
        recall_k=list(RECALL_K),
        as_of=findings.part(AS_OF),
        folder=findings.part(FOLDER),
        linked=findings.part(LINKED),
        systems=systems,
        comparisons=findings.comparisons(),
        editors=editors,
        pairs=findings.pairs(),
        map=site_map,
        queries=findings.queries(cited),
        articles=cited.entries(),
        timings=clock.timings,
    )


def _settings(plan: Plan, policy: Policy) -> dict[str, Any]:
    return {
        "systems": [system.name for system in plan.systems],
        "judgements": None if plan.judgements is None else plan.judgements.name,
        "folds": plan.folds,
        "split": plan.split,
        "seed": plan.seed,
        "tolerance_days": plan.tolerance_days,
        "n_resamples": plan.n_resamples,
        "n_permutations": plan.n_permutations,
        "depth": DEPTH,
        "list_length": LIST_LENGTH,
        "min_queries": MIN_QUERIES,
        "policy": asdict(policy),
    }
