"""A model's files say BERT and nothing else, or the model is left to sentence-transformers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from model_folders import copy_tiny_model, replace, set_facts, tiny_weights, write_weights

from recommender.embedding.light import open_light_encoder
from recommender.embedding.registry import find_model
from recommender.embedding.tensors import map_tensors
from recommender.errors import ModelIntegrityError

pytestmark = pytest.mark.model
Spoil = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny model that is understood."""
    return copy_tiny_model(tmp_path)


def _is_understood(folder: Path) -> bool:
    return open_light_encoder(find_model(str(folder))) is not None


def _says(name: str, **facts: object) -> Spoil:
    return lambda folder: set_facts(folder / name, **facts)


def _lacks(name: str, *keys: str) -> Spoil:
    def spoil(folder: Path) -> None:
        facts = json.loads((folder / name).read_bytes())
        for key in keys:
            del facts[key]
        (folder / name).write_text(json.dumps(facts), "utf-8")

    return spoil


def _is(name: str, content: object) -> Spoil:
    return lambda folder: replace(folder / name, json.dumps(content).encode())


def _without(name: str) -> Spoil:
    return lambda folder: (folder / name).unlink()


def _modules(*modules: tuple[str, str], **more: object) -> Spoil:
    return _is(
        "modules.json",
        [
            {
                "idx": i,
                "name": str(i),
                "path": path,
                "type": f"sentence_transformers.{kind}",
                **more,
            }
            for i, (path, kind) in enumerate(modules)
        ],
    )


TRANSFORMER, POOLING = ("", "models.Transformer"), ("1_Pooling", "models.Pooling")
NORMALIZE = ("2_Normalize", "models.Normalize")


def _normalises_tokens(folder: Path) -> None:
    (folder / "2_Normalize").mkdir()
    _is("2_Normalize/config.json", {"module_input_name": "token_embeddings"})(folder)


def _pooled(mode: object) -> dict[str, object]:
    return {"embedding_dimension": 12, "pooling_mode": mode}


def _token(content: str, **more: object) -> dict[str, object]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"content": content, **flags, **more}


def _tokenizer(change: Callable[[dict[str, Any]], object]) -> Spoil:
    def spoil(folder: Path) -> None:
        facts = json.loads((folder / "tokenizer.json").read_bytes())
        change(facts)
        replace(folder / "tokenizer.json", json.dumps(facts).encode())

    return spoil


UNDERSTOOD: dict[str, Spoil] = {
    "as it is": lambda _: None,
    "no settings of the stack": _without("config_sentence_transformers.json"),
    "prompts that nobody asks for": _says(
        "config_sentence_transformers.json", prompts={"q": "q: "}
    ),
    "no special tokens": _without("special_tokens_map.json"),
    "special tokens at length": _is("special_tokens_map.json", {"cls_token": _token("[CLS]")}),
    "tokens added that are there": _says(
        "tokenizer_config.json", added_tokens_decoder={"101": _token("[CLS]", special=True)}
    ),
    "length of the tokenizer": lambda folder: (
        _lacks("sentence_bert_config.json", "max_seq_length")(folder),
        _says("tokenizer_config.json", model_max_length=20)(folder),
    ),
    "a file in a folder that nobody reads": lambda folder: (
        (folder / "onnx").mkdir(),
        replace(folder / "onnx/model.txt", b"x"),
    ),
    "no vocabulary beside the tokenizer": _without("vocab.txt"),
    "tensors that nobody needs": lambda folder: write_weights(
        folder, tiny_weights() | {"pooler.dense.bias": np.zeros(12, dtype=np.float16)}
    ),
}


@pytest.mark.parametrize("spoil", UNDERSTOOD.values(), ids=UNDERSTOOD)
def test_what_changes_no_vector_is_understood(folder: Path, spoil: Spoil) -> None:
    """Each of these gives what the library gives."""
    from recommender.embedding.encoder import open_encoder

    spoil(folder)
    model = find_model(str(folder)).at("float32")
    light = open_light_encoder(model)
    texts = ["A chip plant opens", "", "dry " * 90]

    assert light is not None
    assert np.abs(light.encode(texts) - open_encoder(model).encode(texts)).max() < 2e-6


STRANGE: dict[str, Spoil] = {
    "another network": _says("config.json", model_type="roberta"),
    "no kind of network": _lacks("config.json", "model_type"),
    "another activation": _says("config.json", hidden_act="gelu_new"),
    "relative places": _says("config.json", position_embedding_type="relative_key"),
    "a decoder": _says("config.json", is_decoder=True),
    "half precision": _says("config.json", torch_dtype="float16"),
    "an unknown setting": _says("config.json", rope_theta=1e4),
    "no width": _lacks("config.json", "hidden_size"),
    "a width that is a claim": _says("config.json", hidden_size=True),
    "no layers": _says("config.json", num_hidden_layers=0),
    "endless layers": _says("config.json", num_hidden_layers=10**12),
    "heads that do not share": _says("config.json", num_attention_heads=5),
    "no epsilon": _says("config.json", layer_norm_eps=0),
    "an epsilon in words": _says("config.json", layer_norm_eps="small"),
    "a config that is a list": _is("config.json", []),
    "a layer more": _modules(TRANSFORMER, POOLING, ("3", "models.Dense")),
    "another order": _modules(TRANSFORMER, NORMALIZE, POOLING),
    "one module": _modules(TRANSFORMER),
    "no module": _modules(),
    "a folder for the network": _modules(("0", "models.Transformer"), POOLING),
    "a module with arguments": _modules(TRANSFORMER, POOLING, kwargs=["task"]),
    "a folder outside": _modules(TRANSFORMER, ("../1_Pooling", "models.Pooling")),
    "tokens normalised": _normalises_tokens,
    "no pooling": _without("1_Pooling/config.json"),
    "two poolings": _says("1_Pooling/config.json", pooling_mode_cls_token=True),
    "weighted pooling": _is("1_Pooling/config.json", _pooled("weightedmean")),
    "a list of poolings": _is("1_Pooling/config.json", _pooled(["mean"])),
    "pooling by nothing": _is("1_Pooling/config.json", {"word_embedding_dimension": 12}),
    "pooling of another width": _says("1_Pooling/config.json", word_embedding_dimension=13),
    "a root of the length": _says("1_Pooling/config.json", pooling_mode_mean_sqrt_len_tokens=True),
    "a prompt": _says(
        "config_sentence_transformers.json", prompts={"q": "find: "}, default_prompt_name="q"
    ),
    "a shorter vector": _says("config_sentence_transformers.json", truncate_dim=8),
    "a requirement": _says("config_sentence_transformers.json", requirements=["nothing"]),
    "small letters of its own": _says("sentence_bert_config.json", do_lower_case=True),
    "settings of the loader": _says("sentence_bert_config.json", config_kwargs={"pruned": 1}),
    "texts longer than places": _says("sentence_bert_config.json", max_seq_length=41),
    "texts of no words": _says("sentence_bert_config.json", max_seq_length=2),
    "a length in words": _says("sentence_bert_config.json", max_seq_length="256"),
    "no settings of the network": _without("sentence_bert_config.json"),
    "another tokenizer": _says("tokenizer_config.json", tokenizer_class="RobertaTokenizer"),
    "no kind of tokenizer": _lacks("tokenizer_config.json", "tokenizer_class"),
    "capitals": _says("tokenizer_config.json", do_lower_case=False),
    "accents": _says("tokenizer_config.json", strip_accents=False),
    "filled up in front": _says("tokenizer_config.json", padding_side="left"),
    "cut in front": _says("tokenizer_config.json", truncation_side="left"),
    "another special token": _says("tokenizer_config.json", sep_token="[END]"),  # noqa: S106
    "a token more": _says(
        "tokenizer_config.json", added_tokens_decoder={"5": _token("<e1>", special=True)}
    ),
    "an unknown setting of the tokenizer": _says(
        "tokenizer_config.json", split_special_tokens=True
    ),
    "a special token elsewhere": _is("special_tokens_map.json", {"cls_token": "<s>"}),
    "a special token that strips": _is(
        "special_tokens_map.json", {"mask_token": _token("[MASK]") | {"lstrip": True}}
    ),
    "another model of words": _tokenizer(lambda of: of["model"].update(type="BPE")),
    "another mark of pieces": _tokenizer(
        lambda of: of["model"].update(continuing_subword_prefix="@@")
    ),
    "a token added": _tokenizer(
        lambda of: of["added_tokens"].append(_token("<e1>", id=30000, special=True))
    ),
    "a special token that is normalised": _tokenizer(
        lambda of: of["added_tokens"][2].update(normalized=True)
    ),
    "another normaliser": _tokenizer(lambda of: of["normalizer"].update(type="NFC")),
    "another cut": _tokenizer(lambda of: of.update(pre_tokenizer={"type": "Whitespace"})),
    "another frame": _tokenizer(lambda of: of["post_processor"]["single"].pop()),
    "another start": _tokenizer(
        lambda of: of["post_processor"]["special_tokens"]["[CLS]"].update(ids=[7])
    ),
    "no frame": _tokenizer(lambda of: of.update(post_processor=None)),
    "cut in front by the tokenizer": _tokenizer(
        lambda of: of["truncation"].update(direction="Left")
    ),
    "filled up in front by the tokenizer": _tokenizer(
        lambda of: of["padding"].update(direction="Left")
    ),
    "a token that the network does not know": _tokenizer(
        lambda of: of["model"]["vocab"].update(wheat=30522)
    ),
    "a token below all": _tokenizer(lambda of: of["model"]["vocab"].update(wheat=-1)),
    "a token in words": _tokenizer(lambda of: of["model"]["vocab"].update(wheat="9")),
    "no special token": _tokenizer(lambda of: of["model"]["vocab"].pop("[CLS]")),
    "no words": _tokenizer(lambda of: of["model"].update(vocab={})),
    "a tokenizer that is a list": _is("tokenizer.json", []),
    "a tokenizer that is cut": lambda folder: replace(folder / "tokenizer.json", b'{"model":'),
    "a tokenizer that is deep": lambda folder: replace(folder / "tokenizer.json", b"[" * 99_999),
    "a tokenizer that is no text": lambda folder: replace(folder / "tokenizer.json", b"\xff"),
    "a file that is not known": _is("processor_config.json", {}),
    "weights elsewhere": lambda folder: (folder / "model.safetensors").rename(
        folder / "pytorch_model.safetensors"
    ),
}


@pytest.mark.parametrize("spoil", STRANGE.values(), ids=STRANGE)
def test_what_is_not_understood_is_not_computed(folder: Path, spoil: Spoil) -> None:
    """Where a file says anything that could change a vector, nothing is guessed."""
    assert _is_understood(folder)
    spoil(folder)

    assert not _is_understood(folder)


def test_code_of_others_is_refused_as_ever(folder: Path) -> None:
    """The checks of the other encoder come first."""
    set_facts(folder / "config.json", auto_map={"AutoModel": "evil.Model"})

    with pytest.raises(ModelIntegrityError, match="wants code of its own"):
        open_light_encoder(find_model(str(folder)))


def _weights(change: Callable[[dict[str, Any]], object]) -> Spoil:
    def spoil(folder: Path) -> None:
        weights: dict[str, Any] = tiny_weights()
        change(weights)
        write_weights(folder, weights)

    return spoil


BIAS, TABLE = "encoder.layer.1.output.dense.bias", "embeddings.position_embeddings.weight"


def _header(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Changes the header alone; the numbers stay."""

    def spoil(folder: Path) -> None:
        header, numbers = _parts(folder)
        facts = json.loads(header)
        change(facts)
        header = json.dumps(facts).encode()
        data = len(header).to_bytes(8, "little") + header + numbers
        replace(folder / "model.safetensors", data)

    return spoil


def _parts(folder: Path) -> tuple[bytes, bytes]:
    data = (folder / "model.safetensors").read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    return data[8:start], data[start:]


def _bytes(change: Callable[[bytes], bytes]) -> Spoil:
    def spoil(folder: Path) -> None:
        path = folder / "model.safetensors"
        replace(path, change(path.read_bytes()))

    return spoil


def _moved(first: object, last: object) -> Spoil:
    return _header(lambda of: of[BIAS].update(data_offsets=[first, last]))


def _swapped(facts: dict[str, Any]) -> None:
    """Two tensors at the place of one, and none at the place of the other."""
    other = BIAS.replace("layer.1", "layer.0")
    facts[BIAS]["data_offsets"] = facts[other]["data_offsets"]


BROKEN: dict[str, Spoil] = {
    "no tensor": _weights(lambda of: of.pop(BIAS)),
    "an unknown tensor": _weights(lambda of: of.update(more=np.zeros(3, dtype=np.float32))),
    "another shape": _weights(lambda of: of.update({BIAS: np.zeros(13, dtype=np.float32)})),
    "turned": _weights(lambda of: of.update({TABLE: of[TABLE].T.copy()})),
    "another depth": _weights(lambda of: of.update({BIAS: of[BIAS][None]})),
    "half precision": _weights(lambda of: of.update({BIAS: of[BIAS].astype(np.float16)})),
    "whole numbers": _weights(lambda of: of.update({BIAS: of[BIAS].astype(np.int32)})),
    "its end cut off": _bytes(lambda data: data[:-1]),
    "cut in the header": _bytes(lambda data: data[:100]),
    "cut in the length": _bytes(lambda data: data[:7]),
    "a byte too many": _bytes(lambda data: data + b"\0"),
    "empty": _bytes(lambda _: b""),
    "a length beyond the end": _bytes(lambda data: len(data).to_bytes(8, "little") + data[8:]),
    "the greatest length": _bytes(lambda data: b"\xff" * 8 + data[8:]),
    "no length": _bytes(lambda data: bytes(8) + data[8:]),
    "a header that is no text": _bytes(lambda data: data[:8] + b"\xff" + data[9:]),
    "a header that is a list": _bytes(lambda _: (2).to_bytes(8, "little") + b"[]"),
    "a header that is deep": _bytes(lambda _: (99_999).to_bytes(8, "little") + b"[" * 99_999),
    "a tensor before the beginning": _moved(-48, 0),
    "a tensor beyond the end": _moved(10**9, 10**9 + 48),
    "a tensor that ends before it begins": _moved(48, 0),
    "offsets that are fractions": _moved(0.0, 48.0),
    "offsets in words": _moved("0", "48"),
    "offsets that are claims": _moved(False, True),
    "offsets that are huge": _moved(0, 10**400),
    "one offset": _header(lambda of: of[BIAS].update(data_offsets=[0])),
    "no offsets": _header(lambda of: of[BIAS].pop("data_offsets")),
    "two tensors in one place": _header(_swapped),
    "a negative shape": _header(lambda of: of[BIAS].update(shape=[-12])),
    "a tensor that is null": _header(lambda of: of.update({BIAS: None})),
}


@pytest.mark.parametrize("spoil", BROKEN.values(), ids=BROKEN)
def test_broken_weights_are_not_computed_with(folder: Path, spoil: Spoil) -> None:
    """Whatever the header says, no byte outside the tensors is read and no shape guessed."""
    assert _is_understood(folder)
    spoil(folder)

    assert not _is_understood(folder)


def test_tensors_are_those_of_the_file(folder: Path) -> None:
    """Bit for bit, and nobody can change them."""
    weights = tiny_weights()
    shapes = {name: tensor.shape for name, tensor in weights.items()}
    found = map_tensors(folder / "model.safetensors", shapes, ignored=frozenset())

    assert found.keys() == weights.keys()
    assert all(np.array_equal(found[name], tensor) for name, tensor in weights.items())
    assert not any(tensor.flags.writeable for tensor in found.values())


def test_a_header_that_lies_at_random_is_never_computed_with(folder: Path) -> None:
    """Of 300 headers with a byte changed nearly all are refused; no other gives other tensors."""
    weights = tiny_weights()
    shapes = {name: tensor.shape for name, tensor in weights.items()}
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    size = 8 + len(_parts(folder)[0])
    rng = np.random.default_rng(23)
    n_refused = 0
    for place, value in zip(rng.integers(0, size, 300), rng.integers(0, 256, 300), strict=True):
        replace(path, whole[:place] + bytes([value]) + whole[place + 1 :])
        try:
            found = map_tensors(path, shapes, ignored=frozenset())
        except (ValueError, LookupError, TypeError, AttributeError):
            n_refused += 1
        else:
            assert all(np.array_equal(found[name], tensor) for name, tensor in weights.items())
    assert n_refused > 290
