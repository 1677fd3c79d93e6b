"""Indexes a folder on a cluster, makes all lists and tells how far it is; a program for the tests.

usage: spread_driver.py ADDRESS ARTICLES INDEX LISTS [SETTINGS]

With a file of settings their model encodes, else one that needs no download.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from fakes import FakeEncoder

from recommender import Cluster, Settings, build_on, recommend_all_on

A_PART, A_PART_OF_MANY = 12, 400


def _tell(stage: str, done: int, total: int) -> None:
    _say(f"{stage.partition('-')[0]} {done} {total}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(address: str, articles: str, index: str, lists: str, settings_file: str = "") -> None:
    """What the command line does."""
    cluster = Cluster(address, articles_a_part=A_PART_OF_MANY if settings_file else A_PART)
    settings = Settings.from_file(Path(settings_file)) if settings_file else Settings()
    source = None if settings_file else FakeEncoder()
    report = build_on(
        cluster, articles, index=index, settings=settings, source=source, progress=_tell
    )
    made = recommend_all_on(cluster, index, settings=settings, progress=_tell)
    found = {name: [(item.id, item.score) for item in items] for name, items in made}
    Path(lists).write_text(json.dumps(found), "utf-8")
    _say(f"encoded {report.n_encoded} {report.n_articles}")


if __name__ == "__main__":
    main(*sys.argv[1:])
