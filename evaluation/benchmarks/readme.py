"""Puts what the result files say into README.md, each between its markers.

usage: python -m evaluation.benchmarks.readme README.md
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from evaluation.benchmarks import (
    breadth,
    cluster,
    copies,
    encoding,
    learning,
    peers,
    policy,
    ranking,
    reports,
    scale,
    search,
    signals,
    spine,
    startup,
    systems,
    variants,
)

TABLES: Mapping[str, Callable[[Any], str]] = {
    "spine": spine.table,
    "systems": systems.table,
    "reports": reports.sentence,
    "learning": learning.table,
    "signals": signals.families_table,
    "policy": policy.table,
    "copies": copies.table,
    "variants": variants.table,
    "ranking": ranking.sentence,
    "startup": startup.table,
    "scale": scale.table,
    "cluster": cluster.table,
    "encoding": encoding.table,
    "breadth": breadth.sentence,
    "peers": peers.table,
    "search": search.table,
}


def with_tables(readme: str, results: Path) -> str:
    """The text with every table as the result files in a folder have it.

    Raises:
        ValueError: The text lacks the markers of a table.
    """
    for name, table in TABLES.items():
        result = json.loads((results / f"{name}.json").read_text("utf-8"))
        between = re.compile(rf"(<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)
        readme, n_found = between.subn(lambda found: f"{found[1]}{table(result)}\n", readme)  # noqa: B023 - used at once
        if n_found != 1:
            raise ValueError(f"found the markers of “{name}” {n_found} times; expected once")
    return readme


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(with_tables(path.read_text("utf-8"), spine.RESULTS.parent), "utf-8")
