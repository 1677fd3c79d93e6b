"""What a command costs besides its work: start-up, unchanged and hardly changed folders.

usage: python -m evaluation.benchmarks.startup --corpora FOLDER [--output FILE]

The site is made up, 10,000 Markdown files; FOLDER is not looked at. Each command runs in a process
of its own, in rounds, one after the other, so that a noisy hour of the machine hits all alike; what
counts is the ratio of two medians. Python keeps what it has compiled, and the first round, which
compiles, is not counted.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evaluation.benchmarks.command import run
from evaluation.benchmarks.process import Run, run_process
from recommender import list_models

RESULTS = Path(__file__).parent / "results" / "startup.json"
N_ARTICLES = 10_000
N_ROUNDS = 9
SEED = 11
LOADING = "import sys, sentence_transformers as s; s.SentenceTransformer(sys.argv[1], device='cpu')"


def measured(_: Path, scratch: Path) -> dict[str, Any]:
    """Make the site, index it, and time everything on it."""
    return {"seed": SEED, "articles": N_ARTICLES, **timed(N_ARTICLES, N_ROUNDS, scratch)}


def timed(n_articles: int, n_rounds: int, scratch: Path) -> dict[str, Any]:
    """Costs on a site of so many articles."""
    python = Python(scratch)
    articles, index = scratch / "articles", scratch / "index"
    python("-m", "evaluation.benchmarks.synthetic_folder", n_articles, articles, SEED)
    indexing = ("-m", "recommender", "index", articles, "--index", index)
    python("-m", "recommender", "--help")  # which compiles it
    once = {
        "first": python(*indexing),
        "first, without encoding": python(
            "-m", "evaluation.benchmarks.unencoded", articles, scratch / "unencoded"
        ),
    }
    some = min(articles.rglob("*.md"))
    asked = some.relative_to(articles).with_suffix("").as_posix()
    draft = scratch / "draft.md"
    draft.write_text(some.read_text("utf-8"), "utf-8")
    change(draft, 0)
    folder = list_models()[0].model.locate()
    commands = {
        "python -c pass": ("-c", "pass"),
        "recommender --help": ("-m", "recommender", "--help"),
        "import numpy, faiss": ("-c", "import numpy, faiss"),
        "recommender neighbours": ("-m", "recommender", "neighbours", asked, "--index", index),
        "recommender neighbours DRAFT": (
            "-m",
            "recommender",
            "neighbours",
            draft,
            "--index",
            index,
        ),
        "loading the model": ("-c", LOADING, folder),
        "unchanged": indexing,
        "one changed": indexing,
    }
    rounds = []
    for i in range(1 + n_rounds):
        runs = {}
        for name, arguments in commands.items():
            if name == "one changed":
                change(some, i)
            runs[name] = python(*arguments)
        rounds.append(runs)
    return {"rounds": n_rounds, "once": _costs(once), **summary(rounds[1:], once)}


class Python:
    """Runs this Python in a folder where nothing but what is installed can be imported.

    Args:
        folder: Where it runs, and keeps what it has compiled.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = {
            **os.environ,
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
            "TQDM_DISABLE": "1",
        }
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def __call__(self, *arguments: object) -> Run:
        """Run it with arguments; errors as for `run_process`."""
        command = [sys.executable, *arguments]
        return run_process(command, folder=self._folder, environment=self._environment)


def change(article: Path, nth: int) -> None:
    """Give an article another excerpt, so that one text must be encoded."""
    text = article.read_text("utf-8")
    head, mark, rest = text.partition("\nexcerpt: ")
    article.write_text(f"{head}{mark}again{nth} {rest}", "utf-8")


def summary(rounds: list[dict[str, Run]], once: Mapping[str, Run]) -> dict[str, Any]:
    """Medians of all rounds, and the ratios that are promised."""
    names = list(rounds[0])
    cpu = {name: statistics.median(of[name].cpu_seconds for of in rounds) for name in names}
    first = once["first"].cpu_seconds
    return {
        "cpu_seconds": {name: [of[name].cpu_seconds for of in rounds] for name in names},
        "median_cpu_seconds": {name: round(seconds, 4) for name, seconds in cpu.items()},
        "peak_megabytes": {name: max(of[name].peak_megabytes for of in rounds) for name in names},
        "ratios": {
            "help to python": round(cpu["recommender --help"] / cpu["python -c pass"], 2),
            "neighbours to numpy and faiss": round(
                cpu["recommender neighbours"] / cpu["import numpy, faiss"], 2
            ),
            "a draft to loading the model": round(
                cpu["recommender neighbours DRAFT"] / cpu["loading the model"], 2
            ),
            "unchanged to first": round(cpu["unchanged"] / first, 4),
            "model loads for one changed": round(
                (cpu["one changed"] - cpu["unchanged"]) / cpu["loading the model"], 2
            ),
            "without encoding to first": round(
                once["first, without encoding"].cpu_seconds / first, 3
            ),
        },
    }


def _costs(runs: Mapping[str, Run]) -> dict[str, Any]:
    """Without what was said, which names folders of this machine."""
    return {
        name: {key: value for key, value in asdict(of).items() if key != "said"}
        for name, of in runs.items()
    }


LABELS = {
    "recommender --help": "`recommender --help`",
    "recommender neighbours": "`recommender neighbours`",
    "recommender neighbours DRAFT": "the same of a file that the index does not hold",
    "first": "`recommender index`, a new folder",
    "first, without encoding": "the same with vectors that cost nothing",
    "unchanged": "`recommender index` again, nothing changed",
    "one changed": "`recommender index` again, one file changed",
}


def table(result: dict[str, Any]) -> str:
    """The result as a Markdown table."""
    costs = {
        name: (seconds, result["peak_megabytes"][name])
        for name, seconds in result["median_cpu_seconds"].items()
    } | {name: (of["cpu_seconds"], of["peak_megabytes"]) for name, of in result["once"].items()}
    beside = _beside(result["ratios"])
    lines = ["| | CPU | peak | |", "|---|---:|---:|---|"]
    for name, label in LABELS.items():
        seconds, megabytes = costs[name]
        peak = "" if name == "recommender --help" else f"{megabytes:,.0f} MB"  # that of its parent
        lines.append(f"| {label} | {seconds:.3g} s | {peak} | {beside.get(name, '')} |")
    return "\n".join(lines)


def _beside(ratios: Mapping[str, float]) -> Mapping[str, str]:
    """What each cost is compared with."""
    return {
        "recommender --help": f"{ratios['help to python']:.1f} × `python -c pass`",
        "recommender neighbours": f"{ratios['neighbours to numpy and faiss']:.2f} × "
        '`python -c "import numpy, faiss"`',
        "recommender neighbours DRAFT": f"{ratios['a draft to loading the model']:.2f} × loading "
        "the model with sentence-transformers",
        "first, without encoding": f"{ratios['without encoding to first']:.1%} of that",
        "unchanged": f"{ratios['unchanged to first']:.1%} of the first",
        "one changed": f"{ratios['model loads for one changed']:.1f} × loading the model more than "
        "unchanged",
    }


if __name__ == "__main__":
    run(__doc__, RESULTS, measured, table)
