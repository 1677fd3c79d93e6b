"""Judgements: from lists and from files, and what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation import QrelsError
from evaluation.qrels import Judgements, from_file, from_lists
from recommender import UnknownArticleError

ALL = set("abcdx")
FOLDER = set("abcd")
NAMES = {"Title A": "a", "/b/": "b"}


def _find(reference: str) -> str:
    found = NAMES.get(reference, reference)
    if found not in ALL:
        raise UnknownArticleError(reference, [])
    return found


def _from_file(tmp_path: Path, text: str, candidates: set[str] = ALL) -> Judgements:
    path = tmp_path / "judged.tsv"
    path.write_text(text, "utf-8")
    return from_file(path, find=_find, candidates=candidates, queries=FOLDER)


def test_every_entry_of_a_list_is_relevant() -> None:
    """In the editors' order, queries by id; linked articles count."""
    judged = from_lists({"b": ("x", "a"), "a": ("c",)}, candidates=ALL, queries=FOLDER)

    assert judged.grades == {"a": {"c": 1}, "b": {"x": 1, "a": 1}}
    assert [*judged.grades] == ["a", "b"]
    assert [*judged.grades["b"]] == ["x", "a"]
    assert (judged.source, judged.has_zero_grades, judged.n_without_list) == ("lists", False, 2)


def test_the_query_itself_never_counts() -> None:
    """It is taken out, and counted."""
    judged = from_lists({"a": ("a", "b")}, candidates=ALL, queries=FOLDER)

    assert (judged.grades, judged.n_pointless) == ({"a": {"b": 1}}, 1)


def test_what_cannot_be_recommended_is_left_out_and_counted() -> None:
    """A query that has nothing else is left out with it."""
    judged = from_lists({"a": ("c",), "b": ("c", "d")}, candidates={"a", "d"}, queries=FOLDER)

    assert judged.grades == {"b": {"d": 1}}
    assert (judged.n_not_recommendable, judged.n_without_list) == (2, 3)


def test_without_any_list_there_is_nothing_to_measure() -> None:
    """One sentence says what to do."""
    with pytest.raises(QrelsError, match="add lists, or give --judgements"):
        from_lists({"a": ("a",)}, candidates=ALL, queries=FOLDER)


def test_a_tsv_has_three_columns_and_perhaps_a_heading(tmp_path: Path) -> None:
    """References are looked up; spaces in titles are fine."""
    text = "Title A\t/b/\t2\nb\tx\t0\nb\ta\t1\n"

    plain = _from_file(tmp_path, text)
    headed = _from_file(tmp_path, "Query\tArticle\tGrade\n" + text)

    assert plain == headed
    assert plain.grades == {"a": {"b": 2}, "b": {"x": 0, "a": 1}}
    assert (plain.has_zero_grades, plain.source) == (True, "judged.tsv")


def test_trec_qrels_have_four(tmp_path: Path) -> None:
    """Ids are percent-encoded there."""
    assert _from_file(tmp_path, "Title%20A 0 /b/ 3\n").grades == {"a": {"b": 3}}


def test_a_query_of_zeros_is_left_out_and_counted(tmp_path: Path) -> None:
    """There is nothing that could be found."""
    judged = _from_file(tmp_path, "a\tb\t0\nc\td\t1\n")

    assert (judged.grades, judged.n_without_list) == ({"c": {"d": 1}}, 3)


def test_a_linked_article_is_no_query(tmp_path: Path) -> None:
    """It has no page to show a list on."""
    judged = _from_file(tmp_path, "x\tb\t1\nc\td\t1\n")

    assert (judged.grades, judged.n_pointless) == ({"c": {"d": 1}}, 1)


def test_the_same_judgement_twice_is_harmless_and_two_grades_are_not(tmp_path: Path) -> None:
    """Even under two names."""
    assert _from_file(tmp_path, "a\tb\t1\nTitle A\tb\t1\n").grades == {"a": {"b": 1}}
    with pytest.raises(QrelsError, match=r":2: found grade 2 where an earlier line has 1"):
        _from_file(tmp_path, "a\tb\t1\nTitle A\tb\t2\n")


def test_unknown_articles_are_named_and_counted(tmp_path: Path) -> None:
    """The first with its line."""
    with pytest.raises(QrelsError, match=r":2: found “zz” \(and 2 more such lines\)"):
        _from_file(tmp_path, "a\tb\t1\nzz\tb\t1\na\tyy\t1\nzz\tyy\t0\n")
    with pytest.raises(QrelsError, match="found “zz”, which no article of the index is known by"):
        _from_file(tmp_path, "zz\tb\t1\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\tb\tgood\n", ":1: found the grade “good”"),
        ("a\tb\t1\na\tb\n", ":2: found 2 of 3 columns"),
        ("a b 1\n", ":1: found 3 of 4 columns"),
        ("", "found an empty file"),
        ("query\tarticle\tgrade\n", "no article with a related list"),
    ],
)
def test_broken_files_are_refused_with_their_line(tmp_path: Path, text: str, message: str) -> None:
    """Path, line, found and expected."""
    with pytest.raises(QrelsError, match=message):
        _from_file(tmp_path, text)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Not there, or not text."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\t\t")
    for name, message in (("gone", "cannot be read"), ("bytes", "not UTF-8")):
        with pytest.raises(QrelsError, match=message):
            from_file(tmp_path / name, find=_find, candidates=ALL, queries=FOLDER)
