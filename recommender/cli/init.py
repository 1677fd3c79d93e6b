"""`recommender init`: look at a folder, write its settings, show what was understood."""

from __future__ import annotations

from pathlib import Path

import click

from recommender.cli.terminal import count, day, harmless, print_table

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
    path.write_text(proposal.to_yaml(path.parent), "utf-8")
    for problem in proposal.problems:
        click.echo(f"{problem.severity}: {harmless(problem.message)}", err=True)
    folder = harmless(str(proposal.settings.articles))
    files = count(proposal.n_files, "file")
    click.echo(f"{folder}: {files}, written for {proposal.settings.schema.preset}")
    for sentence in proposal.evidence:
        click.echo(f"  {harmless(sentence)}")
    print_table(
        "as understood",
        {"title": 0.3, "excerpt": 0.4, "topics": 0.3, "date": 10, "related": 7},
        (
            (
                article.title,
                article.excerpt,
                ", ".join(article.topics),
                day(article.published_at),
                str(len(article.related)),
            )
            for article in proposal.articles
        ),
    )
    click.echo(f"wrote {harmless(str(path))}; next: recommender index")
