"""The manifest says what an index is, and is believed only as it was written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sample_index import RECIPE

from recommender.errors import IndexFormatError, IndexMismatchError
from recommender.index.manifest import ArrayFacts, Counts, FileFacts, Manifest

PATH = Path("index/manifest.json")
MANIFEST = Manifest(
    format=7,
    generation="generation-000007",
    recipe=RECIPE,
    dim=4,
    counts=Counts(articles=3, linked_articles=1, lists=2, warnings=1),
    files={"ids.npy": FileFacts(bytes=160, sha256="a" * 64)},
    kept={"days": ArrayFacts("<f8", (3,))},
)
GOLDEN = """\
{
  "format": 7,
  "generation": "generation-000007",
  "recipe": {
    "recommender": "1.0",
    "model": {
      "name": "fake",
      "fingerprint": "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      "files": {
        "weights": "0000000000000000000000000000000000000000000000000000000000000000"
      },
      "precision": "bfloat16"
    },
    "text_recipe": "title/1",
    "reading": "r",
    "articles_folder": "articles",
    "hides_unpublished": false
  },
  "dim": 4,
  "counts": {
    "articles": 3,
    "linked_articles": 1,
    "lists": 2,
    "warnings": 1
  },
  "files": {
    "ids.npy": {
      "bytes": 160,
      "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    }
  },
  "kept": {
    "days": {
      "dtype": "<f8",
      "shape": [
        3
      ]
    }
  },
  "sha256": "CHECKSUM"
}
"""


def _read(manifest: Manifest) -> Manifest:
    return Manifest.from_json(manifest.to_json().encode(), PATH)


def test_a_manifest_is_written_for_people_too() -> None:
    """Names and nesting are part of the format."""
    text = MANIFEST.to_json()
    checksum = json.loads(text)["sha256"]

    assert text == GOLDEN.replace("CHECKSUM", checksum)
    assert len(checksum) == 64


def test_a_manifest_is_read_as_it_was_written() -> None:
    """Also where the name of a folder is not valid UTF-8."""
    undecodable = replace(MANIFEST, recipe=replace(RECIPE, articles_folder="caf\udce9/“x”"))

    assert _read(MANIFEST) == MANIFEST
    assert _read(undecodable) == undecodable


def test_no_byte_of_a_manifest_can_change_unseen() -> None:
    """A flipped bit anywhere is refused, or was in white space and changes nothing."""
    data = MANIFEST.to_json().encode()
    n_refused = 0
    for i in range(len(data)):
        changed = data[:i] + bytes([data[i] ^ 1]) + data[i + 1 :]
        try:
            assert Manifest.from_json(changed, PATH) == MANIFEST
        except IndexFormatError:
            n_refused += 1

    assert n_refused > len(data) / 2


def test_a_manifest_that_is_cut_is_refused() -> None:
    """Only the last line feed can be spared."""
    data = MANIFEST.to_json().encode()
    for length in range(len(data) - 1):
        with pytest.raises(IndexFormatError, match=r"manifest\.json: found no JSON"):
            Manifest.from_json(data[:length], PATH)

    assert Manifest.from_json(data[:-1], PATH) == MANIFEST


@pytest.mark.parametrize(
    "data", [b"\xff", b"[" * 100_000, b"[]", b"{}", b'{"format": 1' + b"0" * 5000 + b"}"]
)
def test_other_bytes_are_refused(data: bytes) -> None:
    """Binary, deep, of another shape, or with a number without end: one kind of error."""
    with pytest.raises(IndexFormatError, match=r"manifest\.json: found .* expected a manifest"):
        Manifest.from_json(data, PATH)


@pytest.mark.parametrize("number", [0, 5, "3"])
def test_another_format_version_says_to_index_again(number: int | str) -> None:
    """The index may be sound; this version cannot read it."""
    other = replace(MANIFEST, format=number)  # type: ignore[arg-type]

    with pytest.raises(IndexMismatchError, match=f"of format {number}; .* format 7: run") as raised:
        _read(other)
    assert raised.value.path == PATH


FACTS = FileFacts(160, "a" * 64)
ANYTHING: Any = None  # of a type that the record does not have


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"generation": "../generation-000001"}, "found “../generation-000001”; expected the name"),
        ({"generation": "generation-1"}, "expected the name of a generation"),
        ({"dim": 0}, "found dim 0"),
        ({"dim": 4.0}, "dim: found 4.0; expected a whole number"),
        ({"counts": Counts(-1, 0, 0, 0)}, "expected none below 0"),
        ({"files": ANYTHING}, "files: found None; expected a mapping"),
        ({"files": {"../ids.npy": FACTS}}, "found the file “../ids.npy”; expected a plain name"),
        ({"files": {"/etc/passwd": FACTS}}, "expected a plain name"),
        ({"files": {"ids.pkl": FACTS}}, "expected a plain name"),
        ({"files": {"ids.npy": FileFacts(160, "A" * 64)}}, "and SHA-256"),
        ({"files": {"ids.npy": replace(FACTS, bytes=ANYTHING)}}, "files: bytes: found None"),
        ({"counts": Counts(1 << 40, 0, 0, 0)}, "expected none below 0"),
        ({"kept": {"x": ArrayFacts("|O", (3,))}}, "found “x” as “\\|O”; expected plain numbers"),
        ({"kept": {"x": ArrayFacts("<f8", (1,) * 40_000)}}, "expected plain numbers"),
        ({"kept": {"x": ArrayFacts("<f8", (-1,))}}, "of shape \\(-1,\\); expected a possible one"),
        ({"kept": {"x": ArrayFacts("<f8", (0, 1 << 39, 1 << 39))}}, "expected a possible one"),
        (
            {"recipe": replace(RECIPE, hides_unpublished=ANYTHING)},
            "hides_unpublished: found None; expected true or false",
        ),
        (
            {"recipe": replace(RECIPE, model=ANYTHING)},
            "recipe: model: found None; expected a mapping",
        ),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value,
)
def test_a_strangers_manifest_is_checked(changes: dict[str, Any], complaint: str) -> None:
    """Whoever made it up computed the checksum too; the values must be sane all the same."""
    with pytest.raises(IndexFormatError, match=complaint):
        _read(replace(MANIFEST, **changes))


@pytest.mark.parametrize(("old", "new"), [('"dim": 4,', ""), ('"dim"', '"dimension"')])
def test_the_checksum_covers_the_keys(old: str, new: str) -> None:
    """A key that is lost or renamed is another content."""
    changed = MANIFEST.to_json().replace(old, new)

    with pytest.raises(IndexFormatError, match="other content than its checksum promises"):
        Manifest.from_json(changed.encode(), PATH)
