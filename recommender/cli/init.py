"""`recommender init`: look at a folder, write its settings, show what was understood."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.terminal import day, harmless

if TYPE_CHECKING:
    from recommender import Article

SETTINGS = Path("recommender.yaml")


@click.command("init")
@click.argument("articles", type=click.Path(path_type=Path), default=Path())
@click.option("--force", is_flag=True, help="Replace an existing settings file.")
@click.pass_context
def command(ctx: click.Context, articles: Path, force: bool) -> None:  # noqa: FBT001 - a flag
    """Look at ARTICLES, detect how its front matter is written, and write recommender.yaml.

    Shows ten articles as they were understood. No article is changed.
    """
    from recommender import ConfigError, propose_settings

    path = ctx.obj or SETTINGS
    if path.exists() and not force:
        raise ConfigError(f"{path} exists: replace it with --force.", path=path)
    proposal = propose_settings(articles)
    path.write_text(proposal.to_yaml(), "utf-8")
    for problem in proposal.problems:
        click.echo(f"{problem.severity}: {harmless(problem.message)}", err=True)
    folder = harmless(str(proposal.settings.articles))
    click.echo(
        f"{folder}: {proposal.n_files:,} files, written for {proposal.settings.schema.preset}"
    )
    for sentence in proposal.evidence:
        click.echo(f"  {harmless(sentence)}")
    _print_articles(proposal.articles)
    click.echo(f"\nwrote {path}; next: recommender index")


def _print_articles(articles: Sequence[Article]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title="as understood", title_justify="left", box=None)
    for name in ("title", "excerpt", "topics"):
        table.add_column(name, ratio=2, overflow="ellipsis", no_wrap=True)
    table.add_column("date", no_wrap=True)
    table.add_column("related", justify="right")
    for article in articles:
        cells = (article.title, article.excerpt, ", ".join(article.topics))
        texts = [Text(harmless(cell)) for cell in cells]
        table.add_row(*texts, day(article.published_at), str(len(article.related)))
    Console(highlight=False).print(table)
