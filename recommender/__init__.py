"""Proposes every article's related list, from embeddings and from the lists editors already made.

```python
import recommender

recommender.build("articles/")
recommender.recommend("2024-03-06-ai-industrial-chain-spurred-on-by-sora", k=5)
```

The names in `__all__` are the public interface; everything else may change.
All are imported when they are first used, so that nothing waits for what it does not need.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from recommender.version import __version__

if TYPE_CHECKING:
    from recommender.cluster.spread import Cluster, build_on, recommend_all_on
    from recommender.embedding.registry import ModelEntry, list_models, verify_model
    from recommender.engine import Recommender, recommend
    from recommender.errors import (
        ArticleError,
        ClusterError,
        ConfigError,
        DuplicateArticleError,
        FrontMatterError,
        IndexBusyError,
        IndexFormatError,
        IndexMismatchError,
        IndexNotFoundError,
        MissingDependencyError,
        ModelError,
        ModelIntegrityError,
        ModelNotFoundError,
        RecommenderError,
        UnknownArticleError,
        VectorIndexError,
    )
    from recommender.fitting import fit, gain_of_fitting, lesson_by_groups, lesson_from
    from recommender.indexing import BuildReport, build
    from recommender.proposal import Proposal, propose_settings
    from recommender.ranking.fit import Lesson
    from recommender.ranking.folds import Fold, folds_by_group, reciprocal_groups
    from recommender.ranking.gain import Gain
    from recommender.ranking.general import fit_general
    from recommender.ranking.pools import Pools
    from recommender.ranking.signals import SIGNALS
    from recommender.ranking.site import Site
    from recommender.ranking.weights import Calibration, Corpus, Weights
    from recommender.records import (
        Article,
        Image,
        ModelIdentity,
        Problem,
        Provider,
        Recommendation,
        RelatedLink,
        Signal,
    )
    from recommender.settings import Filters, Policy, SchemaSettings, Settings
    from recommender.site_weights import shipped_weights
    from recommender.verification import Verification, verify
    from recommender.writing import Change, WriteReport, write

__all__ = [
    "SIGNALS",
    "Article",
    "ArticleError",
    "BuildReport",
    "Calibration",
    "Change",
    "Cluster",
    "ClusterError",
    "ConfigError",
    "Corpus",
    "DuplicateArticleError",
    "Filters",
    "Fold",
    "FrontMatterError",
    "Gain",
    "Image",
    "IndexBusyError",
    "IndexFormatError",
    "IndexMismatchError",
    "IndexNotFoundError",
    "Lesson",
    "MissingDependencyError",
    "ModelEntry",
    "ModelError",
    "ModelIdentity",
    "ModelIntegrityError",
    "ModelNotFoundError",
    "Policy",
    "Pools",
    "Problem",
    "Proposal",
    "Provider",
    "Recommendation",
    "Recommender",
    "RecommenderError",
    "RelatedLink",
    "SchemaSettings",
    "Settings",
    "Signal",
    "Site",
    "UnknownArticleError",
    "VectorIndexError",
    "Verification",
    "Weights",
    "WriteReport",
    "__version__",
    "build",
    "build_on",
    "fit",
    "fit_general",
    "folds_by_group",
    "gain_of_fitting",
    "lesson_by_groups",
    "lesson_from",
    "list_models",
    "propose_settings",
    "reciprocal_groups",
    "recommend",
    "recommend_all_on",
    "shipped_weights",
    "verify",
    "verify_model",
    "write",
]

_HOMES = {
    "Article": "records",
    "ArticleError": "errors",
    "BuildReport": "indexing",
    "Calibration": "ranking.weights",
    "Change": "writing",
    "Cluster": "cluster.spread",
    "ClusterError": "errors",
    "ConfigError": "errors",
    "Corpus": "ranking.weights",
    "DuplicateArticleError": "errors",
    "Filters": "settings",
    "Fold": "ranking.folds",
    "FrontMatterError": "errors",
    "Gain": "ranking.gain",
    "Image": "records",
    "IndexBusyError": "errors",
    "IndexFormatError": "errors",
    "IndexMismatchError": "errors",
    "IndexNotFoundError": "errors",
    "Lesson": "ranking.fit",
    "MissingDependencyError": "errors",
    "ModelEntry": "embedding.registry",
    "ModelError": "errors",
    "ModelIdentity": "records",
    "ModelIntegrityError": "errors",
    "ModelNotFoundError": "errors",
    "Policy": "settings",
    "Pools": "ranking.pools",
    "Problem": "records",
    "Proposal": "proposal",
    "Provider": "records",
    "Recommendation": "records",
    "Recommender": "engine",
    "RecommenderError": "errors",
    "RelatedLink": "records",
    "SIGNALS": "ranking.signals",
    "SchemaSettings": "settings",
    "Settings": "settings",
    "Signal": "records",
    "Site": "ranking.site",
    "UnknownArticleError": "errors",
    "VectorIndexError": "errors",
    "Verification": "verification",
    "Weights": "ranking.weights",
    "WriteReport": "writing",
    "build": "indexing",
    "build_on": "cluster.spread",
    "fit": "fitting",
    "fit_general": "ranking.general",
    "folds_by_group": "ranking.folds",
    "gain_of_fitting": "fitting",
    "lesson_by_groups": "fitting",
    "lesson_from": "fitting",
    "list_models": "embedding.registry",
    "propose_settings": "proposal",
    "reciprocal_groups": "ranking.folds",
    "recommend": "engine",
    "recommend_all_on": "cluster.spread",
    "shipped_weights": "site_weights",
    "verify": "verification",
    "verify_model": "embedding.registry",
    "write": "writing",
}
"""Public name to the module in which it is at home."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _be_silent()
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


@cache
def _be_silent() -> None:
    """Let nothing of the library's log be seen until somebody listens."""
    import logging

    logging.getLogger(__name__).addHandler(logging.NullHandler())


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
