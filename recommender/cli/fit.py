"""`recommender fit`: learn from the editors' lists how much each signal counts on this site."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.replacing import replacing
from recommender.cli.terminal import count, harmless, print_table, progress_bar

if TYPE_CHECKING:
    from recommender import Gain, Recommender, Weights

N_SHOWN = 8


@click.command("fit")
@click.option(
    "--index", type=click.Path(path_type=Path), help="Index directory.  [default: .recommender]"
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the weights go.  [default: recommender.weights.yaml, beside the settings]",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.pass_context
def command(ctx: click.Context, index: Path | None, output: Path | None, seed: int) -> None:
    """Learn from the editors' lists how much each signal counts on this site.

    Says what that gains on lists that were held back. Only a gain that is more than chance is
    written; otherwise the shipped weights stay.
    """
    import numpy as np

    from recommender import Recommender, Settings, fit, gain_of_fitting, shipped_weights

    settings = Settings.from_file(ctx.obj)
    path = output or settings.weights
    engine = Recommender.open(index, settings=settings, weights=shipped_weights())
    lists = engine.lists
    with progress_bar() as progress:
        gain = gain_of_fitting(
            engine,
            lists=lists,
            rng=np.random.default_rng(seed),
            progress=lambda done, total: progress("testing what is learned", done, total),
        )
        if gain is not None and gain.is_sure:
            weights = fit(
                engine,
                lists=lists,
                rng=np.random.default_rng(seed),
                progress=lambda done, total: progress("learning from all lists", done, total),
            )
    _say(gain, len(lists))
    if gain is None or not gain.is_sure:
        _keep(path)
        return
    with replacing(path) as stream:
        stream.write(_labelled(weights, gain, engine).to_yaml())
    _print_changes(engine.weights, weights)
    click.echo(f"weights: {harmless(str(path))}")


def _say(gain: Gain | None, n_lists: int) -> None:
    if gain is None:
        click.echo(f"{count(n_lists, 'related list')}: too few to tell a gain from chance.")
        return
    click.echo(
        f"nDCG@10 on {count(gain.n_lists, 'list')}, each held back while others were learned from\n"
        f"  shipped weights  {gain.before:.3f}\n"
        f"  fitted weights   {gain.after:.3f}\n"
        f"  difference      {gain.difference:+.3f}, 95 %: {gain.low:+.3f} to {gain.high:+.3f}"
    )


def _keep(path: Path) -> None:
    if path.exists():
        click.echo(
            f"Nothing is gained for certain: {harmless(str(path))}, from an earlier time, was left "
            "alone; delete it to rank by the shipped weights."
        )
    else:
        click.echo("Nothing is gained for certain: the shipped weights stay.")


def _labelled(weights: Weights, gain: Gain, engine: Recommender) -> Weights:
    """The weights with where they come from and what they reached."""
    from recommender import Corpus

    return replace(
        weights,
        corpora=(*weights.corpora, Corpus("this site", engine.corpus_hash, gain.n_lists)),
        made_on=datetime.now(UTC).date().isoformat(),
        scores={
            "nDCG@10 of the shipped weights": round(gain.before, 4),
            "nDCG@10 of fitted weights, cross-validated": round(gain.after, 4),
            "lower end of the difference's 95 % interval": round(gain.low, 4),
            "upper end of the difference's 95 % interval": round(gain.high, 4),
        },
    )


def _print_changes(before: Weights, after: Weights) -> None:
    names = sorted(after.signals, key=lambda name: -abs(after.signals[name]))[:N_SHOWN]
    click.echo()
    print_table(
        "What counts most on this site",
        {"signal": 1.0, "shipped": 7, "fitted": 7},
        (
            (
                name.replace("_", " "),
                f"{before.signals.get(name, 0):+.2f}",
                f"{after.signals[name]:+.2f}",
            )
            for name in names
        ),
    )
