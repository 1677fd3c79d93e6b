"""Proposes every article's related list, from embeddings and from the lists editors already made.

```python
import recommender

recommender.build("articles/")
recommender.recommend("2024-03-06-ai-industrial-chain-spurred-on-by-sora", k=5)
```

The names in `__all__` are the public interface; everything else may change.
The two modules that need numpy are imported when first used, so that `recommender --help` is quick.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

from recommender.errors import (
    ArticleError,
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
from recommender.version import __version__

if TYPE_CHECKING:
    from recommender.embedding.registry import ModelEntry, list_models, verify_model
    from recommender.engine import Recommender, recommend
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
    "shipped_weights",
    "verify",
    "verify_model",
    "write",
]


logging.getLogger(__name__).addHandler(logging.NullHandler())  # silent until somebody listens

_IMPORTED_LATE = {
    "BuildReport": "indexing",
    "Calibration": "ranking.weights",
    "Change": "writing",
    "Corpus": "ranking.weights",
    "Fold": "ranking.folds",
    "Gain": "ranking.gain",
    "Lesson": "ranking.fit",
    "ModelEntry": "embedding.registry",
    "Pools": "ranking.pools",
    "Proposal": "proposal",
    "Recommender": "engine",
    "SIGNALS": "ranking.signals",
    "Site": "ranking.site",
    "Verification": "verification",
    "Weights": "ranking.weights",
    "WriteReport": "writing",
    "build": "indexing",
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
    "shipped_weights": "site_weights",
    "verify": "verification",
    "verify_model": "embedding.registry",
    "write": "writing",
}


def __getattr__(name: str) -> Any:
    if name not in _IMPORTED_LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_IMPORTED_LATE[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
