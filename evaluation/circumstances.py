"""On what and with what something was measured."""

from __future__ import annotations

import os
import platform
from datetime import datetime
from importlib.metadata import version
from typing import Any

from recommender import __version__

PACKAGES = (
    "bm25s",
    "faiss-cpu",
    "ir-measures",
    "numpy",
    "scikit-learn",
    "scipy",
    "sentence-transformers",
    "torch",
    "transformers",
)


def circumstances(now: datetime) -> dict[str, Any]:
    """Date (ISO, to the second), versions and the kind of machine."""
    return {
        "at": now.isoformat(timespec="seconds"),
        "recommender": __version__,
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "packages": {name: version(name) for name in PACKAGES},
    }
