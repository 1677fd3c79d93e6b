"""What was measured, by what, and what the figures cannot say."""

from __future__ import annotations

from collections.abc import Iterator

from .reading import Reading, label
from .summary import chosen
from .texts import clean
from .wording import count, decimal, listed, share


def measured(reading: Reading) -> str:
    """What the main figure is, in words for people who never met it."""
    return (
        f"{reading.primary} looks at the first ten suggestions: 1 when {chosen(reading)} stand at "
        "the very top, 0 when none of them is among the ten, and less the further down they stand."
    )


def truth_sentences(reading: Reading) -> Iterator[str]:
    """What the systems were judged by, and what was left out of it."""
    report, truth = reading.report, reading.report["truth"]
    corpus = report["corpus"]
    source = (
        "the related lists that editors made by hand"
        if truth["source"] == "lists"
        else f"the judgements in {clean(truth['source'])}"
    )
    yield (
        f"Judged by {source}: {count(truth['n_queries'], 'article')} with a list, "
        f"{decimal(truth['mean_length'], 1)} entries on average, {truth['longest']} at most."
    )
    linked = f" and {count(corpus['n_linked'], 'linked one')}" if corpus["n_linked"] else ""
    yield (
        f"For each of them a system orders {count(corpus['n_candidates'], 'candidate')}, itself "
        f"left out; {count(corpus['n_articles'], 'article')} of the folder{linked} were read."
    )
    best = [f"precision@{k} {share(value)}" for k, value in truth["best_precision"].items()]
    yield (
        "Lists are short, so even perfect suggestions cannot fill the places with listed articles: "
        f"the best reachable {' and '.join(best)}."
    )
    yield from _left_out(reading)


def _left_out(reading: Reading) -> Iterator[str]:
    truth, as_of = reading.report["truth"], reading.report["as_of"]
    if truth["n_without_list"]:
        yield f"{count(truth['n_without_list'], 'article')} without a list cannot be judged."
    if truth["n_not_recommendable"]:
        n = truth["n_not_recommendable"]
        yield f"{count(n, 'entry', 'entries')} naming an article that the site hides: left out."
    if truth["n_unresolved"]:
        n = truth["n_unresolved"]
        yield f"{count(n, 'list entry', 'list entries')} naming no article of the site: left out."
    if as_of["reason"] is None:
        days = reading.report["settings"].get("tolerance_days")
        tolerance = f", plus {days:g} days" if isinstance(days, int | float) and days else ""
        yield (
            "“Published by then” looks only at articles that were out when the article appeared"
            f"{tolerance}: {count(as_of['n_queries'], 'article')}, "
            f"{count(as_of['n_left_out'], 'other')} had no listed article by then."
        )


def limit_sentences(reading: Reading) -> Iterator[str]:
    """What a reader must not conclude."""
    if not reading.is_conclusive:
        yield (
            f"{count(reading.report['truth']['n_queries'], 'article')} with a list are too few to "
            "conclude: there are no intervals and no tests, and the order of systems may be chance."
        )
    yield (
        "A suggestion that no editor listed counts as wrong here, though it may be just as good: "
        "nobody read all pairs of articles. The figures say how far a system agrees with the "
        "editors, not how many of its suggestions are good."
    )
    yield (
        "Lists show what editors knew and had time for. A system that makes the same choices for "
        "the same reasons is rewarded, one that surprises well is not."
    )
    yield (
        "Whether readers click, stay or return is not measured here; only an experiment on the "
        "site can say that."
    )
    for system in reading.with_figures:
        if system["is_in_sample"]:
            yield (
                f"{label(system)} was fitted on these very lists (in-sample): its figures are too "
                "good and must never be quoted."
            )
    learned = [label(s) for s in reading.fair if s["is_cross_validated"]]
    if learned:
        verb = "learns" if len(learned) == 1 else "learn"
        yield f"{listed(learned)} {verb} from lists, but never from the ones in the test."


def missing_sentences(reading: Reading) -> list[str]:
    """Systems without figures, and why."""
    return [
        f"{label(system)}: not measured, {clean(system['reason'] or '').rstrip('.')}."
        for system in reading.without_figures
    ]
