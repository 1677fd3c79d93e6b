"""Texts → unit vectors: what every encoder keeps, and how a model is loaded."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEncoder
from numpy.typing import NDArray

from recommender.embedding.encoder import Encoder, SentenceEncoder, open_encoder
from recommender.embedding.registry import find_model
from recommender.errors import ModelError, ModelIntegrityError
from recommender.records import ModelIdentity

TEXTS = ["Sora makes films", "A chip plant opens in Ohio", "猫", "", "Sora makes films", "x " * 900]


@pytest.fixture(scope="module")
def real() -> Encoder:
    """The default model, loaded once."""
    return open_encoder(find_model("all-minilm-l6-v2"))


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.model)])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    """Every encoder that there is."""
    chosen: Encoder = FakeEncoder() if request.param == "fake" else request.getfixturevalue("real")
    return chosen


class TestContract:
    """What whoever encodes must keep."""

    def test_rows_are_unit_vectors_in_the_order_of_the_texts(self, encoder: Encoder) -> None:
        """Shape, type, layout and length are as promised."""
        vectors = encoder.encode(TEXTS)

        assert vectors.shape == (len(TEXTS), encoder.dim)
        assert vectors.dtype == np.float32
        assert vectors.flags.c_contiguous
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)

    def test_equal_texts_have_equal_vectors(self, encoder: Encoder) -> None:
        """Byte for byte, within one call."""
        vectors = encoder.encode(TEXTS)

        assert np.array_equal(vectors[0], vectors[4])
        assert not np.allclose(vectors[0], vectors[1])

    def test_the_order_of_texts_does_not_matter(self, encoder: Encoder) -> None:
        """Beyond the noise of float32."""
        assert np.allclose(encoder.encode(TEXTS)[::-1], encoder.encode(TEXTS[::-1]), atol=1e-5)

    def test_nothing_gives_an_empty_matrix(self, encoder: Encoder) -> None:
        """No texts, no rows, but a known dimension."""
        assert encoder.encode([]).shape == (0, encoder.dim)

    def test_progress_ends_at_the_total(self, encoder: Encoder) -> None:
        """The last call says that all is done."""
        calls: list[tuple[int, int]] = []
        encoder.encode([f"text {i}" for i in range(70)], progress=lambda *call: calls.append(call))

        assert calls[-1] == (70, 70)

    def test_lone_surrogates_are_read(self, encoder: Encoder) -> None:
        """A caller's broken text is no reason to stop."""
        assert encoder.encode(["a \ud800 b"]).shape == (1, encoder.dim)


@pytest.mark.model
def test_the_real_model_knows_what_words_mean(real: Encoder) -> None:
    """A paraphrase without a word in common is nearer than another subject."""
    film, movie, wheat = real.encode(["A new film", "The latest movie", "Wheat harvests fall"])

    assert film @ movie > film @ wheat + 0.3


@pytest.mark.model
def test_our_batching_changes_no_vector(real: Encoder) -> None:
    """The library on its own, at its defaults, gives the same up to float noise."""
    from sentence_transformers import SentenceTransformer

    folder = find_model("all-minilm-l6-v2").locate()
    plain = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    expected = plain.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)

    assert np.sum(real.encode(TEXTS) * expected, axis=1).min() > 0.99999


@pytest.mark.model
def test_loading_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """The libraries' bars and reports stay off the terminal, and are as before afterwards."""
    from transformers.utils import logging

    for change, shows in (
        (logging.disable_progress_bar, False),
        (logging.enable_progress_bar, True),
    ):
        change()
        open_encoder(find_model("all-minilm-l6-v2"))

        assert capfd.readouterr() == ("", "")
        assert logging.is_progress_bar_enabled() is shows


class _Transformer:
    """Stands in for the library; gives the rows it was told to give."""

    def __init__(self, row: list[float]) -> None:
        self.row = row

    def get_embedding_dimension(self) -> int:
        return len(self.row)

    def encode(self, texts: list[str], **_options: object) -> NDArray[np.float32]:
        return np.asarray([self.row] * len(texts), dtype=np.float32)


@pytest.mark.parametrize("row", [[0.0, 0.0], [float("nan"), 1.0], [float("inf"), 1.0]], ids=str)
def test_a_vector_that_is_none_is_refused(row: list[float]) -> None:
    """A zero or non-finite row names the model and the text."""
    encoder = SentenceEncoder(ModelIdentity("m", "", {}), _Transformer(row))

    with pytest.raises(ModelError, match=r"“m” gave a vector.*for the text “Sora”"):
        encoder.encode(["Sora"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the real model's small files, and a place for weights."""
    source = find_model("all-minilm-l6-v2").locate()
    for path in source.rglob("*.json"):
        (tmp_path / path.relative_to(source)).parent.mkdir(exist_ok=True)
        (tmp_path / path.relative_to(source)).write_bytes(path.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    return tmp_path


@pytest.mark.model
@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "model.safetensors").write_bytes(b"cut"),
        lambda folder: (folder / "config.json").write_bytes(b"{"),
        lambda folder: (folder / "config.json").write_bytes(b'{"model_type": "no-such"}'),
        lambda folder: (folder / "modules.json").write_bytes(b"{}}"),
        lambda folder: (folder / "tokenizer.json").write_bytes(b"[]"),
    ],
    ids=["weights", "config", "kind", "modules", "tokenizer"],
)
def test_a_broken_folder_is_one_sentence(folder: Path, spoil: Callable[[Path], object]) -> None:
    """Whatever the libraries raise becomes our error, with the cause kept."""
    spoil(folder)

    with pytest.raises(ModelError, match=r"cannot be loaded \(.*check that its folder") as caught:
        open_encoder(find_model(str(folder)))
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is not None


@pytest.mark.model
@pytest.mark.parametrize("has_modules", [True, False])
def test_a_model_without_its_weights_is_refused(folder: Path, has_modules: bool) -> None:
    """The library would fill in random numbers; we say which are missing."""
    if not has_modules:
        (folder / "modules.json").unlink()

    with pytest.raises(ModelIntegrityError, match=r"lacks weights \((encoder|embeddings)\."):
        open_encoder(find_model(str(folder)))


def test_modules_of_others_are_never_loaded(folder: Path) -> None:
    """A folder that names code of its own is refused before the library sees it."""
    modules = [{"idx": 0, "name": "0", "path": "", "type": "os.system"}]
    (folder / "modules.json").write_text(json.dumps(modules), "utf-8")

    with pytest.raises(ModelIntegrityError, match=r"wants the module “os\.system”"):
        open_encoder(find_model(str(folder)))
