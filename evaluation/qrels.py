"""What the systems are judged by: the editors' lists, or graded judgements from a file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recommender import UnknownArticleError

from .errors import QrelsError
from .trec import decoded, rows, whole_grade

_TSV = 3
_TREC = 4
_HEADER = ["query", "article", "grade"]


@dataclass(frozen=True, slots=True)
class Judgements:
    """Grades of articles for queries, and what was left out on the way to them.

    A query without a relevant article, one of grade 1 or more, is left out.

    Attributes:
        grades: Query id to article id to grade, 0 or more; queries ordered by id, articles as in
            the list or the file.
        source: `lists`, or the file's name.
        n_without_list: Articles of the folder that are no query.
        n_pointless: Judgements of a query by itself, or for a linked article, which has no page to
            show a list on: left out.
        n_not_recommendable: Judgements of articles that the site hides: left out.
    """

    grades: Mapping[str, Mapping[str, int]]
    source: str
    n_without_list: int
    n_pointless: int
    n_not_recommendable: int

    @property
    def has_zero_grades(self) -> bool:
        """Whether somebody said of some article that it is not related."""
        return any(grade == 0 for grades in self.grades.values() for grade in grades.values())


def from_lists(
    lists: Mapping[str, Sequence[str]], *, candidates: Collection[str], queries: Collection[str]
) -> Judgements:
    """Every entry of a list is relevant, with grade 1.

    Args:
        lists: Article id to the ids of its list.
        candidates: Ids of what may be recommended.
        queries: Ids of the articles of the folder.

    Raises:
        QrelsError: No list names an article that may be recommended.
    """
    entries = ((query, entry, 1) for query, ids in lists.items() for entry in ids)
    return _judgements(entries, "lists", candidates, queries)


def from_file(
    path: Path,
    *,
    find: Callable[[str], str],
    candidates: Collection[str],
    queries: Collection[str],
) -> Judgements:
    """Read a TREC qrels file (four columns) or a TSV of query, article and grade.

    Args:
        path: The file. The first line tells the format, and may be the heading of a TSV.
        find: An id, path, URL or exact title to the id of an article.
        candidates: Ids of what may be recommended.
        queries: Ids of the articles of the folder.

    Raises:
        QrelsError: The file cannot be read, names articles that are not there, grades one of them
            twice and differently, or leaves no query.
    """
    grades: dict[tuple[str, str], int] = {}
    unknown: list[tuple[int, str]] = []
    for line, (query, article, grade) in _read(path):
        try:
            pair = find(query), find(article)
        except UnknownArticleError as error:
            unknown.append((line, error.query))
            continue
        if grades.setdefault(pair, grade) != grade:
            raise QrelsError(
                f"found grade {grade} where an earlier line has {grades[pair]} for the same "
                "articles; expected one grade.",
                path=path,
                line=line,
            )
    if unknown:
        raise _unknown(path, unknown)
    judged = ((query, article, grade) for (query, article), grade in grades.items())
    return _judgements(judged, path.name, candidates, queries)


def _read(path: Path) -> Iterable[tuple[int, tuple[str, str, int]]]:
    """Line, and query, article and grade as they are meant."""
    if _is_tsv(path):
        for line, columns in rows(path, _TSV, QrelsError, separator="\t"):
            if [column.lower() for column in columns] != _HEADER:
                yield line, (columns[0], columns[1], whole_grade(columns[2], path, line))
    else:
        for line, columns in rows(path, _TREC, QrelsError):
            grade = whole_grade(columns[3], path, line)
            yield line, (decoded(columns[0]), decoded(columns[2]), grade)


def _is_tsv(path: Path) -> bool:
    """Three columns between tabs; whatever else the file is will be said when it is read."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            first = next((text for text in stream if text.strip()), "")
    except (OSError, UnicodeDecodeError):
        return False
    return first.count("\t") == _TSV - 1


def _unknown(path: Path, unknown: Sequence[tuple[int, str]]) -> QrelsError:
    line, name = unknown[0]
    more = f" (and {len(unknown) - 1:,} more such lines)" if len(unknown) > 1 else ""
    return QrelsError(
        f"found “{name[:200]}”{more}, which no article of the index is known by; expected an id, a "
        "path, a URL or an exact title.",
        path=path,
        line=line,
    )


def _judgements(
    judged: Iterable[tuple[str, str, int]],
    source: str,
    candidates: Collection[str],
    queries: Collection[str],
) -> Judgements:
    grades: dict[str, dict[str, int]] = {}
    n_pointless = n_not_recommendable = 0
    for query, article, grade in judged:
        if article == query or query not in queries:
            n_pointless += 1
        elif article not in candidates:
            n_not_recommendable += 1
        else:
            grades.setdefault(query, {})[article] = grade
    relevant = {query: grades[query] for query in sorted(grades) if any(grades[query].values())}
    if not relevant:
        raise QrelsError(
            "found no article with a related list to measure by; expected at least one list that "
            "names an article which may be recommended: add lists, or give --judgements."
        )
    return Judgements(
        grades=relevant,
        source=source,
        n_without_list=len(queries) - len(relevant),
        n_pointless=n_pointless,
        n_not_recommendable=n_not_recommendable,
    )
