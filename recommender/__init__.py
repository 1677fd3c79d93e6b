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
from recommender.settings import SchemaSettings, Settings
from recommender.version import __version__

if TYPE_CHECKING:
    from recommender.embedding.registry import ModelEntry, list_models, verify_model
    from recommender.engine import Recommender, recommend
    from recommender.indexing import BuildReport, build
    from recommender.proposal import Proposal, propose_settings

__all__ = [
    "Article",
    "ArticleError",
    "BuildReport",
    "ConfigError",
    "DuplicateArticleError",
    "FrontMatterError",
    "Image",
    "IndexBusyError",
    "IndexFormatError",
    "IndexMismatchError",
    "IndexNotFoundError",
    "MissingDependencyError",
    "ModelEntry",
    "ModelError",
    "ModelIdentity",
    "ModelIntegrityError",
    "ModelNotFoundError",
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
    "UnknownArticleError",
    "VectorIndexError",
    "__version__",
    "build",
    "list_models",
    "propose_settings",
    "recommend",
    "verify_model",
]


_IMPORTED_LATE = {
    "BuildReport": "indexing",
    "Recommender": "engine",
    "ModelEntry": "embedding.registry",
    "Proposal": "proposal",
    "build": "indexing",
    "list_models": "embedding.registry",
    "propose_settings": "proposal",
    "recommend": "engine",
    "verify_model": "embedding.registry",
}


def __getattr__(name: str) -> Any:
    if name not in _IMPORTED_LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_IMPORTED_LATE[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
