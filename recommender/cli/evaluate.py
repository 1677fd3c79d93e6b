"""`recommender evaluate`: how well every system agrees with the hand-curated lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recommender.cli.report_table import print_report
from recommender.cli.reports import require_evaluation
from recommender.cli.terminal import count, harmless, progress_bar

if TYPE_CHECKING:
    from evaluation import Evaluation, Plan
    from evaluation.report.schema import Report
    from recommender import Settings

DEFAULT_OUTPUT = Path("recommender-report")
EXIT_NOT_REACHED = 3
_THRESHOLD = re.compile(r"(?:([a-z0-9+_-]+):)?([A-Za-z_]+@\d+)=(0|1|0?\.\d+|[01]\.\d+)")


@dataclass(frozen=True, slots=True)
class Threshold:
    """What `--fail-under` demands; without a system, of the product's own order."""

    system: str | None
    measure: str
    value: float


def _thresholds(_: object, __: object, texts: Sequence[str]) -> list[Threshold]:
    found = []
    for text in texts:
        match = _THRESHOLD.fullmatch(text)
        if not match or float(match[3]) > 1:
            raise click.BadParameter(
                f"found “{harmless(text)}”; expected [SYSTEM:]MEASURE=VALUE with a value from 0 to "
                "1, such as nDCG@10=0.30 or tfidf:nDCG@10=0.25."
            )
        found.append(Threshold(match[1], match[2], float(match[3])))
    return found


def _named_files(_: object, __: object, texts: Sequence[str]) -> list[tuple[str, Path]]:
    parts = [text.partition("=") for text in texts]
    for text, (name, _, path) in zip(texts, parts, strict=True):
        if not name or not Path(path).is_file():
            raise click.BadParameter(
                f"found “{harmless(text)}”; expected NAME=FILE with a file that is there, such as "
                "mine=mine.trec."
            )
    return [(name, Path(path)) for name, _, path in parts]


@click.command("evaluate")
@click.argument("articles", type=click.Path(path_type=Path), required=False)
@click.option(
    "--index", type=click.Path(path_type=Path), help="Index directory.  [default: .recommender]"
)
@click.option("--model", help="Registry name, folder or hub name of the embedding model.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_OUTPUT,
    show_default=True,
    help="Folder for the report.",
)
@click.option("--systems", help="Names, separated by commas.  [default: all]")
@click.option(
    "--run",
    "runs",
    multiple=True,
    metavar="NAME=FILE",
    callback=_named_files,
    help="A further system, as a TREC run; may be given again.",
)
@click.option(
    "--judgements",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Graded judgements instead of the lists: a TSV or TREC qrels file.",
)
@click.option(
    "--folds",
    type=click.IntRange(min=2),
    default=5,
    show_default=True,
    help="Folds of the cross-validation of systems that learn.",
)
@click.option(
    "--split",
    type=click.Choice(("groups", "time")),
    default="groups",
    show_default=True,
    help="Learn from the lists of other groups, or from older ones only.",
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What our ranking starts from.  [default: the shipped weights]",
)
@click.option(
    "--tolerance-days",
    type=click.FloatRange(min=0),
    default=2.0,
    show_default=True,
    help="How much newer than an article another may be in its as-of figures.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--fail-under",
    "thresholds",
    multiple=True,
    metavar="[SYSTEM:]MEASURE=VALUE",
    callback=_thresholds,
    help="Exit with 3 when a mean is below VALUE; may be given again.",
)
@click.pass_context
def command(
    ctx: click.Context, /, articles: Path | None, index: Path | None, **options: Any
) -> None:
    """Measure every system against the hand-curated related lists of ARTICLES.

    Brings the index up to date first, as `recommender index` does. Writes report.html, report.md,
    report.json and TREC files, and prints the table.
    """
    require_evaluation()
    from evaluation import write_report
    from recommender import Settings

    settings = Settings.from_file(ctx.obj)
    plan = _plan(options)
    _refuse_unknown(options["thresholds"], plan)
    evaluation = _evaluate(articles, index, options["model"], settings, plan)
    page = write_report(evaluation, options["output"])
    print_report(evaluation.report)
    click.echo(f"report: {harmless(str(page))}")
    if failures := list(_failures(evaluation.report, options["thresholds"])):
        for line in failures:
            click.echo(f"recommender: {harmless(line)}", err=True)
        ctx.exit(EXIT_NOT_REACHED)


def _plan(options: dict[str, Any]) -> Plan:
    from evaluation import OutsideRun, Plan, standard_systems
    from recommender import Weights

    names = options["systems"]
    systems = standard_systems(
        names and [name.strip() for name in names.split(",")],
        options["weights"] and Weights.from_file(options["weights"]),
    )
    return Plan(
        systems=[*systems, *(OutsideRun(name, path) for name, path in options["runs"])],
        judgements=options["judgements"],
        folds=options["folds"],
        split=options["split"],
        seed=options["seed"],
        tolerance_days=options["tolerance_days"],
    )


def _evaluate(
    articles: Path | None, index: Path | None, model: str | None, settings: Settings, plan: Plan
) -> Evaluation:
    from evaluation import evaluate
    from recommender import Recommender, build

    with progress_bar() as progress:
        built = build(articles, index=index, model=model, settings=settings, progress=progress)
        if built.n_skipped:
            click.echo(
                f"{count(built.n_skipped, 'file')} skipped; `recommender index` says why.", err=True
            )
        folder = articles or settings.articles
        return evaluate(
            Recommender.open(built.index, settings=settings),
            plan,
            corpus=folder.resolve().name if folder else "articles",
            unresolved=built.unresolved,
            progress=progress,
        )


def _refuse_unknown(thresholds: Iterable[Threshold], plan: Plan) -> None:
    from evaluation import MEASURES, PRODUCT

    systems = [system.name for system in plan.systems]
    for threshold in thresholds:
        for kind, name, known in (
            ("measure", threshold.measure, MEASURES),
            ("system", threshold.system or PRODUCT, systems),
        ):
            if name not in known:
                raise click.BadParameter(
                    f"there is no {kind} “{name}”; expected one of {', '.join(known)}.",
                    param_hint="--fail-under",
                )


def _failures(report: Report, thresholds: Iterable[Threshold]) -> Iterable[str]:
    by_name = {system["name"]: system for system in report["systems"]}
    for threshold in thresholds:
        name = threshold.system or report["reference"]
        system = by_name[name]
        measured = system["measures"].get(threshold.measure)
        mean = measured["mean"] if measured else None
        if mean is None:
            reason = system["reason"] or "the judgements hold no zero grades"
            yield f"{threshold.measure} of {name} cannot be measured: {reason}."
        elif mean < threshold.value:
            yield f"{threshold.measure} of {name} is {mean:.4f}, below {threshold.value}."
