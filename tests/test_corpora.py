"""Real articles: the corpora beside the checkout, or in the folder that CORPORA names."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

from recommender import Settings
from recommender.corpus.links import resolve
from recommender.corpus.reader import read_folder

CORPORA = Path(os.environ.get("CORPORA", Path(__file__).parents[2] / "shared" / "corpora"))
COUNTS = {
    "digitalgov-news": (2076, 736, 1628),
    "github-topics": (1255, 667, 1642),
    "mdn-web-docs": (6074, 4178, 15155),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", COUNTS)
def test_a_real_corpus_is_read_whole(name: str, tmp_path: Path) -> None:
    """Articles, lists and links are as many as its own README counts; nothing is complained of."""
    archive = CORPORA / name / f"{name}.tar.gz"
    if not archive.exists():
        pytest.skip(f"{archive} is not here")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    reading = read_folder(tmp_path / name, Settings())
    resolution = resolve(reading.articles)
    n_links = sum(map(len, resolution.lists.values()))

    assert (len(reading.articles), len(resolution.lists), n_links) == COUNTS[name]
    assert (reading.problems, resolution.problems, resolution.linked) == ((), (), ())
