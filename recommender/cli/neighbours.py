"""`recommender neighbours`: print an article's related list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recommender.cli.terminal import day, harmless

if TYPE_CHECKING:
    from recommender import Article, Recommendation


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
@click.option("--text", help="Free text instead of ARTICLE.")
@click.pass_context
def command(
    ctx: click.Context, article: str | None, index: Path | None, k: int, form: str, text: str | None
) -> None:
    """Print the related list of ARTICLE: an id, a path, a URL or an exact title.

    A file that is not in the index is read and encoded. The alias `neighbors` does the same.
    """
    from recommender import Article, Recommender, Settings

    if (article is None) == (text is None):
        raise click.UsageError("give either ARTICLE or --text.")
    engine = Recommender.open(index, settings=Settings.from_file(ctx.obj))
    query = Article(title=text) if text is not None else engine.find(article or "")
    recommendations = engine.recommend(query, k)
    curated = [engine.find(article_id) for article_id in engine.lists.get(query.id, ())]
    if form == "json":
        click.echo(
            json.dumps(to_json(query, recommendations, curated), ensure_ascii=False, indent=2)
        )
    else:
        _print_table(query, recommendations, curated)


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


def _print_table(
    query: Article, recommendations: list[Recommendation], curated: list[Article]
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    chosen = {article.id for article in curated}
    table = Table(
        title=Text(f"Related to “{harmless(query.title)}”"), title_justify="left", box=None
    )
    table.add_column("#", justify="right")
    table.add_column("score", justify="right")
    table.add_column("title", ratio=1, overflow="ellipsis", no_wrap=True)
    table.add_column("provider", overflow="ellipsis", no_wrap=True, max_width=22)
    table.add_column("date", no_wrap=True)
    for item in recommendations:
        mark = "✓ " if item.id in chosen else ""
        cells = (mark + item.title, item.provider or "", day(item.published_at))
        table.add_row(
            str(item.rank), f"{item.score:.3f}", *(Text(harmless(cell)) for cell in cells)
        )
    console = Console(highlight=False, soft_wrap=False)
    console.print(table)
    ranks = {item.id: item.rank for item in recommendations}
    if curated:
        console.print(Text("\nThe editors' own list (✓ above)"))
    for article in curated:
        place = (
            f"here #{ranks[article.id]}" if article.id in ranks else f"not among these {len(ranks)}"
        )
        name = article.provider.name if article.provider else None
        facts = ", ".join(filter(None, (name, day(article.published_at), place)))
        console.print(Text(f"  {harmless(article.title)} ({harmless(facts)})"))
