"""What every encoder refuses: parts of others in a model's folder, and vectors that are none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from recommender.embedding.sources import one_line
from recommender.errors import ModelError, ModelIntegrityError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.embedding.encoder import Encoder
    from recommender.records import ModelIdentity

OWN_MODULES = "sentence_transformers."
PROBES = ("wheat", "cinema")
ALIKE = 0.9999
SHOWN_OF_A_TEXT = 60


def readable(text: str) -> str:
    """The text without lone surrogates, which tokenizers refuse."""
    return text.encode("utf-8", "replace").decode()


def unit_rows(
    identity: ModelIdentity, texts: Sequence[str], vectors: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The vectors at unit length.

    Raises:
        ModelError: One is zero or not finite; names its text.
    """
    lengths = np.linalg.norm(vectors, axis=1)
    is_sound = np.isfinite(lengths) & (lengths > 0)
    if not is_sound.all():
        text = texts[int(np.argmin(is_sound))]
        raise failure(
            identity,
            "gave a vector that is zero or not finite",
            f"for the text “{text[:SHOWN_OF_A_TEXT]}”",
        )
    unit: NDArray[np.float32] = (vectors / lengths[:, None]).astype(np.float32)
    return unit


def refuse_foreign_parts(identity: ModelIdentity, folder: Path) -> None:
    """Refuse files that ask for code, or for weights that are not among the verified ones."""
    for name in identity.files:
        path = folder / name
        if path.name == "modules.json":
            _refuse_foreign_modules(identity, path)
        elif path.name == "adapter_config.json":
            _refuse(identity, path, "the weights of another model, to adapt them")
        elif path.name.endswith("config.json"):
            content = _read_json(identity, path)
            if isinstance(content, dict) and "auto_map" in content:
                _refuse(identity, path, "code of its own (`auto_map`)")


def _refuse_foreign_modules(identity: ModelIdentity, path: Path) -> None:
    try:
        kinds = [str(module["type"]) for module in _read_json(identity, path)]
    except (KeyError, TypeError) as error:
        raise failure(identity, "cannot be loaded", f"{path}: {one_line(error)}") from error
    for kind in kinds:
        if not kind.startswith(OWN_MODULES):
            _refuse(identity, path, f"the module “{kind}”")


def _read_json(identity: ModelIdentity, path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise failure(identity, "cannot be loaded", f"{path}: {one_line(error)}") from error


def _refuse(identity: ModelIdentity, path: Path, wish: str) -> NoReturn:
    raise ModelIntegrityError(
        f"the model “{identity.name}” wants {wish} ({path}); only its own weights and modules of "
        "sentence-transformers are loaded: name another model with --model.",
        model=identity.name,
        path=path,
        expected=f"{OWN_MODULES}*",
        found=wish,
    )


def refuse_without_tokenizer(encoder: Encoder) -> None:
    """Refuse a model whose tokenizer the library made up: it knows no word from another."""
    one, other = encoder.encode(PROBES)
    if one @ other > ALIKE:
        words = " from ".join(f"“{word}”" for word in PROBES)
        raise failure(encoder.identity, f"cannot tell {words}", "is its tokenizer there?")


def failure(identity: ModelIdentity, complaint: str, detail: str) -> ModelError:
    """The error for a model that cannot be used as it is."""
    return ModelError(
        f"the model “{identity.name}” {complaint} ({detail}): "
        "check that its folder is complete, or name another with --model.",
        model=identity.name,
    )
