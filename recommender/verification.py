"""Reads all of an index and says whether it is what it claims."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from recommender.errors import IndexFormatError
from recommender.index.check import Check
from recommender.index.store import Store
from recommender.ranking.stored import from_arrays
from recommender.settings import Settings


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found in an index.

    Attributes:
        index: The index directory.
        generation: Name of the state that counts.
        model: Name of the model that made its vectors.
        n_articles: Articles that it says it holds, linked ones included.
        n_files: Files that were read, or should have been.
        n_bytes: Their bytes.
        damages: A sentence for each damaged file, with what to do; empty where all is well.
        others: Names of other states that lie there, which the next change removes: the one before
            is kept for readers, and a killed writer leaves one that is not whole.
        strays: Other paths that the index does not need, relative to its directory.
    """

    index: Path
    generation: str
    model: str
    n_articles: int
    n_files: int
    n_bytes: int
    damages: tuple[str, ...]
    others: tuple[str, ...]
    strays: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether the index is what it claims."""
        return not self.damages


def verify(
    index: str | Path | None = None,
    *,
    settings: Settings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Read every byte of an index.

    Opening an index compares small files with their hashes and large ones by their structure; this
    compares all of them, decodes every article and looks at every number.

    Args:
        index: The index directory; None takes the one that the settings name.
        settings: None reads `recommender.yaml` of the working directory, if it is there.
        progress: Called now and then with the bytes read and their total.

    Raises:
        IndexNotFoundError: There is no index at that place.
        IndexFormatError: Its manifest is damaged, so that nothing else can be compared.
        IndexMismatchError: It was made by another format version.
        VectorIndexError: It cannot be read.
        ConfigError: The settings file is wrong.
    """
    path = Path(index or (settings or Settings.from_file()).index)
    found = Store(path).check(progress)
    manifest = found.manifest
    return Verification(
        index=path,
        generation=manifest.generation,
        model=manifest.recipe.model.name,
        n_articles=manifest.counts.articles,
        n_files=len(manifest.files),
        n_bytes=sum(facts.bytes for facts in manifest.files.values()),
        damages=tuple(str(error) for error in (*found.damages, *_misfits(found))),
        others=found.others,
        strays=found.strays,
    )


def _misfits(found: Check) -> Iterable[IndexFormatError]:
    """What ranking wanted kept, where it does not fit together."""
    if found.snapshot is None:
        return
    try:
        from_arrays(found.snapshot.vectors, found.snapshot.kept, thorough=True)
    except ValueError as error:
        yield found.snapshot.damaged(f"found that {error}; expected what ranking had kept")
