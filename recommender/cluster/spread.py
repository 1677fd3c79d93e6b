"""The same as on one machine, spread over many: what users call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.cluster.workplace import Workplace
from recommender.embedding.registry import find_model
from recommender.errors import ConfigError
from recommender.index.store import Store
from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.cluster.exporting import Made
    from recommender.cluster.listing import WriteLists
    from recommender.cluster.workplace import Progress
    from recommender.embedding.encoder import Encoder
    from recommender.indexing import BuildReport

ENGINE = "ray"
MAX_K = 100
"""So many of the nearest are known of each article."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where work is spread, and in what pieces.

    Attributes:
        address: `HOST:PORT` of a Ray cluster that runs, of which this machine is a node; None for
            processes of this machine, on 127.0.0.1.
        n_workers: Tasks at a time on this machine alone; None: one for each processor.
        articles_a_part: So many articles make one task's work.
    """

    address: str | None = None
    n_workers: int | None = None
    articles_a_part: int = 20_000

    @classmethod
    def from_text(cls, on: str) -> Cluster:
        """What `ray` or `ray://HOST:PORT` names.

        Raises:
            ConfigError: It names no engine that is known.
        """
        engine, separator, address = on.partition("://")
        if engine != ENGINE or (separator and not address):
            raise ConfigError(
                f"“{on}” names nothing that work can be spread on; expected `ray`, or "
                "`ray://HOST:PORT` for a cluster that is running.",
                key="on",
            )
        return cls(address or None)


def build_on(
    on: str | Cluster,
    articles: str | Path | None = None,
    *,
    index: str | Path | None = None,
    settings: Settings | None = None,
    source: Encoder | str | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Bring an index beyond one machine up to date; it holds what `recommend_all_on` needs.

    What is done already is not done again, in this run or an earlier one that was interrupted; a
    text that has not changed is not encoded again.

    Args:
        on: `ray` for processes of this machine, or `ray://HOST:PORT` for a cluster that runs, of
            which this machine is a node; or a `Cluster`.
        articles: A folder of Markdown files, JSON lines or Parquet, or one such file; None takes
            the one that the settings name.
        index: The index directory, which all nodes see under this path; None takes the one that
            the settings name.
        settings: None reads `recommender.yaml` of the working directory, if it is there.
        source: Name of a model, or an encoder that can be sent to workers; None takes the model
            that the settings name.
        progress: Called with the name of a stage, the tasks done and their total.

    Raises:
        ClusterError: The cluster cannot be used.
        ConfigError: No articles are named, or a setting is wrong.
        ArticleError: There is no article that can be read.
        ModelError: The model cannot be had, or cannot encode.
        VectorIndexError: The index directory cannot be used, or another process is writing it.
    """
    settings = settings or Settings.from_file()
    chosen = Path(articles) if articles is not None else settings.articles
    if chosen is None:
        raise ConfigError(
            "no articles are named: give a folder or a file, or set `articles` in "
            "recommender.yaml.",
            key="articles",
        )
    name = settings.model if source is None else source
    model = find_model(name) if isinstance(name, str) else name
    cluster = Cluster.from_text(on) if isinstance(on, str) else on
    with _workplace(cluster, Path(index or settings.index), progress) as place:
        from recommender.cluster.indexing import build_collection

        return build_collection(chosen.resolve(), settings, model, place, cluster.articles_a_part)


def recommend_all_on(
    on: str | Cluster,
    index: str | Path | None = None,
    k: int = 10,
    *,
    settings: Settings | None = None,
    form: tuple[str, WriteLists] | None = None,
    progress: Progress | None = None,
) -> Made:
    """The related list of every article, made beyond one machine.

    Args:
        on: As for `build_on`.
        index: An index that `build_on` made; None takes the one that the settings name.
        k: Length of each list, 1 to 100.
        settings: None reads `recommender.yaml` of the working directory, if it is there.
        form: Name of a form of text, and what writes it: workers write it beside Parquet.
        progress: Called with the name of a stage, the tasks done and their total.

    Returns:
        Each article's id and list, ordered by id, without what each signal says; and the files in
        which they lie.

    Raises:
        ClusterError: The cluster cannot be used.
        ConfigError: k is not from 1 to 100, or a setting is wrong.
        IndexNotFoundError: There is no such index at that place.
    """
    if not 1 <= k <= MAX_K:
        raise ConfigError(f"k is {k}; expected a list length from 1 to {MAX_K}.", key="k")
    settings = settings or Settings.from_file()
    cluster = Cluster.from_text(on) if isinstance(on, str) else on
    with _workplace(cluster, Path(index or settings.index), progress) as place:
        from recommender.cluster.exporting import make_all_lists
        from recommender.cluster.listing import Form

        chosen = Form(*form) if form else Form()
        return make_all_lists(settings, place, k, chosen)


@contextmanager
def _workplace(cluster: Cluster, index: Path, progress: Progress | None) -> Iterator[Workplace]:
    from recommender.cluster.on_ray import on_ray

    with on_ray(cluster.address, cluster.n_workers) as runner, Store(index).lock():
        yield Workplace(index.resolve(), runner, progress)
