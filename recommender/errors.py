"""The error tree: every failure the recommender reports on purpose.

RecommenderError
├── ConfigError (ValueError)                  a setting or an argument says something impossible
├── ArticleError (ValueError)                 a file cannot be read as an article
│   ├── FrontMatterError                      its front matter is missing, broken or unsafe
│   └── DuplicateArticleError                 its id or URL is taken by another file
├── UnknownArticleError (LookupError)         no article answers to that id, path, URL or title
├── ModelError                                an embedding model cannot be used
│   ├── ModelNotFoundError (LookupError)      nothing answers to its name
│   ├── ModelIntegrityError (ValueError)      its files are not the ones that were promised
│   └── MissingDependencyError (ImportError)  a package that it needs is not installed
├── ClusterError                              the machines that were named cannot be used
└── VectorIndexError                          an index cannot be used
    ├── IndexNotFoundError (LookupError)      there is none at that place
    ├── IndexFormatError (ValueError)         its files are damaged
    ├── IndexMismatchError (ValueError)       it was made by another model, recipe or format
    └── IndexBusyError                        another process is writing it

Each message is one sentence or two: what is wrong, where, what was found and expected, what to do.
The facts in it are attributes too, so that a program never has to parse the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MAX_SHOWN = 200


class RecommenderError(Exception):
    """Root of all errors raised on purpose by this package.

    Whatever its class takes to be made, one that was raised in another process arrives as it was.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        """Message and facts."""
        return _arrived, (type(self), self.args, self.__dict__)


def _arrived(
    kind: type[RecommenderError], args: tuple[Any, ...], facts: Mapping[str, Any]
) -> RecommenderError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(facts)
    return error


class ConfigError(RecommenderError, ValueError):
    """`recommender.yaml`, or an argument, says something that cannot be.

    Attributes:
        path: The settings file, or None where the value came as an argument.
        key: The dotted name of the setting, or None.
    """

    def __init__(self, message: str, *, path: Path | None = None, key: str | None = None) -> None:
        """Keep the message with the place it speaks of."""
        super().__init__(message)
        self.path = path
        self.key = key


class ArticleError(RecommenderError, ValueError):
    """A file cannot be read as an article.

    Attributes:
        path: The file, relative to the articles folder and `/`-separated where it lies inside one.
        line: 1-based line in the file, or None where no single line is at fault.
        found: What stands there.
        expected: What should stand there.
    """

    def __init__(self, path: str, line: int | None, found: str, expected: str) -> None:
        """Compose `path:line: found …, expected …` from its parts."""
        place = path if line is None else f"{path}:{line}"
        super().__init__(f"{place}: found {found}; expected {expected}")
        self.path = path
        self.line = line
        self.found = found
        self.expected = expected


class FrontMatterError(ArticleError):
    """The front matter is missing, broken, of the wrong shape, or unsafe to read."""


class DuplicateArticleError(ArticleError):
    """The id or the URL of a file is already taken by another file."""


class UnknownArticleError(RecommenderError, LookupError):
    """No article of the index answers to a string.

    Attributes:
        query: The string that was looked up.
        closest: Ids that look most like it, best first; may be empty.
    """

    def __init__(self, query: str, closest: Sequence[str]) -> None:
        """Compose the message from the string and the ids nearest to it."""
        shown = query if len(query) <= MAX_SHOWN else f"{query[:MAX_SHOWN]}…"
        advice = (
            "did you mean " + " or ".join(f"“{article_id}”" for article_id in closest) + "?"
            if closest
            else "give an id, a path, a URL or an exact title of an indexed article."
        )
        super().__init__(f"no article is known by “{shown}”: {advice}")
        self.query = query
        self.closest = tuple(closest)


class ModelError(RecommenderError):
    """An embedding model cannot be used.

    Attributes:
        model: The name under which it was asked for.
    """

    def __init__(self, message: str, *, model: str) -> None:
        """Keep the message with the model's name."""
        super().__init__(message)
        self.model = model


class ModelNotFoundError(ModelError, LookupError):
    """The model is neither in the registry, nor a folder, nor to be had from the hub."""


class ModelIntegrityError(ModelError, ValueError):
    """A model's file is not the one that was promised, or is of a kind that is never loaded.

    Attributes:
        path: The file at fault.
        expected: The promised SHA-256, or what the file should have been.
        found: What it is instead.
    """

    def __init__(self, message: str, *, model: str, path: Path, expected: str, found: str) -> None:
        """Keep the message with the file and both hashes."""
        super().__init__(message, model=model)
        self.path = path
        self.expected = expected
        self.found = found


class MissingDependencyError(ModelError, ImportError):
    """A Python package is needed and not installed.

    Attributes:
        package: Its name for the installer.
        extra: The extra of this distribution that brings it, or None.
    """

    def __init__(self, message: str, *, model: str, package: str, extra: str | None = None) -> None:
        """Keep the message with the package's name."""
        super().__init__(message, model=model)
        self.package = package
        self.extra = extra


class ClusterError(RecommenderError):
    """The engine that spreads work over machines cannot be used.

    Attributes:
        address: Where it was looked for; None where it was to be started here.
    """

    def __init__(self, message: str, *, address: str | None) -> None:
        """Keep the message with the address."""
        super().__init__(message)
        self.address = address


class VectorIndexError(RecommenderError):
    """An index cannot be used.

    Attributes:
        path: The index directory, or the file in it that is at fault.
    """

    def __init__(self, message: str, *, path: Path) -> None:
        """Keep the message with the place it speaks of."""
        super().__init__(message)
        self.path = path


class IndexNotFoundError(VectorIndexError, LookupError):
    """There is no index at that place."""


class IndexFormatError(VectorIndexError, ValueError):
    """A file of the index is damaged, or is not what the manifest says."""


class IndexMismatchError(VectorIndexError, ValueError):
    """The index is sound, but made with another model, text recipe or format version."""


class IndexBusyError(VectorIndexError):
    """Another process is writing this index."""
