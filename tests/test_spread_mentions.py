"""Beyond one machine: which titles may stand in which texts."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="the extra `ray` is not installed")

from recommender.cluster.sifting import Running, SiftedTexts


def _running(rng: np.random.Generator, n: int, length: int, words: np.ndarray) -> Running:
    keys = rng.choice(words, n * length)
    return Running(keys, np.arange(0, n * length + 1, length))


def test_what_a_text_holds_is_never_sifted_out_and_nearly_all_else_is() -> None:
    """Titles of three words in texts of eighty, from a thousand words."""
    rng = np.random.default_rng(1)
    words = rng.integers(2**63, size=1000)
    texts, titles = _running(rng, 500, 80, words), _running(rng, 400, 3, words)
    pairs = rng.integers(500, size=20_000), rng.integers(400, size=20_000)
    held = zip(*pairs, strict=True)
    holds = np.array([np.isin(titles.of(title), texts.of(text)).all() for text, title in held])

    found = SiftedTexts(texts.keys, np.diff(texts.offsets)).may_hold(*pairs, titles)

    assert holds.any()
    assert found[holds].all()
    assert np.mean(found[~holds]) < 0.01


def test_a_title_without_words_stands_anywhere() -> None:
    """Whoever asks has none: a title is looked for by its rarest word."""
    texts = SiftedTexts(np.array([5, 7]), np.array([1, 1]))
    titles = Running(np.array([7]), np.array([0, 0, 1]))

    found = texts.may_hold(np.array([0, 0, 1]), np.array([0, 1, 1]), titles)

    assert found.tolist() == [True, False, True]
