"""What a model's files say of a BERT encoder, where they say nothing that is not understood here.

sentence-transformers and transformers read these files with many exceptions and settings. What is
neither known to change nothing nor has the one value that is computed with stops the reading, and
the libraries themselves do the work.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from recommender.embedding.bert import Shape
from recommender.embedding.word_pieces import SPECIAL, SPECIAL_TOKENS, Spelling

Pooling = Literal["mean", "cls", "max"]
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
FILES = {
    *("modules.json", "config.json", "config_sentence_transformers.json"),
    *("sentence_bert_config.json", "tokenizer_config.json", "special_tokens_map.json"),
    *(WEIGHTS, TOKENIZER, "vocab.txt", "data_config.json"),
}
"""All that may lie beside `modules.json`; nobody reads the last two."""

KINDS = ("Transformer", "Pooling", "Normalize")
MAX_LAYERS = 200
MIN_TOKENS = 3

CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "position_embedding_type": "absolute",
    "dtype": "float32",
    "torch_dtype": "float32",
    "is_decoder": False,
    "add_cross_attention": False,
}
SIZES = {
    "vocab_size": "n_tokens",
    "max_position_embeddings": "n_places",
    "type_vocab_size": "n_kinds",
    "hidden_size": "width",
    "intermediate_size": "inner_width",
    "num_hidden_layers": "n_layers",
    "num_attention_heads": "n_heads",
}
FREE_IN_CONFIG = {
    *("_name_or_path", "architectures", "transformers_version", "initializer_range"),
    *("attention_probs_dropout_prob", "hidden_dropout_prob", "classifier_dropout"),
    *("gradient_checkpointing", "use_cache", "tie_word_embeddings"),
    *("bos_token_id", "eos_token_id", "pad_token_id", "id2label", "label2id"),
}
STACK = {"default_prompt_name": None, "truncate_dim": None, "model_type": "SentenceTransformer"}
FREE_IN_STACK = {"__version__", "prompts", "similarity_fn_name"}
TRANSFORMER = {
    "do_lower_case": False,
    "transformer_task": "feature-extraction",
    "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
    "module_output_name": "token_embeddings",
}
LEGACY_POOLING = {
    "mean": "pooling_mode_mean_tokens",
    "cls": "pooling_mode_cls_token",
    "max": "pooling_mode_max_tokens",
}
OTHER_POOLING = {
    "pooling_mode_mean_sqrt_len_tokens": False,
    "pooling_mode_weightedmean_tokens": False,
    "pooling_mode_lasttoken": False,
}
NORMALIZE = dict.fromkeys(("module_input_name", "module_output_name"), "sentence_embedding")
TOKENIZING = {
    **SPECIAL_TOKENS,
    "do_basic_tokenize": True,
    "never_split": None,
    "backend": "tokenizers",
    "padding_side": "right",
    "truncation_side": "right",
    "truncation_strategy": "longest_first",
    "stride": 0,
}
TOKENIZERS = {"BertTokenizer", "BertTokenizerFast"}
FREE_IN_TOKENIZING = {
    *("model_max_length", "max_length", "pad_to_multiple_of", "pad_token_type_id"),
    *("clean_up_tokenization_spaces", "name_or_path", "is_local", "local_files_only"),
}


@dataclass(frozen=True, slots=True)
class BertFiles:
    """What the files say.

    Attributes:
        shape: Of the encoder.
        pooling: How the states of a text's tokens become one vector.
        spelling: How texts are changed before they are cut into tokens.
        max_tokens: Longest text, in tokens.
    """

    shape: Shape
    pooling: Pooling
    spelling: Spelling
    max_tokens: int

    @classmethod
    def read(cls, folder: Path, files: Collection[str]) -> BertFiles:
        """Read the files.

        Args:
            folder: Where they lie.
            files: The names of those that may be looked at.

        Raises:
            OSError: One cannot be read.
            ValueError, LookupError, TypeError, AttributeError: They say something else.
        """
        strange = {name for name in files if "/" not in name} - FILES
        if strange:
            raise ValueError(f"unknown files {strange}")
        read = _Reader(folder, files)
        shape = _shape(read("config.json"))
        _refuse_others(read("config_sentence_transformers.json", {}), STACK, FREE_IN_STACK)
        tokenizing = read("tokenizer_config.json")
        special = {name: _plain(of) for name, of in read("special_tokens_map.json", {}).items()}
        _refuse_others(special, SPECIAL_TOKENS)
        return cls(
            shape,
            _pooling(read, shape),
            _spelling(tokenizing),
            _max_tokens(read("sentence_bert_config.json"), tokenizing, shape),
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    folder: Path
    files: Collection[str]

    def __call__(self, name: str, absent: dict[str, Any] | None = None) -> Any:
        if name not in self.files and absent is not None:
            return absent
        if name not in self.files:
            raise ValueError(f"no {name}")
        return json.loads((self.folder / name).read_bytes())


def _refuse_others(
    facts: Mapping[str, Any], fixed: Mapping[str, Any], free: Collection[str] = ()
) -> None:
    """Stop at a fact that is not free, and not what it must be."""
    for name, value in facts.items():
        if name not in free and (name not in fixed or value != fixed[name]):
            raise ValueError(f"{name}: {value}")


def _shape(config: dict[str, Any]) -> Shape:
    sizes = {ours: config.pop(name) for name, ours in SIZES.items()}
    epsilon = config.pop("layer_norm_eps")
    _refuse_others({"model_type": None} | config, CONFIG, FREE_IN_CONFIG)
    are_sizes = all(type(size) is int and size > 0 for size in sizes.values())
    if not are_sizes or type(epsilon) is not float or not 0 < epsilon < 1:
        raise ValueError(f"sizes {sizes}, layer_norm_eps {epsilon}")
    if sizes["n_layers"] > MAX_LAYERS or sizes["width"] % sizes["n_heads"]:
        raise ValueError(f"sizes {sizes}")
    return Shape(**sizes, epsilon=epsilon)


def _pooling(read: _Reader, shape: Shape) -> Pooling:
    modules = read("modules.json")
    kinds = tuple(module["type"].rsplit(".", 1)[-1] for module in modules)
    folders = [module["path"] for module in modules]
    if kinds not in (KINDS, KINDS[:2]) or folders[0] or any(len(of) != 4 for of in modules):  # noqa: PLR2004 - idx, name, path, type
        raise ValueError(f"modules {kinds} in {folders}")
    for folder in folders[2:]:
        _refuse_others(read(f"{folder}/config.json", {}), NORMALIZE)
    facts = read(f"{folders[1]}/config.json")
    legacy = [mode for mode, name in LEGACY_POOLING.items() if facts.pop(name, False) is True]
    mode = facts.pop("pooling_mode", legacy[0] if len(legacy) == 1 else None)
    widths = dict.fromkeys(("embedding_dimension", "word_embedding_dimension"), shape.width)
    _refuse_others(facts, widths | OTHER_POOLING, {"include_prompt"})
    if mode not in get_args(Pooling) or len(legacy) > 1:
        raise ValueError(f"pooling {mode}, {legacy}")
    found: Pooling = mode
    return found


def _spelling(tokenizing: dict[str, Any]) -> Spelling:
    if tokenizing.pop("tokenizer_class") not in TOKENIZERS:
        raise ValueError("another tokenizer")
    spelling = Spelling(
        tokenizing.pop("do_lower_case", True),
        tokenizing.pop("strip_accents", None),
        tokenizing.pop("tokenize_chinese_chars", True),
    )
    added = {
        token.pop("content"): token for token in tokenizing.pop("added_tokens_decoder", {}).values()
    }
    _refuse_others(added, dict.fromkeys(SPECIAL_TOKENS.values(), SPECIAL | {"special": True}))
    _refuse_others(tokenizing, TOKENIZING, FREE_IN_TOKENIZING)
    return spelling


def _plain(token: Any) -> Any:
    """A special token as text, where it is written with all its settings and has the usual ones."""
    if isinstance(token, dict) and {"content": token.get("content")} | SPECIAL == token:
        return token["content"]
    return token


def _max_tokens(transformer: dict[str, Any], tokenizing: Mapping[str, Any], shape: Shape) -> int:
    longest = transformer.pop("max_seq_length", None)
    _refuse_others(transformer, TRANSFORMER)
    if longest is None:
        longest = min(tokenizing["model_max_length"], shape.n_places)
    if type(longest) is not int or not MIN_TOKENS <= longest <= shape.n_places:
        raise ValueError(f"texts of {longest} tokens")
    return longest
