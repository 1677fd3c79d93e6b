"""A generation read byte by byte: what opening leaves unread is compared here.

What each promises, for an index whose manifest is whole (it carries a checksum of itself):

- Opening reads every file of up to 1 MiB and compares its SHA-256. Larger ones are mapped: type,
  shape and length are compared, offsets must ascend to the end, rows and terms must exist, ids must
  ascend, and every vector must be of unit length, every weight finite and not below 0, before they
  are used. So a changed byte of a large file may change a title or a similarity, and is refused
  where it cannot be read; it never leads outside an array.
- Of collections that are sorted into cells, vectors, and of ranking's arrays those of more than 32
  MiB, are not looked through: what cannot be in them is refused by the first list that needs it.
- A check reads every byte of every file and compares it; then it decodes every article and compares
  what is kept twice.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from recommender.errors import IndexFormatError
from recommender.index.damage import damage
from recommender.index.files import GenerationFiles
from recommender.index.manifest import GENERATION, Manifest
from recommender.index.snapshot import Snapshot

Progress = Callable[[int, int], None]

OURS = ("CACHEDIR.TAG", ".gitignore", "lock", "manifest.json")
"""What lies in an index directory besides generations."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a check of a generation found.

    Attributes:
        manifest: What the index says of itself.
        damages: One error a damaged file, by name; empty where all is well.
        snapshot: The generation, opened; None where something is damaged.
        others: Names of other generations, ascending: the one before is kept for readers that are
            about to open it, and a killed writer leaves one that is not whole.
        strays: Other paths that the index does not need, relative to its directory, ascending.
    """

    manifest: Manifest
    damages: tuple[IndexFormatError, ...]
    snapshot: Snapshot | None
    others: tuple[str, ...]
    strays: tuple[str, ...]


def check(index: Path, manifest: Manifest, progress: Progress | None = None) -> Check:
    """Read all of a generation.

    Args:
        index: The index directory.
        manifest: The one that names the generation.
        progress: Called now and then with the bytes read and their total.

    Raises:
        OSError: A file cannot be read.
    """
    folder = index / manifest.generation
    damages = tuple(_damaged_files(folder, manifest, progress))
    snapshot = None
    if not damages:
        try:
            snapshot = Snapshot(folder, manifest)
            snapshot.refuse_contradictions()
        except IndexFormatError as error:
            damages, snapshot = (error,), None
        except FileNotFoundError as error:  # a writer was faster, who has a newer manifest
            damages = (damage(Path(error.filename), "found no file; expected one"),)
    unneeded = sorted(_unneeded(index, manifest))
    others = tuple(name for name in unneeded if GENERATION.fullmatch(name))
    strays = tuple(name for name in unneeded if name not in others)
    return Check(manifest, damages, snapshot, others, strays)


def _damaged_files(
    folder: Path, manifest: Manifest, progress: Progress | None
) -> Iterator[IndexFormatError]:
    total = sum(facts.bytes for facts in manifest.files.values())
    done = 0

    def advance(n_bytes: int) -> None:
        nonlocal done
        done += n_bytes
        if progress:
            progress(done, total)

    try:
        files = GenerationFiles(folder, manifest.files, thorough=True)
    except IndexFormatError as error:
        yield error
        return
    except FileNotFoundError:
        yield damage(folder, "found no folder; expected one")
        return
    for name in sorted(manifest.files):
        try:
            files.check(name, advance)
        except FileNotFoundError:
            yield damage(folder / name, "found no file; expected one")
        except IndexFormatError as error:
            yield error


def _unneeded(index: Path, manifest: Manifest) -> Iterator[str]:
    for path in index.iterdir():
        if path.name == manifest.generation:
            yield from (f"{path.name}/{name}" for name in _names(path) - manifest.files.keys())
        elif path.name not in OURS:
            yield path.name


def _names(folder: Path) -> set[str]:
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(folder.lstat().st_mode):
            return {path.name for path in folder.iterdir()}
    return set()
