"""TREC files: judgements (`query 0 document grade`) and runs (`query Q0 document rank score name`).

White space separates the columns, so in ids white space is percent-encoded, and so are characters
that steer a terminal or cannot be seen, and `%` with them, which makes it reversible.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

from .errors import EvaluationError, QrelsError, RunError
from .replacing import replace_file

MAX_LINE = 10_000
_UNSAFE = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f%\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff"
    r"\ud800-\udfff\U000e0000-\U000e007f]"
)


def encoded(article_id: str) -> str:
    """An id as it stands in a TREC file; lone surrogates are encoded, too, so that it is UTF-8."""
    return _UNSAFE.sub(
        lambda found: "".join(f"%{b:02X}" for b in found[0].encode("utf-8", "surrogatepass")),
        article_id,
    )


def decoded(text: str) -> str:
    """The id that `encoded` made this of."""
    return unquote(text, errors="surrogatepass") if "%" in text else text


def write_qrels(path: Path, qrels: Mapping[str, Mapping[str, int]]) -> None:
    """Write judgements, query by query in the mapping's order; the file is replaced in one step."""
    lines = (
        f"{encoded(query)} 0 {encoded(document)} {grade}\n"
        for query, grades in qrels.items()
        for document, grade in grades.items()
    )
    replace_file(path, "".join(lines))


def write_run(path: Path, run: Mapping[str, Sequence[str]], name: str) -> None:
    """Write a run; scores fall by one a rank, so that whoever sorts by them keeps our order."""
    documents = set().union(*run.values())
    tokens = {document: encoded(document) for document in documents}
    blocks = []
    for query, ranked in run.items():
        start, n = f"{encoded(query)} Q0 ", len(ranked)
        blocks += [
            f"{start}{tokens[document]} {place} {n - place + 1} {name}\n"
            for place, document in enumerate(ranked, start=1)
        ]
    replace_file(path, "".join(blocks))


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read judgements: query id to document id to grade.

    Raises:
        QrelsError: The file cannot be read, or a line is none of a judgements file.
    """
    qrels: dict[str, dict[str, int]] = {}
    for line, (query, _, document, grade) in rows(path, 4, QrelsError):
        grades = qrels.setdefault(decoded(query), {})
        name = decoded(document)
        if grades.setdefault(name, whole_grade(grade, path, line)) != int(grade):
            raise QrelsError(
                f"found a second grade for “{document[:200]}”; expected one.", path=path, line=line
            )
    return qrels


def read_run(path: Path, depth: int = 100) -> dict[str, tuple[str, ...]]:
    """Read a run: query id to document ids, best first.

    Documents are ordered by falling score, equal ones by id; the column of ranks says nothing.

    Args:
        path: The file.
        depth: How many of each query to keep, after ordering.

    Raises:
        RunError: The file cannot be read, a line is none of a run, or a document comes twice.
    """
    scores: dict[str, dict[str, float]] = {}
    for line, (query, _, document, _, score, _) in rows(path, 6, RunError):
        of_query = scores.setdefault(decoded(query), {})
        name = decoded(document)
        if name in of_query:
            raise RunError(
                f"found “{document[:200]}” a second time for “{query[:200]}”; expected it once.",
                path=path,
                line=line,
            )
        of_query[name] = _finite(score, path, line)
    return {
        query: tuple(sorted(of_query, key=lambda name: (-of_query[name], name))[:depth])
        for query, of_query in scores.items()
    }


def whole_grade(text: str, path: Path, line: int) -> int:
    """A grade, 0 or more.

    Raises:
        QrelsError: It is anything else.
    """
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise QrelsError(
            f"found the grade “{text[:200]}”; expected a whole number, 0 or more.",
            path=path,
            line=line,
        )
    return int(text)


def rows(
    path: Path, n_columns: int, error: type[EvaluationError], separator: str | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Line number and columns of every line that is not blank.

    Args:
        path: The file.
        n_columns: How many columns each line must have.
        error: What to raise.
        separator: Between columns; None for any white space.

    Raises:
        EvaluationError: Of the kind `error`: the file cannot be read, is empty or no UTF-8, or a
            line has another number of columns or is over `MAX_LINE` characters.
    """
    n_rows = 0
    for line, text in _lines(path, error):
        columns = [column.strip() for column in text.split(separator)] if text.strip() else []
        if not columns:
            continue
        if len(columns) != n_columns:
            raise error(f"found {len(columns)} of {n_columns} columns.", path=path, line=line)
        n_rows += 1
        yield line, columns
    if not n_rows:
        raise error("found an empty file; expected at least one line.", path=path)


def _lines(path: Path, error: type[EvaluationError]) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        with path.open(encoding="utf-8-sig") as stream:
            while text := stream.readline(MAX_LINE + 1):
                number += 1
                if len(text) > MAX_LINE:
                    raise error(
                        f"found a line of more than {MAX_LINE:,} characters; expected a few.",
                        path=path,
                        line=number,
                    )
                yield number, text
    except OSError as found:
        raise error(f"cannot be read ({found.strerror}).", path=path) from found
    except UnicodeDecodeError as found:
        raise error(
            "found bytes that are not UTF-8; expected a text file.", path=path, line=number + 1
        ) from found


def _finite(text: str, path: Path, line: int) -> float:
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise RunError(
            f"found the score “{text[:200]}”; expected a finite number.", path=path, line=line
        )
    return score
