"""What words, letters, labels and titles say, in any script."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_ground import random_articles
from sklearn.feature_extraction.text import TfidfVectorizer

from recommender.features import (
    Features,
    Graph,
    Terms,
    TermTable,
    Vocabulary,
    tell_same_story,
    term_key,
)
from recommender.records import Article, Provider
from recommender.terms.articles import LABELS, body_length, day
from recommender.terms.collect import collect
from recommender.terms.describe import COMPARED, describe
from recommender.terms.letters import letter_ngrams
from recommender.terms.mentions import MAX_MENTIONS, are_names, find_mentions
from recommender.terms.sketches import sketch
from recommender.terms.texts import BLOCK, Texts
from recommender.terms.tokens import tokenise
from recommender.terms.weights import Bags, shares, tf_idf, to_table


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The Sea, the sea!", ["the", "sea", "the", "sea"]),
        ("Straße ＡＢＣ naïve", ["strasse", "abc", "naïve"]),
        ("хлеб да соль", ["хлеб", "да", "соль"]),
        ("人工智能", ["人工", "工智", "智能"]),
        ("iPhone新機種 a", ["iphone", "新機", "機種", "a"]),
        ("東", ["東"]),
        ("สวัสดี", ["สว", "วั", "ัส", "สด", "ดี"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("…—!", []),
        ("", []),
    ],
)
def test_words_are_found_in_any_script(text: str, tokens: list[str]) -> None:
    """Marks stay in their words; where nothing separates words, neighbouring letters are one."""
    assert tokenise(text) == tokens


@given(st.text())
def test_any_text_has_tokens_without_spaces(text: str) -> None:
    """Lone surrogates, controls and all."""
    assert all(token and not token.isspace() for token in tokenise(text))
    assert letter_ngrams(text).dtype == np.int64


@given(st.text(st.sampled_from("aB9_ .,-\t\n\x1c\x1f\x7f“”‘’–—")))
def test_the_words_of_plain_text_are_the_same_beside_other_letters(text: str) -> None:
    """There is a shorter way to them where all letters are plain."""
    assert [*tokenise(text), "é"] == tokenise(f"{text} é")


def test_letter_ngrams_stay_within_words_and_know_their_ends() -> None:
    """`ab cd` has the n-grams of ` ab ` and ` cd `, none across; case is levelled."""
    both, first, second = (set(letter_ngrams(text).tolist()) for text in ("Ab cd", "ab", "cd"))

    assert both == first | second
    assert len(first) == 3  # " ab", "ab ", " ab "
    assert len(letter_ngrams("banana")) == 6 + 5 + 4
    assert not len(letter_ngrams(""))


def test_a_term_has_the_same_key_everywhere() -> None:
    """Keys are kept on disk."""
    assert term_key("sea") == 8858230255372839672
    assert term_key("sea") != term_key("see")
    assert 0 <= term_key("\ud800") < 2**63


def test_tf_idf_equals_that_of_scikit_learn() -> None:
    """With sublinear counts; terms that one text alone has count for its length, and are gone."""
    texts = ["a b b c", "a c c d", "b d d d", "e a"]
    words = sorted(set(" ".join(texts).split()))
    numbers = [np.array([words.index(word) for word in text.split()]) for text in texts]
    table = tf_idf(Bags.from_texts(Texts.from_lists(numbers), len(words)), width=8)
    reference = TfidfVectorizer(sublinear_tf=True, analyzer=str.split).fit_transform(texts)

    for row, expected in enumerate(reference.toarray()):
        expected[words.index("e")] = 0
        found = np.zeros(len(words))
        ids, weights = table.of(row)
        found[ids] = weights
        assert found == pytest.approx(expected, abs=1e-6)


def test_only_the_weightiest_terms_are_kept() -> None:
    """Of equal ones those with the smaller number."""
    bags = Bags.from_texts(Texts.from_lists([[3, 1, 2, 0]]), 4)
    table = to_table(bags, lambda _: np.array([0.5, 2.0, 0.5, 0.0]), width=2)

    assert table.ids.tolist() == [[1, 0]]
    assert table.weights.tolist() == [[2.0, 0.5]]


def test_shares_of_a_title_add_up_to_one() -> None:
    """A word twice as rare has twice the share; a text without terms has none."""
    bags = Bags.from_texts(Texts.from_lists([[0, 1], []]), 2)
    table = shares(bags, np.array([1.0, 2.0]), width=4)

    assert table.of(0)[1].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert not len(table.of(1)[0])


def test_many_texts_are_counted_and_searched_as_few_are() -> None:
    """They are taken some thousand at a time, and the last ones are not as many."""
    rng = np.random.default_rng(2)
    lists = [rng.integers(0, 50, rng.integers(0, 4)) for _ in range(2 * BLOCK + 9)]
    bags = Bags.from_texts(Texts.from_lists(lists), 50)
    mentions = find_mentions(
        bags, Bags.from_texts(Texts.from_lists([[7], *[[]] * len(lists[1:])]), 50)
    )

    for row in (0, BLOCK - 1, BLOCK, 2 * BLOCK + 8):
        part = slice(bags.offsets[row], bags.offsets[row + 1])
        counted = zip(bags.terms[part].tolist(), bags.counts[part].tolist(), strict=True)
        assert dict(counted) == Counter(lists[row].tolist())
    having = [row for row, terms in enumerate(lists) if row and 7 in terms]
    assert np.flatnonzero(mentions.out_degrees()).tolist() == having


def test_mentions_are_those_that_looking_one_by_one_finds() -> None:
    """All words of the title in the text; word by word for a naming; never of oneself."""
    rng = np.random.default_rng(1)
    titles = [rng.integers(0, 12, rng.integers(0, 4)) for _ in range(60)]
    texts = [np.concatenate([title, rng.integers(0, 12, 6)]) for title in titles]
    mentions = _mentions(texts, titles, 12)
    is_name = are_names(mentions, Texts.from_lists(texts), Texts.from_lists(titles))

    def stands(title: np.ndarray, text: np.ndarray) -> bool:
        spans = range(len(text) - len(title) + 1)
        return any((text[i : i + len(title)] == title).all() for i in spans)

    for row, text in enumerate(texts):
        found = [
            other
            for other, title in enumerate(titles)
            if other != row and len(title) and set(title) <= set(text)
        ]
        assert mentions.of(row).tolist() == found
        part = is_name[mentions.offsets[row] : mentions.offsets[row + 1]]
        assert part.tolist() == [stands(titles[other], text) for other in found]


def _mentions(texts: list[np.ndarray], titles: list[np.ndarray], n_terms: int) -> Graph:
    in_texts, in_titles = (Bags.from_texts(Texts.from_lists(of), n_terms) for of in (texts, titles))
    return find_mentions(in_texts, in_titles)


def test_a_title_is_no_name_where_parts_of_other_words_spell_it() -> None:
    """The bytes of word 65,536 stand across two other words, and not in their place."""
    texts = Texts.from_lists([np.array([65536]), np.array([0x01000000, 0])])
    mentions = Graph.from_lists([[], [0]])

    assert not are_names(mentions, texts, texts).any()
    assert are_names(Graph.from_lists([[0], []]), texts, texts).all()


def test_who_mentions_too_many_keeps_the_rarest() -> None:
    """A list of everything says little; what is mentioned least often stays."""
    n = MAX_MENTIONS + 3
    titles = [np.array([i]) for i in range(n)]
    texts = [*titles[:-2], np.array([n - 2, 0]), np.arange(n)]
    mentions = _mentions(texts, titles, n)

    assert len(mentions.of(n - 1)) == MAX_MENTIONS
    assert 0 not in mentions.of(n - 1)


def test_an_article_outside_has_the_terms_that_it_has_inside() -> None:
    """As far as others have them: a term of its own matches nothing in either place."""
    articles = random_articles(40)
    features = collect(articles)
    for row in (3, 20, 35):
        described = describe(articles[row], features.vocabularies).terms
        for name in ("words", "lead", "letters"):
            inside = _by_term(getattr(features, name).of(row))
            outside = _by_term(described[name])
            assert {term: outside[term] for term in inside} == pytest.approx(inside, rel=1e-5)
        for name in ("titles", *COMPARED):
            ids, weights = getattr(features, name).of(row)
            assert described[name][0].tolist() == ids.tolist()
            assert described[name][1] == pytest.approx(weights, rel=1e-5)


def _lead(title: str, features: Features) -> Terms:
    return describe(Article(title=title), features.vocabularies).terms["lead"]


def _by_term(terms: Terms) -> dict[int, float]:
    ids, weights = terms
    return dict(zip(ids.tolist(), weights.tolist(), strict=True))


def test_unheard_of_words_count_for_the_length_alone() -> None:
    """Half known words match half as well as all known ones, about."""
    features = collect(random_articles(40))
    known = _lead("sea sail", features)
    mixed = _lead("sea sail qwert zuiop", features)

    assert known[0].tolist() == mixed[0].tolist()
    assert np.linalg.norm(known[1]) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(mixed[1]) < 0.7


def test_a_collection_without_any_text_has_empty_tables() -> None:
    """Titles of signs alone, nothing else."""
    features = collect([Article(title="…", id="a"), Article(title="!", id="b")])

    assert not features.words.weights.any()
    assert len(features.vocabularies["words"]) == 0
    assert describe(Article(title="sea"), features.vocabularies).terms["words"][0].tolist() == []
    assert np.isnan(features.body_length).all()


def test_labels_are_levelled_and_folders_counted_from_the_outermost() -> None:
    """A linked article's address is no folder."""
    article = Article(
        title="t",
        id="a/b/c",
        topics=("News",),
        authors=("Ann",),
        provider=Provider(name=None, domain="Site.example"),
        language="en-GB",
        type="Video",
    )

    assert {name: of(article) for name, of in LABELS.items()} == {
        "topics": ["news"],
        "authors": ["ann"],
        "providers": ["site.example"],
        "folders": ["a", "a/b"],
        "languages": ["en"],
        "types": ["video"],
    }
    assert LABELS["folders"](replace(article, is_linked=True)) == []
    assert LABELS["providers"](Article(title="t")) == []


def test_time_and_length_are_unknown_where_they_are_absent() -> None:
    """NaN, never zero."""
    dated = Article(title="t", body="abc", published_at=datetime(1970, 1, 2, tzinfo=UTC))

    assert (day(dated), body_length(dated)) == (1.0, math.log(4))
    assert math.isnan(day(Article(title="t")))
    assert math.isnan(body_length(Article(title="t")))


def test_sketches_agree_as_far_as_the_wording_does() -> None:
    """In about the share of word pairs that both have of all that either has."""
    rng = np.random.default_rng(0)
    keys = rng.integers(0, 2**62, 200)
    for share in (0.0, 0.1, 0.3, 1.0):
        changed = np.where(rng.random(200) < share, rng.integers(0, 2**62, 200), keys)
        pairs, others = ({*pairwise(words.tolist())} for words in (keys, changed))
        agreement = (sketch(keys) == sketch(changed)).mean()
        assert agreement == pytest.approx(len(pairs & others) / len(pairs | others), abs=0.1)


def test_a_text_of_one_word_agrees_with_nothing() -> None:
    """Its sketch is zero, which no other sketch holds anywhere."""
    assert not sketch(np.array([5])).any()
    assert sketch(np.array([5, 6])).all()


def test_a_near_copy_does_not_mention_its_original() -> None:
    """The title stands in it because it is a copy; what a third text says of both counts."""
    body = " ".join(f"word{i}" for i in range(40))
    features = collect(
        [
            Article(title="Old ships", id="a", body=body),
            Article(title="Old ships again", id="b", body=body),
            Article(title="Harbour", id="c", body="Where old ships again lie at rest."),
        ]
    )

    for graph in (features.mentions, features.names()):
        assert [graph.of(row).tolist() for row in range(3)] == [[], [], [0, 1]]


def test_what_says_nothing_is_no_copy_of_anything() -> None:
    """Two articles of one word each have empty sketches, and do not tell the same story."""
    nothing, something = sketch(np.array([5])), sketch(np.array([5, 6]))
    sketches = np.stack([nothing, something])

    assert tell_same_story(sketches, something).tolist() == [False, True]
    assert tell_same_story(sketches, nothing).tolist() == [False, False]


def test_a_vocabulary_finds_its_terms_and_no_others() -> None:
    """What it does not have is -1 and rarer than anything."""
    vocabulary = Vocabulary(np.array([2, 5, 9]), np.array([1.0, 1.5, 2.0], dtype=np.float32), 9)
    numbers = vocabulary.find(np.array([9, 1, 5, 10]))

    assert numbers.tolist() == [2, -1, 1, -1]
    assert vocabulary.rarity(numbers).tolist() == pytest.approx(
        [2.0, math.log(10) + 1, 1.5, math.log(10) + 1]
    )


def test_a_row_of_a_table_is_without_its_empty_places() -> None:
    """Zero is a term too, where it weighs anything."""
    table = TermTable(np.array([[0, 3, 4]], dtype=np.int32), np.array([[0.5, 0.2, 0]]), 4)

    assert table.of(0)[0].tolist() == [0, 3]
