"""One engine, many threads: the answers that one thread gets, each wholly of one state."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from typing import cast

import pytest
from conftest import Site, article_text
from evaluated_site import WEIGHTS, fill
from fakes import FakeEncoder
from numpy import float32
from numpy.typing import NDArray

from recommender import Article, IndexFormatError, Recommendation, Recommender
from recommender.embedding.encoder import Progress

N_THREADS = 8
N_ROUNDS = 4
WORDS = ("tide", "moon", "wheat", "chip", "sea", "film", "drone", "law")


@pytest.fixture(autouse=True)
def _frequent_switches() -> Iterator[None]:
    """Threads take turns a hundred times more often than usual, so that races are met."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 100)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def filled(site: Site) -> Site:
    """Forty indexed articles with lists, and weights of every kind."""
    fill(site, 40)
    site.weights = WEIGHTS
    return site


def _in_threads(work: Callable[[int], object], n: int = N_THREADS) -> list[object]:
    """What each of n threads makes of its number, begun together; what one raises is raised."""
    together = threading.Barrier(n)

    def begin(number: int) -> object:
        together.wait(timeout=60)
        return work(number)

    with ThreadPoolExecutor(n) as pool:
        return [future.result(timeout=60) for future in [pool.submit(begin, i) for i in range(n)]]


def _outsiders() -> list[Article]:
    return [Article(f"{first} and {second}") for first in WORDS for second in WORDS[:3]]


def test_eight_threads_get_the_answers_of_one(filled: Site, tmp_path: Path) -> None:
    """Articles of the index, files outside it, free texts and whole exports, all mixed."""
    path = tmp_path / "outside.md"
    path.write_text(article_text("tide and moon", "On wheat"), "utf-8")
    engine = filled.open()
    questions: list[str | Path | Article] = [a.id for a in engine.articles]
    questions += [path, *_outsiders()]
    expected = [engine.recommend(question) for question in questions]
    lists = list(engine.recommend_all(k=5))
    engine = filled.open()

    def ask(number: int) -> tuple[list[list[Recommendation]], object]:
        order = questions[number * 5 :] + questions[: number * 5]
        found = {str(question): engine.recommend(question) for question in order}
        answers = [found[str(question)] for question in questions]
        return answers, list(engine.recommend_all(k=5)) if number % 2 else lists

    assert _in_threads(ask) == [(expected, lists)] * N_THREADS


class _Sensitive(FakeEncoder):
    """An encoder that must not be entered twice, as a model's tokenizer."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = threading.Lock()

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> NDArray[float32]:
        assert self.entered.acquire(blocking=False), "entered twice"
        threading.Event().wait(0.002)
        self.entered.release()
        return super().encode(texts, progress=progress)


def test_texts_are_encoded_one_after_the_other(filled: Site) -> None:
    """Whatever thread they come from."""
    filled.encoder = _Sensitive()
    engine = filled.open()
    articles = _outsiders()

    _in_threads(lambda number: engine.recommend(articles[number]))

    assert sorted(filled.encoder.encoded) == sorted(a.title for a in articles[:N_THREADS])


def test_the_model_is_opened_once(filled: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight threads that need it first at the same moment share one."""
    opened: list[FakeEncoder] = []

    def open_slowly(*_: object) -> FakeEncoder:
        threading.Event().wait(0.01)
        opened.append(FakeEncoder())
        return opened[-1]

    monkeypatch.setattr("recommender.outside.Outside._open", open_slowly)
    engine = Recommender.open(filled.index, settings=filled.settings, weights=WEIGHTS)
    articles = _outsiders()

    _in_threads(lambda number: engine.recommend(articles[number]))

    assert len(opened) == 1


def _two_states(site: Site) -> Callable[[str], None]:
    """A maker of two states, of other articles in other number under partly the same ids."""

    def make(mark: str) -> None:
        for path in site.articles.rglob("*.md"):
            path.unlink()
        n_articles = 6 if mark == "old" else 9
        for i in range(n_articles):
            entry = f'related: [a{(i + 1) % n_articles}, {{title: "Outside, {mark}"}}]'
            text = article_text(f"{WORDS[i % 8]} and {WORDS[-1 - i % 8]}, {mark}", "On rain")
            site.write(f"a{i}.md", text.replace("excerpt:", f"{entry}\nexcerpt:"))
        site.write(f"only-{mark}.md", article_text(f"tide and moon, {mark}"))
        site.build()

    return make


def _everything(engine: Recommender) -> tuple[object, ...]:
    """What an engine answers by each of its ways, one call each."""
    return (
        engine.recommend("a1"),
        engine.recommend(Article("tide and moon and law")),
        list(engine.recommend_all(k=4, explain=True)),
        list(engine.articles),
        engine.lists,
        engine.candidates,
        [article.title for article in engine.curated("a0")],
        engine.vectors(["a0", "a5"]).tolist(),
        engine.find("a2"),
        engine.corpus_hash,
        engine.pools(["a1", "a2"], {"a1": ["a3"]}).signals.tobytes(),
    )


def test_a_refresh_takes_over_the_new_state(site: Site) -> None:
    """And nothing else does: until then the engine answers from the state it was opened at."""
    make = _two_states(site)
    make("old")
    engine = site.open()
    old = _everything(engine)
    make("new")

    assert _everything(engine) == old
    engine.refresh()
    assert _everything(engine) == _everything(site.open()) != old


def test_no_answer_is_of_two_states(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one thread refreshes without a pause, seven ask: each answer is of one of the two."""
    make = _two_states(site)
    engines, known = [], []
    for mark in ("old", "new"):
        make(mark)
        engines.append(site.open())
        known.append(_everything(engines[-1]))
    states = cycle([engine._state for engine in engines])
    engine = site.open()
    monkeypatch.setattr(engine._store, "open", lambda: engines[0]._state.snapshot)
    monkeypatch.setattr("recommender.engine.State.of", lambda *_: next(states))
    is_over = threading.Event()

    def refresh() -> int:
        n_refreshes = 0
        while not is_over.is_set():
            engine.refresh()
            n_refreshes += 1
        return n_refreshes

    def ask() -> None:
        for _ in range(N_ROUNDS):
            for old, new, answer in zip(*known, _everything(engine), strict=True):
                assert answer in (old, new)

    def work(number: int) -> int | None:
        if not number:
            return refresh()
        try:
            return ask()
        finally:
            is_over.set()

    assert cast("int", _in_threads(work)[0]) > 100


def test_an_export_that_has_begun_ends_in_its_state(site: Site) -> None:
    """Also where it was only asked for, and not yet begun, when the refresh came."""
    make = _two_states(site)
    make("old")
    engine = site.open()
    expected = list(engine.recommend_all())
    begun, asked = engine.recommend_all(), engine.recommend_all()
    first = next(begun)
    make("new")
    engine.refresh()

    assert [first, *begun] == list(asked) == expected
    assert list(engine.recommend_all()) != expected


def test_a_refresh_that_fails_leaves_the_state_before(site: Site) -> None:
    """A damaged new generation is said, and the engine goes on answering."""
    make = _two_states(site)
    make("old")
    engine = site.open()
    expected = _everything(engine)
    make("new")
    (titles,) = site.index.glob("generation-000002/titles.npy")
    titles.write_bytes(titles.read_bytes()[:-1])

    with pytest.raises(IndexFormatError, match=r"titles\.npy"):
        engine.refresh()
    assert _everything(engine) == expected


def test_refreshes_come_one_after_the_other(site: Site) -> None:
    """One that was slow must not bring back a state older than another has brought since."""
    make = _two_states(site)
    make("old")
    engine = site.open()
    make("new")
    n_inside: list[int] = []
    inside = threading.Semaphore(1)
    open_store = engine._store.open

    def opened() -> object:
        assert inside.acquire(blocking=False), "two refreshes at once"
        threading.Event().wait(0.005)
        snapshot = open_store()
        n_inside.append(1)
        inside.release()
        return snapshot

    engine._store.open = opened  # type: ignore[method-assign, assignment]
    _in_threads(lambda _: engine.refresh())

    assert len(n_inside) == N_THREADS
    assert _everything(engine) == _everything(site.open())
