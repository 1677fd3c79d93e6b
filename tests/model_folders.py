"""Folders of models whose files may be spoilt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from recommender.embedding.bert import Shape
from recommender.embedding.registry import find_model

TINY = {
    "hidden_size": 12,
    "intermediate_size": 20,
    "num_attention_heads": 3,
    "num_hidden_layers": 2,
    "max_position_embeddings": 40,
}
TINY_SHAPE = Shape(30522, 40, 2, 12, 20, 2, 3, 1e-12)


def copy_model(folder: Path) -> Path:
    """A copy of the real model; the weights are a link."""
    source = _real_folder()
    for name in find_model("all-minilm-l6-v2").identity.files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".safetensors":
            path.symlink_to(source / name)
        else:
            path.write_bytes((source / name).read_bytes())
    return folder


@cache
def _real_folder() -> Path:
    return find_model("all-minilm-l6-v2").locate()


def copy_tiny_model(folder: Path) -> Path:
    """A model of the same kind with the same tokenizer, and small weights that mean nothing."""
    copy_model(folder)
    set_facts(folder / "config.json", **TINY)
    set_facts(folder / "sentence_bert_config.json", max_seq_length=32)
    set_facts(folder / "1_Pooling/config.json", word_embedding_dimension=TINY_SHAPE.width)
    write_weights(folder, tiny_weights())
    return folder


def tiny_weights() -> dict[str, NDArray[np.float32]]:
    """All that the tiny model needs."""
    rng = np.random.default_rng(17)
    return {
        name: rng.normal(size=shape, scale=0.5).astype(np.float32)
        for name, shape in TINY_SHAPE.weights().items()
    }


def write_weights(folder: Path, weights: Mapping[str, NDArray[np.generic]]) -> None:
    """In place of those that are there."""
    replace(folder / "model.safetensors", save(dict(weights), {"format": "pt"}))


def replace(path: Path, data: bytes) -> None:
    """Put other bytes there; where a link was, what it pointed at stays as it is."""
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def set_facts(path: Path, **facts: object) -> None:
    """Change a JSON file; None is a value too."""
    path.write_text(json.dumps(json.loads(path.read_bytes()) | facts), "utf-8")
