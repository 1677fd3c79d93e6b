"""What the fuzzer calls: bytes of a stranger go in, and only the documented errors may come out.

Nothing here needs the fuzzer, so that the tests can replay what it once found.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from recommender import Article, Policy, Recommender, Settings, Weights, build
from recommender.cli.terminal import harmless
from recommender.corpus.front_matter.document import read_front_matter
from recommender.corpus.links import resolve
from recommender.corpus.schema.article import to_article
from recommender.corpus.schema.presets import PRESETS, schema_from_settings
from recommender.embedding.texts import embedding_text
from recommender.errors import (
    ConfigError,
    FrontMatterError,
    ModelError,
    RecommenderError,
    VectorIndexError,
)
from recommender.index.manifest import FileFacts
from recommender.index.record_json import from_json, to_json
from recommender.listing.site_lists import SiteLists
from recommender.records import ModelIdentity
from recommender.settings import SchemaSettings

NOW = datetime(2025, 1, 1, tzinfo=UTC)
SETTINGS = Settings(policy=Policy(floor=0.0))
SCHEMAS = {name: schema_from_settings(SchemaSettings(preset=name)) for name in PRESETS}


def front_matter(data: bytes) -> None:
    """The bytes of an article file, through every preset, to all that is made of an article."""
    with suppress(FrontMatterError):
        found = read_front_matter(data, "news/2024-03-06-sora.md")
        for schema in SCHEMAS.values():
            with suppress(FrontMatterError):
                article, problems = to_article(found, "news/2024-03-06-sora.md", schema)
                for problem in problems:
                    _check_text(problem.message)
                _check_article(article)


def _check_article(article: Article) -> None:
    """It can be kept and found again, and what people read of it is harmless."""
    kept = to_json(article)
    kept.encode("utf-8")
    if from_json(Article, kept) != article:
        raise AssertionError(f"kept as another article: {kept}")
    for text in (article.title, article.excerpt, *article.topics, *article.authors):
        _check_text(text)
        if text != " ".join(text.split()):
            raise AssertionError(f"more than one line, or spaces around it: {text!r}")
    embedding_text(article.title, article.excerpt).encode("utf-8")
    for other in resolve([article], site_url="https://site.example").linked:
        from_json(Article, to_json(other))
        other.id.encode("utf-8")


def _check_text(text: str) -> None:
    text.encode("utf-8")
    if harmless(harmless(text)) != harmless(text):
        raise AssertionError(f"not harmless at once: {text!r}")


class Encoder:
    """One direction for each text, without a model."""

    identity = ModelIdentity("fuzz", "0" * 64, {})
    dim = 4

    def encode(self, texts: Any, *, progress: object = None) -> Any:
        """One unit row a text."""
        seeds = [list(hashlib.sha256(text.encode()).digest()) for text in texts]
        rows = np.stack([np.random.default_rng(seed).standard_normal(self.dim) for seed in seeds])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


ARTICLES = {
    "sora": "title: Sora makes films\nrelated: [panda, {title: Drones, webUrl: https://a.example}]",
    "panda": "title: Panda makes films too\nexcerpt: A video model.\ntopics: [ai, film]",
    "wheat": "title: Wheat harvests fall\npublishedDateTime: 2024-03-06T01:45:00Z",
}


@cache
def sound_index() -> Mapping[str, bytes]:
    """The files of a small index, by their path in it; the manifest is the first."""
    with tempfile.TemporaryDirectory() as folder:
        articles, index = Path(folder, "articles"), Path(folder, "index")
        articles.mkdir()
        for name, text in ARTICLES.items():
            (articles / f"{name}.md").write_text(f"---\n{text}\n---\nBody.\n", "utf-8")
        build(articles, index=index, settings=SETTINGS, encoder=Encoder())
        paths = [index / "manifest.json", *sorted(index.glob("generation-*/*"))]
        return {path.relative_to(index).as_posix(): path.read_bytes() for path in paths}


def index(data: bytes) -> None:
    """An index in which one file was changed, opened and asked for everything it holds.

    Byte 0 says which file. Bit 0 of byte 1: whether the hashes are mended, as a stranger would
    mend them. Byte 1 above that, modulo three: the rest replaces the file, stands in its place from
    an offset on (two bytes), or is cut off there.
    """
    if len(data) < N_HEAD:
        return
    files = dict(sound_index())
    name = list(files)[data[0] % len(files)]
    files[name] = _changed(files[name], data[1] >> 1, int.from_bytes(data[2:4]), data[N_HEAD:])
    if data[1] & 1:
        _mend(files, name)
    with suppress(VectorIndexError):
        ask_everything(files)


def ask_everything(files: Mapping[str, bytes]) -> None:
    """Put an index on disk, and ask for all that it holds.

    Raises:
        VectorIndexError: The files are not what an index holds.
    """
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        for path, content in files.items():
            place = Path(folder, "index", path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        _answer(Path(folder, "index"))


N_HEAD = 4


def _memory() -> str | None:
    """Where files cost no disk, if there is such a place."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder is made in it


def _changed(content: bytes, way: int, offset: int, rest: bytes) -> bytes:
    offset %= len(content) + 1
    match way % 3:
        case 0:
            return rest
        case 1:
            return content[:offset] + rest + content[offset + len(rest) :]
    return content[:offset]


def _mend(files: dict[str, bytes], changed: str) -> None:
    """Make every hash fit again, so that what lies behind them is reached."""
    manifest_name = next(iter(files))
    facts = _json(files[manifest_name])
    if changed == manifest_name:
        facts.pop("sha256", None)
    else:
        facts = _json(sound_index()[manifest_name])
        del facts["sha256"]
        content = files[changed]
        fact = FileFacts(len(content), hashlib.sha256(content).hexdigest())
        facts["files"][Path(changed).name] = {"bytes": fact.bytes, "sha256": fact.sha256}
    whole = json.dumps(facts, sort_keys=True).encode()
    facts["sha256"] = hashlib.sha256(whole).hexdigest()
    files[manifest_name] = json.dumps(facts).encode()


def _json(data: bytes) -> dict[str, Any]:
    """The object in some bytes; an empty one where there is none."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _answer(index: Path) -> None:
    """Open, answer, explain, look up: every column of the index is decoded."""
    engine = Recommender.open(
        index, settings=SETTINGS, encoder=Encoder(), weights=Weights({"vectors": 1.0}), now=NOW
    )
    for _, _ in engine.recommend_all(3, explain=True):
        pass
    for article in engine.articles:
        to_json(article)
    _ = engine.lists, engine.corpus_hash, engine.candidates
    with suppress(RecommenderError):
        engine.recommend("news/none")
    with suppress(ModelError):  # a stranger's index may be made by any model
        engine.recommend(Article(title="Panda makes films", excerpt="Another model."), 3)


def settings(data: bytes) -> None:
    """The bytes of a site's own YAML, read as settings, as weights and as pins and bans."""
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        path = Path(folder, "recommender.yaml")
        path.write_bytes(data)
        for read in (Settings.from_file, Weights.from_file, _read_site_lists):
            try:
                read(path)
            except ConfigError as error:
                _check_text(str(error))
                if len(str(error)) > LONGEST_MESSAGE:
                    raise AssertionError(f"a message of {len(str(error))} characters") from error


def _read_site_lists(path: Path) -> None:
    SiteLists.from_file(path, {"sora": 0, "wheat": 1}.get)


LONGEST_MESSAGE = 2_000
TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "front_matter": front_matter,
    "index": index,
    "settings": settings,
}
