"""Texts through a loaded model: batches, threads, precision, and stacks of any kind."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.embedding.encoder import SentenceEncoder
from recommender.embedding.forward import (
    BATCH_TOKENS,
    WIDTH_STEP,
    batches,
    fastest_precision,
    side_by_side,
)
from recommender.embedding.registry import find_model
from recommender.records import ModelIdentity, Precision

TEXTS = [
    *("Sora makes films", "A chip plant opens in Ohio", "猫", "x " * 900),
    *(f"{'Wheat harvests fall in a dry summer. ' * (i % 7)}{i}" for i in range(300)),
]


def test_batches_hold_every_text_once() -> None:
    """The longest first, each batch padded by less than a step, and none above the budget."""
    n_tokens = np.random.default_rng(3).integers(0, 600, 500)
    n_tokens[7] = BATCH_TOKENS + 5
    found = list(batches(n_tokens))

    assert (
        np.concatenate([rows for rows, _ in found]).tolist()
        == np.argsort(-n_tokens, kind="stable").tolist()
    )
    for rows, width in found:
        assert width % WIDTH_STEP == 0
        assert 0 <= width - max(1, n_tokens[rows[0]]) < WIDTH_STEP
        assert len(rows) == 1 or len(rows) * width <= BATCH_TOKENS


def test_batches_are_filled() -> None:
    """1,024 tokens are 128 texts of up to 8 tokens, and no text is still a batch of no text."""
    assert [len(rows) for rows, _ in batches(np.array([8] * 130))] == [128, 2]
    assert [(rows.tolist(), width) for rows, width in batches(np.array([0, 9]))] == [([1, 0], 16)]
    assert list(batches(np.array([], dtype=np.int64))) == []


@pytest.fixture
def two_threads() -> Iterator[Any]:
    """A torch that has two threads to give, and gets its own number back."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield torch
    torch.set_num_threads(before)


def test_parts_are_worked_on_by_one_thread_each(two_threads: Any) -> None:
    """Results come in the order of the parts, and torch has its threads back."""
    found = list(side_by_side(lambda part: (part, two_threads.get_num_threads()), [3, 1, 2]))

    assert found == [(3, 1), (1, 1), (2, 1)]
    assert two_threads.get_num_threads() == 2


def test_one_part_gets_all_threads(two_threads: Any) -> None:
    """It is worked on where it was asked for."""
    assert list(side_by_side(lambda _: two_threads.get_num_threads(), ["part"])) == [2]


def test_an_error_of_one_part_ends_the_work(two_threads: Any) -> None:
    """It comes out as it was raised; parts that nobody began are left, and threads given back."""
    begun = []

    def work(part: int) -> None:
        begun.append(part)
        raise RuntimeError(f"part {part}")

    with pytest.raises(RuntimeError, match="part 0"):
        list(side_by_side(work, range(1000)))
    assert len(begun) < 1000
    assert two_threads.get_num_threads() == 2


class _Tokenising:
    """Stands in for a model, and sees whether its tokenizer is entered twice at a time."""

    prompts: ClassVar[dict[str, str]] = {}
    default_prompt_name = None

    def __init__(self) -> None:
        self.n_inside = self.n_entered = self.most_inside = 0

    def eval(self) -> _Tokenising:
        return self

    def get_embedding_dimension(self) -> int:
        return 2

    def preprocess(self, texts: list[str], prompt: None) -> dict[str, object]:
        self.n_entered += 1
        self.n_inside += 1
        self.most_inside = max(self.most_inside, self.n_inside)
        time.sleep(0.01)
        self.n_inside -= 1
        return {}

    def encode(self, texts: list[str], **_options: object) -> NDArray[np.float32]:
        self.preprocess(texts, None)
        return np.ones((len(texts), 2), dtype=np.float32)


@pytest.mark.usefixtures("two_threads")
def test_a_tokenizer_is_never_entered_twice() -> None:
    """Whatever the threads do, one waits for the other there."""
    transformer = _Tokenising()
    SentenceEncoder(ModelIdentity("m", "", {}), transformer).encode([str(i) for i in range(300)])

    assert (transformer.n_entered, transformer.most_inside) == (6, 1)


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({}, "float32"),
        ({"avx2": True, "avx512_f": True, "avx512_bf16": False, "amx_bf16": False}, "float32"),
        ({"avx512_bf16": True}, "bfloat16"),
        ({"amx_bf16": True}, "bfloat16"),
    ],
    ids=str,
)
def test_the_cpu_decides_which_precision_is_fastest(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], expected: Precision
) -> None:
    """By what it multiplies in hardware."""
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: capabilities)

    assert fastest_precision() == expected


def test_a_torch_that_cannot_tell_computes_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """Older ones know nothing of capabilities."""
    monkeypatch.delattr("torch.cpu.get_capabilities")

    assert fastest_precision() == "float32"


def _deep_model(folder: Path, *, padding_side: str) -> Any:
    """A small transformer of random weights, with all that a stack may have besides."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling
    from transformers import AutoModel, BertConfig, Qwen2Config

    source = find_model("all-minilm-l6-v2").locate()
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((source / name).read_bytes())
    settings = folder / "tokenizer_config.json"
    chosen = json.loads(settings.read_bytes()) | {"padding_side": padding_side}
    settings.write_text(json.dumps(chosen), "utf-8")
    sizes = {"hidden_size": 48, "intermediate_size": 96, "vocab_size": 30522}
    heads = {"num_attention_heads": 4, "num_key_value_heads": 4}
    kind = BertConfig if padding_side == "right" else Qwen2Config
    torch.manual_seed(5)
    AutoModel.from_config(kind(**sizes, **heads, num_hidden_layers=2)).save_pretrained(folder)
    first = Transformer(str(folder))
    first.max_seq_length = 100
    mode = "mean" if padding_side == "right" else "lasttoken"
    return SentenceTransformer(
        modules=[first, Pooling(48, pooling_mode=mode), Dense(48, 24), Normalize()],
        device="cpu",
        prompts={"find": "find this: "},
        default_prompt_name="find",
        truncate_dim=16,
    )


def _static_model(_folder: Path, **_options: Any) -> Any:
    """Word vectors: no attention, and features that are not rows of texts."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    source = find_model("all-minilm-l6-v2").locate()
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    torch.manual_seed(5)
    module = StaticEmbedding(tokenizer, embedding_dim=16)
    return SentenceTransformer(modules=[module], device="cpu")


@pytest.mark.model
@pytest.mark.parametrize(
    ("make", "padding_side"),
    [(_deep_model, "right"), (_deep_model, "left"), (_static_model, "")],
    ids=["right", "left", "static"],
)
def test_any_stack_gives_what_encode_gives(tmp_path: Path, make: Any, padding_side: str) -> None:
    """Its prompt, its cut at the longest text, its further layers and its dimension hold."""
    transformer = make(tmp_path, padding_side=padding_side)
    expected = transformer.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    found = SentenceEncoder(ModelIdentity("m", "", {}, "float32"), transformer).encode(TEXTS)
    rough = SentenceEncoder(ModelIdentity("m", "", {}, "bfloat16"), transformer).encode(TEXTS)

    assert found.shape == (len(TEXTS), 16)
    assert np.abs(found - expected).max() < 1e-5
    assert np.sum(rough * expected, axis=1).min() > 0.9995
    assert not np.array_equal(rough, found)
