"""`index` beyond one machine: from files to all that lists are made of, and a manifest of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.cluster import arranging, reading, stages
from recommender.cluster.manifest import Collection
from recommender.cluster.sources import chunks_of
from recommender.corpus.schema.presets import schema_from_settings
from recommender.embedding.encoder import with_precision
from recommender.embedding.registry import Model
from recommender.errors import ArticleError
from recommender.index.record_json import from_plain
from recommender.indexing import BuildReport
from recommender.records import Problem

if TYPE_CHECKING:
    from recommender.cluster.stages import Arranged
    from recommender.cluster.tasks import Part
    from recommender.cluster.workplace import Workplace
    from recommender.embedding.encoder import Encoder
    from recommender.settings import Settings


def build_collection(
    articles: Path,
    settings: Settings,
    source: Encoder | Model,
    place: Workplace,
    n_articles: int,
) -> BuildReport:
    """Bring an index beyond one machine up to date; what is done already is not done again.

    Args:
        articles: A folder of articles, or of JSON lines or Parquet, or one such file.
        settings: How they are read.
        source: The model, or an encoder that can be sent to workers.
        place: Where the stages are run, and by whom.
        n_articles: So many make one task's work.

    Raises:
        ArticleError: There is no article that can be read.
    """
    before = Collection.read(place.path)
    if isinstance(source, Model):
        source = with_precision(source, settings.precision, before.model if before else None)
    chunks, unreachable = chunks_of(articles, settings)
    items = [(chunk,) for chunk in chunks]
    read = place.stage("read", reading.read_chunk, items, (settings.schema,))
    problems = [*unreachable, *reading.problems_of(read, chunks)]
    if not any(part.facts["n_read"] for part in read):
        raise _nothing_read(articles, read, problems)
    limits = _limits(read, before, n_articles)
    of = stages.arrange(place, read, limits, settings.schema.site_url)
    vectors = stages.encode(place, of, source)
    lists = stages.gather_lists(place, of)
    whole, settled, searched = stages.whole_of(place, of, lists, vectors, n_articles)
    after = Collection(
        model=source.identity,
        hides_unpublished=_hides_unpublished(settings),
        starts=tuple(of.starts),
        limits=tuple(of.limits),
        whole=whole,
        arranged=tuple(of.parts),
        settled=tuple(settled),
        searched=tuple(searched),
    )
    is_changed = after != before
    n_removed = arranging.n_gone(before.arranged, after.arranged) if before and is_changed else 0
    if is_changed:
        after.write(place.path)
    place.tidy()
    n_encoded = sum(part.facts["n_encoded"] for part in vectors if part.path in place.made)
    report = _report(place.path, after, read, of, problems)
    return replace(report, n_encoded=n_encoded, n_removed=n_removed, is_changed=is_changed)


def _limits(read: Sequence[Part], before: Collection | None, n_articles: int) -> Sequence[str]:
    """Where ranges begin: as before, while there are to be about as many, so that parts stay."""
    limits = arranging.limits_of(read, n_articles)
    if before and len(limits) <= 2 * len(before.limits) <= 4 * len(limits):
        return before.limits
    return limits


def _hides_unpublished(settings: Settings) -> bool:
    if settings.unpublished is not None:
        return settings.unpublished == "hide"
    return schema_from_settings(settings.schema).hides_unpublished


def _nothing_read(
    articles: Path, read: Sequence[Part], problems: Sequence[Problem]
) -> ArticleError:
    n_records = sum(part.facts["n_records"] for part in read)
    first = f" (the first: {problems[0].message})" if problems else ""
    found = f"{n_records} records of which none can be read{first}"
    return ArticleError(
        str(articles), None, found, "at least one article; the index was left alone"
    )


def _report(
    path: Path,
    after: Collection,
    read: Sequence[Part],
    of: Arranged,
    problems: Sequence[Problem],
) -> BuildReport:
    """What was read, as if all of it were new."""
    told = [
        from_plain(Problem, plain)
        for part in (*of.parts, *(part for part in of.kept if part not in read))
        for plain in part.facts["problems"]
    ]
    of_lists, unresolved = (
        [from_plain(Problem, plain) for part in of.resolved for plain in part.facts[name]]
        for name in ("problems", "unresolved")
    )
    n_files = sum(part.facts["n_records"] for part in read)
    n_read = sum(part.facts["n_read"] for part in of.parts)
    return BuildReport(
        index=path,
        model=after.model.name,
        n_files=n_files,
        n_read=n_read,
        n_warned=sum(part.facts["n_warned"] for part in read),
        n_skipped=n_files - n_read,
        n_linked=after.whole.n - n_read,
        n_lists=sum(part.facts["n_lists"] for part in of.resolved),
        n_encoded=after.whole.n,
        n_removed=0,
        is_changed=True,
        problems=tuple(
            sorted((*problems, *told, *of_lists), key=lambda found: (found.path, found.line or 0))
        ),
        unresolved=tuple(unresolved),
    )
