"""`recommender models`: which models are here, and whether their files are what they claim."""

from __future__ import annotations

import click

from recommender.cli.terminal import harmless


@click.group("models")
def command() -> None:
    """Embedding models that are known by name."""


@command.command("list")
def list_command() -> None:
    """List the models of the registry, and where each one is."""
    from recommender import list_models

    for model in list_models():
        here = f"installed with {model.found_in}" if model.found_in else "not installed"
        click.echo(f"{model.name}: {model.description}")
        click.echo(f"  {model.dim} dimensions, {model.max_tokens} tokens, {model.licence}, {here}")


@command.command("verify")
@click.argument("name", required=False)
@click.pass_context
def verify_command(ctx: click.Context, name: str | None) -> None:
    """Read every file of a model (of all models that are here, without NAME) and check its hash."""
    from recommender import list_models, verify_model

    names = [name] if name else [model.name for model in list_models() if model.found_in]
    for model in names:
        verdicts = verify_model(model)
        for file, verdict in verdicts.items():
            click.echo(harmless(f"{verdict:8}{model}  {file}"))
        if set(verdicts.values()) != {"ok"}:
            ctx.exit(1)
