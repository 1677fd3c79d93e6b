"""A BERT encoder in NumPy: its vectors are those of the library, and which encoder is opened."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from model_folders import (
    TINY_SHAPE,
    copy_tiny_model,
    replace,
    set_facts,
    tiny_weights,
    write_weights,
)

from recommender.embedding import light
from recommender.embedding.bert import gelu
from recommender.embedding.bert_files import Pooling
from recommender.embedding.encoder import Encoder, open_encoder
from recommender.embedding.light import (
    BATCH_TOKENS,
    FEW,
    LightEncoder,
    batches,
    open_encoder_for,
    open_light_encoder,
)
from recommender.embedding.registry import find_model
from recommender.errors import ModelError

TEXTS = [
    *("", "wheat", "Sora makes films. A video model from a laboratory.", "x " * 900, "dry " * 255),
    *(
        "😀 a party 🎉 of 👩‍👩‍👧",
        "猫は魚が好き 中文字符",
        "a \ud800 b",
        "naïve CAFÉ in Ünterföhring",
        "İstanbul ﬁn",
    ),
    *("[CLS] says [MASK] [SEP] [PAD] [UNK]", "\ta\x00b\ufffd\u200b\r\nc ", "pneumono" * 30, "—…“”"),
    *(f"{'Wheat harvests fall in a dry summer. ' * (i % 7)}{i}" for i in range(50)),
]


def _light(folder: Path | None = None) -> LightEncoder:
    encoder = open_light_encoder(find_model(str(folder or "all-minilm-l6-v2")).at("float32"))
    assert encoder is not None
    return encoder


def _expected(folder: Path) -> np.ndarray[Any, np.dtype[np.float32]]:
    """What the library gives by itself."""
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    readable = [text.encode("utf-8", "replace").decode() for text in TEXTS]
    vectors = plain.encode(readable, normalize_embeddings=True, show_progress_bar=False)
    return np.asarray(vectors)


def test_gelu_is_exact_to_float32() -> None:
    """It is compared with the library function of C, from one flat end to the other."""
    x = np.linspace(-9, 9, 100_001).astype(np.float32)
    exact = [value / 2 * math.erfc(-value / math.sqrt(2)) for value in x.tolist()]

    assert np.abs(gelu(x) - exact).max() < 4e-7
    assert gelu(x).dtype == np.float32


def test_gelu_ends_flat() -> None:
    """Nothing of a negative number is left in the end, and all of a positive one."""
    x = np.array([-1e30, -40, -0.0, 0, 40, 1e30], dtype=np.float32)
    with np.errstate(over="ignore"):
        found = gelu(x)

    assert found.tolist() == np.maximum(x, 0).tolist()


@pytest.mark.model
def test_vectors_are_those_of_the_library() -> None:
    """Of texts of every length and script, up to the noise of float32."""
    found, expected = _light().encode(TEXTS), _expected(find_model("all-minilm-l6-v2").locate())

    assert np.abs(found - expected).max() < 2e-6
    assert np.sum(found.astype(np.float64) * expected, axis=1).min() > 0.999999


@pytest.mark.model
def test_vectors_may_lie_among_those_of_bfloat16() -> None:
    """They differ by no more than the company of a text may make there."""
    rough = open_encoder(find_model("all-minilm-l6-v2").at("bfloat16")).encode(TEXTS)
    encoder = open_light_encoder(find_model("all-minilm-l6-v2").at("bfloat16"))

    assert encoder is not None
    assert encoder.identity.precision == "bfloat16"
    assert np.sum(encoder.encode(TEXTS) * rough, axis=1).min() > 0.9995


@pytest.mark.model
@pytest.mark.parametrize("n_modules", [2, 3], ids=["not normalised", "normalised"])
@pytest.mark.parametrize("pooling", get_args(Pooling))
def test_each_pooling_is_that_of_the_library(tmp_path: Path, pooling: str, n_modules: int) -> None:
    """Named as it was of old and as it is now, by a model that sentence-transformers saves anew."""
    from sentence_transformers import SentenceTransformer

    old = copy_tiny_model(tmp_path / "old")
    modes = {"mean": "mean_tokens", "cls": "cls_token", "max": "max_tokens"}
    chosen = {f"pooling_mode_{name}": mode == pooling for mode, name in modes.items()}
    set_facts(old / "1_Pooling/config.json", **chosen)
    plain = SentenceTransformer(str(old), device="cpu", local_files_only=True)
    del plain[n_modules:]
    plain.save_pretrained(str(tmp_path / "new"))
    expected = _expected(old)

    assert np.abs(_light(old).encode(TEXTS) - expected).max() < 2e-6
    assert np.abs(_light(tmp_path / "new").encode(TEXTS) - expected).max() < 2e-6


@pytest.mark.model
def test_the_company_of_a_text_hardly_matters() -> None:
    """Not beyond float32, whichever texts it is worked on with."""
    encoder = _light()
    together = encoder.encode(TEXTS)
    one_by_one = np.concatenate([encoder.encode([text]) for text in TEXTS])

    assert np.abs(together - one_by_one).max() < 1e-6


def test_batches_hold_every_text_once() -> None:
    """In their order, each filled as far as it may be; a text that is too long goes alone."""
    n_tokens = [60, 60, 9, BATCH_TOKENS + 1, 5, BATCH_TOKENS - 5, 1]

    assert list(batches(n_tokens)) == [(0, 2), (2, 3), (3, 4), (4, 6), (6, 7)]
    assert list(batches([])) == []


@pytest.mark.model
def test_threads_get_what_one_thread_gets(tmp_path: Path) -> None:
    """One encoder serves them all, and BLAS has its threads back."""
    from threadpoolctl import threadpool_info

    before = threadpool_info()
    encoder = _light(copy_tiny_model(tmp_path))
    expected = encoder.encode(TEXTS)
    start = threading.Barrier(4)

    def work(_: int) -> bool:
        start.wait()
        return all(np.array_equal(encoder.encode(TEXTS), expected) for _ in range(5))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [True] * 4
    assert [of["num_threads"] for of in threadpool_info()][: len(before)] == [
        of["num_threads"] for of in before
    ]


@pytest.mark.model
@pytest.mark.parametrize("number", [np.nan, np.inf, 3e38])
def test_a_vector_that_is_none_is_refused(tmp_path: Path, number: float) -> None:
    """As the other encoder refuses it, and no warning of NumPy comes before."""
    folder = copy_tiny_model(tmp_path)
    weights = tiny_weights()
    weights["encoder.layer.1.output.dense.bias"][:] = number
    write_weights(folder, weights)

    with pytest.raises(ModelError, match="gave a vector that is zero or not finite"):
        open_light_encoder(find_model(str(folder)))


@pytest.mark.model
def test_a_model_that_knows_no_word_from_another_is_refused(tmp_path: Path) -> None:
    """As by the other encoder."""
    folder = copy_tiny_model(tmp_path)
    weights = tiny_weights()
    weights["embeddings.word_embeddings.weight"][:] = 1
    write_weights(folder, weights)

    with pytest.raises(ModelError, match="cannot tell “wheat” from “cinema”"):
        open_light_encoder(find_model(str(folder)))


@pytest.fixture
def heavy(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The models that sentence-transformers was asked to load; it loads none."""
    asked: list[object] = []
    monkeypatch.setattr(light, "open_encoder", asked.append)
    return asked


@pytest.mark.model
def test_few_texts_are_left_to_numpy(tmp_path: Path, heavy: list[object]) -> None:
    """One text more, and sentence-transformers is loaded."""
    model = find_model(str(copy_tiny_model(tmp_path)))

    assert isinstance(open_encoder_for(model, FEW), LightEncoder)
    assert heavy == []
    open_encoder_for(model, FEW + 1)
    assert heavy == [model]


@pytest.mark.model
def test_what_is_not_understood_is_left_to_the_library(tmp_path: Path, heavy: list[object]) -> None:
    """However few the texts are."""
    folder = copy_tiny_model(tmp_path)
    set_facts(folder / "config.json", hidden_act="relu")
    model = find_model(str(folder))
    open_encoder_for(model, 1)

    assert heavy == [model]


@pytest.mark.model
def test_what_is_broken_is_said_by_the_library(tmp_path: Path) -> None:
    """The sentence is the same for one text and for many."""
    folder = copy_tiny_model(tmp_path)
    replace(folder / "model.safetensors", (folder / "model.safetensors").read_bytes()[:-4])

    with pytest.raises(ModelError, match=r"cannot be loaded \(SafetensorError: "):
        open_encoder_for(find_model(str(folder)), 1)


@pytest.mark.model
def test_the_tiny_model_is_tiny(tmp_path: Path) -> None:
    """What the tests of this file call so, they do load."""
    encoder: Encoder = _light(copy_tiny_model(tmp_path))

    assert encoder.dim == TINY_SHAPE.width
    assert encoder.encode([]).shape == (0, TINY_SHAPE.width)
