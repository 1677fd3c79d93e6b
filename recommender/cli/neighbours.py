"""`recommender neighbours`: print an article's related list."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recommender.cli.terminal import day, print_notes, print_table, to_json_text

if TYPE_CHECKING:
    from recommender import Article, Recommendation

N_SIGNALS = 6
MARKS = {"curated": "✓ the editors' own list", "pinned": "▸ pinned in recommender.lists.yaml"}


@click.command("neighbours")
@click.argument("article", required=False)
@click.option(
    "--index", type=click.Path(path_type=Path), help="Index directory.  [default: .recommender]"
)
@click.option(
    "-k", type=click.IntRange(min=1), default=10, show_default=True, help="Length of the list."
)
@click.option(
    "--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True
)
@click.option("--explain", is_flag=True, help="Say why each article stands in the list.")
@click.option("--text", help="Free text instead of ARTICLE.")
@click.pass_context
def command(
    ctx: click.Context, /, article: str | None, text: str | None, k: int, form: str, **options: Any
) -> None:
    """Print the related list of ARTICLE: an id, a path, a URL or an exact title.

    A file that is not in the index is read and encoded. The alias `neighbors` does the same.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more would spin for longer than all takes
    from recommender import Article, Recommender, Settings

    if (article is None) == (text is None):
        raise click.UsageError("give either ARTICLE or --text.")
    engine = Recommender.open(options["index"], settings=Settings.from_file(ctx.obj))
    query = Article(title=text) if text is not None else engine.find(article or "")
    recommendations = engine.recommend(query, k)
    curated = engine.curated(query.id) if engine.knows(query.id) else []
    if form == "json":
        click.echo(to_json_text(to_json(query, recommendations, curated), indent=2))
    else:
        _print_tables(query, recommendations, curated)
        if options["explain"]:
            _print_reasons(recommendations)


def to_json(
    query: Article, recommendations: list[Recommendation], curated: list[Article]
) -> dict[str, Any]:
    """The stable JSON form: keys may be added, never renamed or removed."""
    return {
        "query": _reference(query),
        "recommendations": [
            {
                "rank": item.rank,
                "id": item.id,
                "title": item.title,
                "url": item.url,
                "score": item.score,
                "similarity": item.similarity,
                "origin": item.origin,
                "signals": {
                    name: {"value": signal.value, "contribution": signal.contribution}
                    for name, signal in item.signals.items()
                },
                "reason": item.reason,
                "provider": item.provider,
                "published": item.published_at.isoformat() if item.published_at else None,
            }
            for item in recommendations
        ],
        "curated": [_reference(article) for article in curated],
    }


def _reference(article: Article) -> dict[str, str | None]:
    return {"id": article.id or None, "title": article.title, "url": article.url}


def _print_tables(
    query: Article, recommendations: list[Recommendation], curated: list[Article]
) -> None:
    chosen = {article.id for article in curated}
    print_table(
        f"Related to “{query.title}”",
        {"#": 2, "score": 5, "title": 0.75, "provider": 0.25, "date": 10},
        (
            (
                str(item.rank),
                "" if item.score is None else f"{item.score:.3f}",
                f"{_mark(item, chosen)}{item.title}",
                item.provider or "",
                day(item.published_at),
            )
            for item in recommendations
        ),
    )
    if shown := {item.origin for item in recommendations} - {"ranked"}:
        click.echo("\n" + ", ".join(MARKS[origin] for origin in sorted(shown)))
    elif curated:
        click.echo()
        _print_curated(curated, {item.id: item.rank for item in recommendations})


def _print_reasons(recommendations: list[Recommendation]) -> None:
    """One sentence each, and below it the signals that moved the article most."""
    click.echo()
    print_notes(
        "Why",
        (
            (str(item.rank), [item.reason or "Nothing in particular speaks for it.", *_moved(item)])
            for item in recommendations
        ),
    )


def _moved(item: Recommendation) -> list[str]:
    names = sorted(item.signals, key=lambda name: -abs(item.signals[name].contribution))
    return [
        ", ".join(
            f"{name.replace('_', ' ')} {item.signals[name].contribution:+.2f}"
            for name in names[:N_SIGNALS]
        )
    ] * bool(names)


def _mark(item: Recommendation, chosen: set[str]) -> str:
    if item.origin == "pinned":
        return "▸ "
    return "✓ " if item.id in chosen else ""


def _print_curated(curated: list[Article], ranks: dict[str, int]) -> None:
    """The editors' own list, with where each of its articles stands in ours."""
    print_table(
        "The editors' own list, ✓ above",
        {"#": 2, "title": 0.75, "provider": 0.25, "date": 10},
        (
            (
                str(ranks.get(article.id, "–")),
                article.title,
                (article.provider and article.provider.name) or "",
                day(article.published_at),
            )
            for article in curated
        ),
    )
