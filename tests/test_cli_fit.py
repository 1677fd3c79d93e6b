"""`recommender fit`: says what is gained, and writes weights only then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Site
from evaluated_site import fill

from recommender import Weights

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def by_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shipped weights that know nothing but vectors, so that every site can gain."""
    shipped = Weights({"vectors": 1.0, "listed": 0.2})
    monkeypatch.setattr("recommender.shipped_weights", lambda: shipped)
    monkeypatch.setattr("recommender.fitting.shipped_weights", lambda: shipped)


@pytest.fixture
def listed(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Sixty articles with lists, and the working directory beside them."""
    fill(site)
    monkeypatch.chdir(site.root)
    return site


@pytest.mark.usefixtures("by_vectors")
def test_a_gain_is_written_and_used(listed: Site, run: Run) -> None:
    """Beside the settings; the next list is made with it, the corpus and the gain stand in it."""
    path = listed.root / "recommender.weights.yaml"
    code, out, err = run("fit")
    weights = Weights.from_file(path)

    assert (code, err) == (0, "")
    assert "each held back while others were learned from" in out
    assert "weights: recommender.weights.yaml" in out
    assert "What counts most on this site" in out
    assert weights.corpora[-1].sha256 == listed.open().corpus_hash
    assert weights.corpora[-1].n_lists == len(listed.open().lists)
    before, after, low, high = weights.scores.values()
    assert 0 < low <= after - before <= high
    used = run("neighbours", "a000", "--format", "json")[1]
    assert '"words"' in used or '"topics"' in used


@pytest.mark.usefixtures("by_vectors")
def test_the_same_seed_learns_the_same(listed: Site, run: Run) -> None:
    """Byte for byte, into a file of one's choice."""
    for name in ("one.yaml", "two.yaml"):
        assert run("fit", "--seed", "3", "--output", name)[0] == 0

    assert (listed.root / "one.yaml").read_bytes() == (listed.root / "two.yaml").read_bytes()


def test_too_few_lists_change_nothing(
    site: Site, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One list; the shipped weights stay, and an old file of weights does too."""
    site.build()
    monkeypatch.chdir(site.root)
    path = site.root / "recommender.weights.yaml"
    code, out, _ = run("fit")

    assert code == 0
    assert "1 related list: too few to tell a gain from chance." in out
    assert "the shipped weights stay" in out
    assert not path.exists()
    path.write_text(Weights({"words": 1.0}).to_yaml(), "utf-8")
    before = path.read_bytes()
    assert "recommender.weights.yaml, from an earlier time, was left alone" in run("fit")[1]
    assert path.read_bytes() == before
