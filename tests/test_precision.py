"""In which numbers an index's vectors are computed, and that they stay of one kind."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from conftest import Site, article_text
from fakes import FakeEncoder

from recommender import Article, BuildReport, Recommender, Settings, build
from recommender.embedding.registry import Model
from recommender.records import Precision


class _Machine:
    """A machine on which a model that needs no files is fast in one precision.

    Attributes:
        fast_in: That precision; None: nobody may ask.
        opened: In which precision the model was loaded, each time.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fast_in: Precision | None = "bfloat16"
        self.opened: list[Precision | None] = []
        monkeypatch.setattr("recommender.embedding.encoder.fastest_precision", self._fastest)
        monkeypatch.setattr("recommender.reuse.open_encoder_for", self._open)
        monkeypatch.setattr("recommender.embedding.light.open_encoder_for", self._open)
        for place in ("recommender.indexing", "recommender.embedding.registry"):
            monkeypatch.setattr(f"{place}.find_model", self._find)

    def _fastest(self) -> Precision:
        assert self.fast_in is not None, "asked for the fastest precision"
        return self.fast_in

    def _find(self, name: str) -> Model:
        return Model(FakeEncoder(name).identity, ())

    def _open(self, model: Model, _: int = 1) -> FakeEncoder:
        self.opened.append(model.identity.precision)
        encoder = FakeEncoder(model.identity.name)
        encoder.identity = model.identity
        return encoder


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> _Machine:
    """The machine that everything runs on."""
    return _Machine(monkeypatch)


@pytest.fixture
def update(site: Site) -> Callable[..., BuildReport]:
    """Brings the index up to date, under a setting."""

    def run(precision: str = "auto", model: str = "fake") -> BuildReport:
        settings = Settings(precision=precision)  # type: ignore[arg-type]
        return build(site.articles, index=site.index, settings=settings, model=model)

    return run


def _kept(site: Site) -> Precision:
    manifest = json.loads((site.index / "manifest.json").read_bytes())
    precision: Precision = manifest["recipe"]["model"]["precision"]
    return precision


@pytest.mark.parametrize("fast_in", ["float32", "bfloat16"])
def test_a_new_index_takes_what_is_fastest_and_says_so(
    site: Site, machine: _Machine, update: Callable[..., BuildReport], fast_in: Precision
) -> None:
    """The choice stands in the manifest, whichever it is."""
    machine.fast_in = fast_in
    update()

    assert (machine.opened, _kept(site)) == ([fast_in], fast_in)


def test_an_index_keeps_its_precision_on_another_machine(
    site: Site, machine: _Machine, update: Callable[..., BuildReport]
) -> None:
    """Only what is new is encoded, in the numbers of what is there; nobody asks the machine."""
    update()
    machine.fast_in = None
    site.write("barley.md", article_text("Barley harvests fall"))
    report = update()

    assert report.n_encoded == 1
    assert (machine.opened, _kept(site)) == (["bfloat16", "bfloat16"], "bfloat16")
    assert not update().is_changed


def test_another_precision_encodes_everything_anew(
    site: Site, machine: _Machine, update: Callable[..., BuildReport]
) -> None:
    """No vector of the precision before stays; what was chosen last is kept."""
    n_texts = update().n_encoded
    machine.fast_in = None

    assert update("float32").n_encoded == n_texts
    assert _kept(site) == "float32"
    assert not update("auto").is_changed


def test_another_model_chooses_anew(
    site: Site, machine: _Machine, update: Callable[..., BuildReport]
) -> None:
    """What suited one need not suit the other."""
    update("float32")
    update(model="other")

    assert (machine.opened, _kept(site)) == (["float32", "bfloat16"], "bfloat16")


def test_a_text_from_outside_is_encoded_in_the_precision_of_the_index(
    site: Site, machine: _Machine, update: Callable[..., BuildReport]
) -> None:
    """An encoder of the same files that computes otherwise is not asked."""
    update("float32")
    machine.fast_in = None
    other = machine._open(machine._find("fake").at("bfloat16"))
    engine = Recommender.open(site.index, settings=Settings(), encoder=other)
    engine.recommend(Article(title="Wheat harvests fall, again"))

    assert machine.opened == ["float32", "bfloat16", "float32"]
    assert other.encoded == []
