"""Texts → unit vectors: what every encoder keeps, and how a model is loaded."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar, get_args

import numpy as np
import pytest
from fakes import FakeEncoder
from model_folders import copy_model, replace, set_facts
from numpy.typing import NDArray

from recommender.embedding.encoder import Encoder, SentenceEncoder, open_encoder
from recommender.embedding.light import open_light_encoder
from recommender.embedding.registry import Model, find_model
from recommender.embedding.sources import FolderSource
from recommender.errors import ModelError, ModelIntegrityError
from recommender.records import ModelIdentity, Precision

TEXTS = ["Sora makes films", "A chip plant opens in Ohio", "猫", "", "Sora makes films", "x " * 900]


@pytest.fixture(scope="module")
def real() -> Encoder:
    """The default model in float32, loaded once."""
    return open_encoder(find_model("all-minilm-l6-v2").at("float32"))


@pytest.fixture(scope="module")
def rough() -> Encoder:
    """The default model in bfloat16, loaded once."""
    return open_encoder(find_model("all-minilm-l6-v2").at("bfloat16"))


@pytest.fixture(scope="module")
def light() -> Encoder:
    """The default model for a few texts, loaded once."""
    encoder = open_light_encoder(find_model("all-minilm-l6-v2").at("float32"))
    assert encoder is not None
    return encoder


REAL = [pytest.param(name, marks=pytest.mark.model) for name in ("real", "rough", "light")]


@pytest.fixture(params=["fake", *REAL])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    """Every encoder that there is."""
    chosen: Encoder = (
        FakeEncoder() if request.param == "fake" else request.getfixturevalue(request.param)
    )
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

    def test_the_company_of_a_text_hardly_matters(self, encoder: Encoder) -> None:
        """Its vector moves by no more than the noise of the numbers that are computed with."""
        one_by_one = np.concatenate([encoder.encode([text]) for text in TEXTS])
        together = encoder.encode(TEXTS)

        assert np.sum(one_by_one * together, axis=1).min() > 0.9995
        if encoder.identity.precision != "bfloat16":
            assert np.abs(one_by_one - together).max() < 1e-5

    def test_nothing_gives_an_empty_matrix(self, encoder: Encoder) -> None:
        """No texts, no rows, but a known dimension."""
        assert encoder.encode([]).shape == (0, encoder.dim)

    def test_progress_ends_at_the_total(self, encoder: Encoder) -> None:
        """The last call says that all is done."""
        calls: list[tuple[int, int]] = []
        encoder.encode([f"text {i}" for i in range(300)], progress=lambda *call: calls.append(call))

        assert calls[-1] == (300, 300)
        assert calls == sorted(calls)

    def test_lone_surrogates_are_read(self, encoder: Encoder) -> None:
        """A caller's broken text is no reason to stop."""
        assert encoder.encode(["a \ud800 b"]).shape == (1, encoder.dim)


@pytest.mark.model
def test_the_real_model_knows_what_words_mean(real: Encoder) -> None:
    """A paraphrase without a word in common is nearer than another subject."""
    film, movie, wheat = real.encode(["A new film", "The latest movie", "Wheat harvests fall"])

    assert film @ movie > film @ wheat + 0.3


@pytest.mark.model
def test_vectors_are_those_of_the_library(real: Encoder, rough: Encoder) -> None:
    """On its own, at its defaults, it gives the same up to the noise of the numbers."""
    from sentence_transformers import SentenceTransformer

    folder = find_model("all-minilm-l6-v2").locate()
    plain = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    expected = plain.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)

    assert np.abs(real.encode(TEXTS) - expected).max() < 1e-5
    assert 0.9995 < np.sum(rough.encode(TEXTS) * expected, axis=1).min() < 0.999999


@pytest.mark.model
def test_a_model_that_is_left_the_choice_computes_as_the_cpu_does_fastest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And says which precision it took."""
    for precision in get_args(Precision):
        monkeypatch.setattr(
            "recommender.embedding.encoder.fastest_precision", lambda p=precision: p
        )

        assert open_encoder(find_model("all-minilm-l6-v2")).identity.precision == precision


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

    prompts: ClassVar[dict[str, str]] = {}
    default_prompt_name = None

    def eval(self) -> _Transformer:
        return self

    def get_embedding_dimension(self) -> int:
        return len(self.row)

    def preprocess(self, texts: list[str], prompt: str | None) -> dict[str, object]:
        return {}

    def encode(self, texts: list[str], **_options: object) -> NDArray[np.float32]:
        return np.asarray([self.row] * len(texts), dtype=np.float32)


@pytest.mark.parametrize("row", [[0.0, 0.0], [float("nan"), 1.0], [float("inf"), 1.0]], ids=str)
def test_a_vector_that_is_none_is_refused(row: list[float]) -> None:
    """A zero or non-finite row names the model and the text."""
    encoder = SentenceEncoder(ModelIdentity("m", "", {}), _Transformer(row))

    with pytest.raises(ModelError, match=r"“m” gave a vector.*for the text “Sora”"):
        encoder.encode(["Sora"])


def test_an_error_while_encoding_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the library raises becomes our error, with the cause kept."""
    cause = RuntimeError("sizes\ndiffer")
    transformer = _Transformer([1.0])
    monkeypatch.setattr(transformer, "encode", lambda *_, **__: (_ for _ in ()).throw(cause))

    with pytest.raises(
        ModelError, match=r"“m” cannot encode a text \(RuntimeError: sizes differ\)"
    ) as caught:
        SentenceEncoder(ModelIdentity("m", "", {}), transformer).encode(["Sora"])
    assert caught.value.__cause__ is cause


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the real model whose files may be spoilt."""
    return copy_model(tmp_path)


def _remove_tokenizer(folder: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        (folder / name).unlink()


@pytest.mark.model
@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda folder: replace(folder / "model.safetensors", b"cut"), "cannot be loaded"),
        (lambda folder: replace(folder / "config.json", b"{"), "cannot be loaded"),
        (lambda folder: replace(folder / "config.json", b"5"), "cannot be loaded"),
        (lambda folder: set_facts(folder / "config.json", model_type="none"), "cannot be loaded"),
        (lambda folder: set_facts(folder / "config.json", vocab_size=9), "cannot be loaded"),
        (lambda folder: replace(folder / "modules.json", b"{}}"), "cannot be loaded"),
        (lambda folder: replace(folder / "modules.json", b"[1]"), "cannot be loaded"),
        (lambda folder: replace(folder / "tokenizer.json", b"[]"), "cannot be loaded"),
        (lambda folder: (folder / "1_Pooling/config.json").unlink(), "cannot be loaded"),
        (_remove_tokenizer, "cannot tell “wheat” from “cinema”"),
    ],
    ids=[
        "weights",
        "config",
        "number",
        "kind",
        "shapes",
        "modules",
        "module",
        "tokenizer",
        "no pooling",
        "no tokenizer",
    ],
)
def test_a_broken_folder_is_one_sentence(
    folder: Path, spoil: Callable[[Path], object], complaint: str
) -> None:
    """Libraries that raise are translated; what they fill in by guessing is refused too."""
    spoil(folder)

    with pytest.raises(ModelError, match=rf"{complaint}.* \(.*check that its folder") as caught:
        open_encoder(find_model(str(folder)))
    assert "\n" not in str(caught.value)
    assert "recommender-model-" not in str(caught.value)
    assert (caught.value.__cause__ is not None) == (complaint == "cannot be loaded")


@pytest.fixture
def silenced() -> Iterator[None]:
    """A user who wants to hear nothing of the library, as with TRANSFORMERS_VERBOSITY=critical."""
    logger = logging.getLogger("transformers")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(level)


@pytest.mark.model
@pytest.mark.usefixtures("silenced")
@pytest.mark.parametrize("has_modules", [True, False])
def test_a_model_without_its_weights_is_refused(folder: Path, has_modules: bool) -> None:
    """The library would fill in random numbers; we say which are missing, whoever silenced it."""
    replace(folder / "model.safetensors", b"\x08\0\0\0\0\0\0\0{}      ")
    if not has_modules:
        (folder / "modules.json").unlink()

    with pytest.raises(ModelIntegrityError, match=r"lacks weights \((encoder|emb)") as caught:
        open_encoder(find_model(str(folder)))
    assert caught.value.path == folder
    assert logging.getLogger("transformers").level == logging.CRITICAL


@pytest.mark.model
def test_weights_in_half_precision_give_unit_rows_all_the_same(folder: Path) -> None:
    """They are computed with in float32."""
    from safetensors.numpy import load_file, save

    weights = load_file(folder / "model.safetensors")
    halves = {
        name: a.astype(np.float16) if a.dtype == np.float32 else a for name, a in weights.items()
    }
    replace(folder / "model.safetensors", save(halves, {"format": "pt"}))
    set_facts(folder / "config.json", dtype="float16")
    vectors = open_encoder(find_model(str(folder))).encode(TEXTS)

    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


@pytest.mark.model
def test_a_file_that_is_not_promised_is_never_seen(folder: Path, real: Encoder) -> None:
    """The loader gets the verified files alone, and would stumble over this one."""
    promised = find_model("all-minilm-l6-v2").identity
    (folder / "adapter_config.json").write_bytes(b"{}")
    opened = open_encoder(Model(promised, (FolderSource(folder),)).at("float32"))

    assert np.allclose(opened.encode(TEXTS), real.encode(TEXTS), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "content", "wish"),
    [
        ("modules.json", [{"path": "", "type": "os.system"}], r"the module “os\.system”"),
        ("config.json", {"auto_map": {"AutoModel": "evil.Model"}}, "code of its own"),
        ("sub/tokenizer_config.json", {"auto_map": {}}, "code of its own"),
        ("adapter_config.json", {"peft_type": "LORA"}, "the weights of another model"),
    ],
)
def test_code_and_weights_of_others_are_never_loaded(
    tmp_path: Path, name: str, content: object, wish: str
) -> None:
    """A folder that asks for them is refused before the library sees it."""
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(json.dumps(content), "utf-8")

    with pytest.raises(ModelIntegrityError, match=f"wants {wish}") as caught:
        open_encoder(find_model(str(tmp_path)))
    assert caught.value.path == tmp_path / name
