"""The public interface, and the errors it raises."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import recommender
from recommender import errors
from recommender.errors import ArticleError, RecommenderError, UnknownArticleError


def test_the_public_names_are_those_listed() -> None:
    """Each once, all there, and each called what it is called at home."""
    assert len(set(recommender.__all__)) == len(recommender.__all__)
    for name in set(recommender.__all__) - {"__version__", "SIGNALS"}:
        assert getattr(recommender, name).__name__ == name
    assert set(recommender.__all__) <= set(dir(recommender))


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As with any module."""
    with pytest.raises(AttributeError, match="has no attribute 'recomend'"):
        _ = recommender.recomend


def _error_classes() -> list[type]:
    values = vars(errors).values()
    return [cls for cls in values if isinstance(cls, type) and issubclass(cls, RecommenderError)]


def test_the_picture_of_the_error_tree_is_true() -> None:
    """Each class stands in the picture under its parent, with the built-in it also is."""
    picture = errors.__doc__ or ""
    for cls in _error_classes():
        line = next(line for line in picture.splitlines() if f"{cls.__name__} " in f"{line} ")
        for builtin in (ValueError, LookupError, ImportError):
            own = builtin in cls.__bases__
            assert own == (f"{cls.__name__} ({builtin.__name__})" in line)


def test_every_public_error_is_public() -> None:
    """Whoever must catch it can name it."""
    assert {cls.__name__ for cls in _error_classes()} <= set(recommender.__all__)


def test_an_article_error_says_where() -> None:
    """With and without a line; the facts are attributes."""
    error = ArticleError("a.md", 3, "a tab", "spaces")

    assert str(error) == "a.md:3: found a tab; expected spaces"
    assert str(ArticleError("a.md", None, "x", "y")) == "a.md: found x; expected y"
    assert (error.path, error.line, error.found, error.expected) == ("a.md", 3, "a tab", "spaces")


def test_an_unknown_article_error_offers_what_is_near() -> None:
    """Or says what could be given."""
    assert str(UnknownArticleError("x", ["a", "b"])) == (
        "no article is known by “x”: did you mean “a” or “b”?"
    )
    assert "give an id, a path, a URL" in str(UnknownArticleError("x", []))


def test_tests_run_against_the_installed_package(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Where a wheel is installed, the checkout is not what is tested."""
    checkout = request.config.rootpath / "recommender"
    program = "import recommender; print(recommender.__file__)"
    run = subprocess.run(
        [sys.executable, "-I", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        pytest.skip("the package is not installed here")

    assert Path(recommender.__file__) == Path(run.stdout.strip())
    assert not Path(recommender.__file__).is_relative_to(checkout)


def test_the_public_names_of_evaluation_are_those_listed() -> None:
    """Each once, all there, and nothing is imported before it is asked for."""
    import evaluation

    assert len(set(evaluation.__all__)) == len(evaluation.__all__)
    for name in evaluation.__all__:
        assert getattr(evaluation, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'evaluated'"):
        _ = evaluation.evaluated
    program = (
        "import sys, evaluation; print(sorted({'sklearn', 'jinja2', 'torch'} & {*sys.modules}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(Path(evaluation.__file__).parents[1])},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "[]\n"


def test_the_picture_of_the_evaluation_errors_is_true() -> None:
    """Each class stands in it, under the root of the tree."""
    from evaluation import errors as found

    picture = found.__doc__ or ""
    classes = [c for c in vars(found).values() if getattr(c, "__module__", "") == found.__name__]
    for cls in classes:
        assert cls.__name__ in picture
        assert issubclass(cls, RecommenderError)
    assert len(classes) == 4
