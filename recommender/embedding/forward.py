"""Texts → raw vectors of a loaded model, fast. The only file that imports torch, and late.

SentenceTransformer's own modules do all the work, as in its `encode`. What differs is which texts
go through them together, on which thread, and in which numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.records import Precision

BATCH_TOKENS = 1024
"""Of a batch, padding included, so that what it computes stays in the caches of one core."""

WIDTH_STEP = 8
"""Texts of a batch are padded to a multiple of this: attention is slow at the tokens left over."""

BATCH = 32
"""Texts of a batch where the model does not tell their tokens."""

_TOKENISING = Lock()  # a tokenizer must not be entered twice: it is set up anew for each call
Part = TypeVar("Part")
Found = TypeVar("Found")


def fastest_precision() -> Precision:
    """`bfloat16` where this CPU multiplies it in hardware, which is 3 to 4 times as fast.

    A torch that cannot tell what the CPU is capable of computes in `float32`.
    """
    import torch

    if not hasattr(torch.cpu, "get_capabilities"):
        return "float32"
    capabilities = torch.cpu.get_capabilities()
    has_bfloat16 = capabilities.get("avx512_bf16") or capabilities.get("amx_bf16")
    return "bfloat16" if has_bfloat16 else "float32"


def compute_in_bfloat16(transformer: Any) -> None:
    """Let the first module, which is nearly all of the work, compute in bfloat16.

    What follows it, pooling above all, gets float32 and stays in it.
    """
    transformer[0].bfloat16()
    transformer[0].register_forward_hook(_with_float32)


def _with_float32(_module: Any, _inputs: Any, features: Any) -> dict[str, Any]:
    return {
        name: value.float() if _is_tensor(value) and value.is_floating_point() else value
        for name, value in features.items()
    }


def side_by_side(
    work: Callable[[Part], Found], parts: Sequence[Part]
) -> Generator[Found, None, None]:
    """The result of each part, in order; each is worked on by one thread alone.

    Threads that share every product wait for one another, the more the smaller the products are.
    Close the iterator if it was not read to its end.
    """
    import torch

    n_threads = torch.get_num_threads()
    n_workers = min(n_threads, len(parts))
    if n_workers < 2:  # noqa: PLR2004 - one part: all threads share it
        yield from map(work, parts)
        return
    pool = ThreadPoolExecutor(n_workers, initializer=torch.set_num_threads, initargs=(1,))
    try:
        yield from pool.map(work, parts)
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(n_threads)


def raw_vectors(transformer: Any, texts: Sequence[str]) -> NDArray[np.float32]:
    """What `transformer.encode(texts)` gives, up to the noise of its numbers.

    Args:
        transformer: A SentenceTransformer, in evaluation mode.
        texts: At least one. They are tokenised once, and then batched by their numbers of tokens.

    Returns:
        Shape `(len(texts), dim)`, of any length and not checked.
    """
    import torch

    with torch.inference_mode():
        prompt = transformer.prompts.get(transformer.default_prompt_name)
        with _TOKENISING:
            features = transformer.preprocess(list(texts), prompt=prompt)
            if not _is_padded(features):
                return _encoded(transformer, texts)
        mask = features["attention_mask"]
        is_right_padded = bool(mask[:, 0].all())
        vectors = np.empty((len(texts), transformer.get_embedding_dimension()), dtype=np.float32)
        for rows, width in batches(mask.sum(dim=1).numpy()):
            columns = slice(width) if is_right_padded else slice(-width, None)
            batch = {
                name: value[rows, columns] if _is_tensor(value) else value
                for name, value in features.items()
            }
            found = transformer(batch)["sentence_embedding"]
            vectors[rows] = found[:, : vectors.shape[1]].float().numpy()
    return vectors


def batches(n_tokens: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], int]]:
    """Rows of texts that go together, the longest first, and the width to which they are padded.

    No batch has more than `BATCH_TOKENS`, unless a single text has.
    """
    order = np.argsort(-n_tokens, kind="stable")
    while len(order):
        width = -(-max(1, int(n_tokens[order[0]])) // WIDTH_STEP) * WIDTH_STEP
        n_texts = max(1, BATCH_TOKENS // width)
        yield order[:n_texts], width
        order = order[n_texts:]


def _is_padded(features: Any) -> bool:
    """Whether texts are rows and tokens columns in all of it, so that a part can be cut out."""
    shapes = {tuple(value.shape) for value in features.values() if _is_tensor(value)}
    return "attention_mask" in features and len(shapes) == 1


def _encoded(transformer: Any, texts: Sequence[str]) -> NDArray[np.float32]:
    vectors = transformer.encode(list(texts), batch_size=BATCH, show_progress_bar=False)
    return np.asarray(vectors, dtype=np.float32)


def _is_tensor(value: Any) -> bool:
    import torch

    return isinstance(value, torch.Tensor)
